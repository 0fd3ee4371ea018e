// Keeps the latest results of every benchmark, and writes them between the markers of docs/performance.md.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { goalOf, markdownTable, ratioOf, section, verdictOn } from './report.mjs';

const RESULTS = 'bench/results.json';
const PAGE = 'docs/performance.md';
const [START, END] = ['<!-- results: written by npm run bench -- --write -->', '<!-- end of results -->'];

function kept() {
  return existsSync(RESULTS) ? JSON.parse(readFileSync(RESULTS, 'utf8')) : {};
}

export function keep(name, result) {
  writeFileSync(RESULTS, `${JSON.stringify({ ...kept(), [name]: result }, null, 2)}\n`);
}

/** The summary of all goals, then every benchmark in `order`. */
export function write(order) {
  const all = kept();
  const sections = order.filter((name) => all[name]).map((name) => all[name]);
  const goals = sections.flatMap(({ results }) => results).filter(({ goal }) => goal !== undefined);
  const summary = markdownTable(['', 'Goal', 'Measured', ''], goals.map((result) => [result.name, goalOf(result), ratioOf(result), verdictOn(result)]));
  const page = readFileSync(PAGE, 'utf8');
  const [before, after] = [page.indexOf(START), page.indexOf(END)];
  if (before < 0 || after < before) throw new Error(`${PAGE} has no "${START}" followed by "${END}"`);
  writeFileSync(PAGE, [page.slice(0, before + START.length), '', '### All goals', '', summary, '', ...sections.map(section), page.slice(after)].join('\n'));
}
