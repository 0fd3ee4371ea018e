/** Paths at which two JSON values differ, with both values. The order of keys does not matter, that of lists does. */
export function differences(expected, actual, path = '') {
  if (expected === null || actual === null || typeof expected !== 'object' || typeof actual !== 'object') {
    return expected === actual ? [] : [`${path}: ${short(expected)} is here ${short(actual)}`];
  }
  const keys = [...new Set([...Object.keys(expected), ...Object.keys(actual)])];
  return keys.flatMap((key) => differences(expected[key], actual[key], `${path}/${key}`));
}

export function assertSame(expected, actual) {
  const found = differences(expected, actual);
  if (found.length > 0) throw new Error(`${found.length} differences\n  ${found.slice(0, 10).join('\n  ')}`);
}

function short(value) {
  const text = JSON.stringify(value) ?? 'missing';
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}
