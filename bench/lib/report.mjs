// Results in words and tables. A goal is met or missed; neither makes the run fail.

/** Whether a result reaches its goal; undefined without one. */
export function verdictOn({ goal, better, median, skipped }) {
  if (skipped) return 'SKIPPED';
  if (goal === undefined) return '';
  return (better === 'lower' ? median <= goal : median >= goal) ? 'met' : 'MISSED';
}

export function goalOf({ goal, better }) {
  return goal === undefined ? 'none' : `${better === 'lower' ? '≤' : '≥'} ${goal}`;
}

export function ratioOf({ median, low, high, rounds, skipped }) {
  if (skipped) return 'not measured';
  return low === undefined ? median.toFixed(2) : `${median.toFixed(2)} (${low.toFixed(2)} to ${high.toFixed(2)}, ${rounds} rounds)`;
}

/** For the terminal. */
export function printed(title, results, ms) {
  const lines = results.map((result) => (result.table ? printedTable(result.table) : [
    `  ${result.name}`,
    `    ${ratioOf(result)}${result.cpu ? `; by processor time ${result.cpu.toFixed(2)}` : ''}; goal ${goalOf(result)} ${verdictOn(result)}${result.skipped ? `: ${result.skipped}` : `; ours ${result.ours}, other ${result.peer}`}`,
    ...(result.note ? [`    ${result.note}`] : []),
  ].join('\n')));
  return [`${title} (${(ms / 1000).toFixed(0)} s)`, ...lines, ''].join('\n');
}

function printedTable({ title, head, rows }) {
  return [`  ${title}`, ...[head, ...rows].map((row) => `    ${row.map(String).join(' | ')}`)].join('\n');
}

/** Results of one benchmark as Markdown. */
export function section({ title, command, date, machine, results }) {
  const ratios = results.filter(({ table }) => !table);
  const notes = ratios.filter(({ note, skipped }) => note || skipped).map(({ name, note, skipped }) => `- ${name}: ${skipped ? `skipped, ${skipped}` : note}.`);
  return [
    `### ${title}`, '',
    markdownTable(['Ratio', 'Median (quartiles)', 'By processor time', 'Goal', '', 'Ours', 'Other'], ratios.map((result) => [
      result.name, ratioOf(result), result.cpu?.toFixed(2) ?? '', goalOf(result), verdictOn(result), result.ours ?? '', result.peer ?? '',
    ])), '',
    ...(notes.length > 0 ? [...notes, ''] : []),
    ...results.filter(({ table }) => table).flatMap(({ table }) => [`${table.title}:`, '', markdownTable(table.head, table.rows), '']),
    `\`${command}\`, ${date}, on ${machine}.`, '',
  ].join('\n');
}

export function markdownTable(head, rows) {
  return [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n');
}
