import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(__dirname, '..', '..');
const DOCUMENT = readFileSync(join(ROOT, 'SECURITY.md'), 'utf8');

/** Rows of the threat model: threat, what stops it, test file and title. */
const ROWS = [...DOCUMENT.matchAll(/^\| ([^|]+) \| ([^|]+) \| `([^`]+)`: ([^|]+) \|$/gm)].map(([, threat, , file, title]) => ({ threat, file, title }));

test('every threat has a test', () => {
  const rows = DOCUMENT.split('\n').filter((line) => line.startsWith('| ') && !line.startsWith('| Threat '));
  expect(ROWS.length).toBeGreaterThan(25);
  expect(ROWS).toHaveLength(rows.length);
});

it.each(ROWS)('$threat: its test exists', ({ file, title }) => {
  expect([file, existsSync(join(ROOT, file))]).toEqual([file, true]);
  const quoted = ['\'', '`', '"'].map((quote) => `${quote}${title}${quote}`);
  const source = readFileSync(join(ROOT, file), 'utf8');
  expect([title, quoted.some((text) => source.includes(text))]).toEqual([title, true]);
});
