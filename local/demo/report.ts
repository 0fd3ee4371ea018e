import { DemoReport, EndpointReport } from './demo';

const COLUMNS: readonly (readonly [string, (report: EndpointReport) => string | number])[] = [
  ['endpoint', ({ endpoint }) => endpoint],
  ['sent', ({ sent }) => sent],
  ['accepted', ({ accepted }) => accepted],
  ['stored', ({ stored }) => stored],
  ['published', ({ published }) => published],
  ['low/medium/high', ({ tiers }) => ['low', 'medium', 'high'].map((tier) => tiers[tier] ?? 0).join('/')],
  ['risk low/medium/high', ({ risk }) => ['low_risk', 'medium_risk', 'high_risk'].map((band) => risk[band] ?? 0).join('/')],
  ['alerts', ({ alerts }) => alerts],
];

/** The report as a table. */
export function printReport({ passed, ms, dead_letters: deadLetters, endpoints }: DemoReport): string {
  const table = [COLUMNS.map(([title]) => title), ...endpoints.map((report) => COLUMNS.map(([, cell]) => String(cell(report))))];
  const widths = COLUMNS.map((_, column) => Math.max(...table.map((row) => row[column].length)));
  const lines = table.map((row) => `  ${row.map((cell, column) => cell.padEnd(widths[column])).join('  ')}`.trimEnd());
  const problems = endpoints.flatMap((report) => report.problems.map((problem) => `  ${problem}`));
  return [
    `Demo: ${passed ? 'all came to rest as their amounts say' : 'FAILED'}, ${deadLetters} dead letters, ${(ms / 1000).toFixed(1)} s`,
    ...lines,
    ...problems,
    '',
  ].join('\n');
}
