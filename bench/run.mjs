// npm run bench [-- NAME ...] [--write] [--rounds N] [--rows N] [--webhooks N] [--list]
// Runs the benchmarks one after the other, prints what came out, and with --write puts it into docs/performance.md.
import { existsSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { describeMachine } from './lib/machine.mjs';
import { keep, write } from './lib/page.mjs';
import { printed } from './lib/report.mjs';

const NAMES = ['validator', 'seed', 'coldstart', 'archive', 'system', 'synth', 'cost'];

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { write: { type: 'boolean' }, list: { type: 'boolean' }, rounds: { type: 'string' }, rows: { type: 'string' }, webhooks: { type: 'string' } },
});
if (values.list) {
  for (const name of NAMES) console.log(`${name.padEnd(12)} ${(await import(`./${name}.mjs`)).title}`);
  process.exit(0);
}
const unknown = positionals.filter((name) => !NAMES.includes(name));
if (unknown.length > 0) throw new Error(`There is no benchmark ${unknown.join(', ')}: use ${NAMES.join(', ')}`);
const options = Object.fromEntries(['rounds', 'rows', 'webhooks'].filter((name) => values[name] !== undefined).map((name) => [name, wholeNumber(name, values[name])]));
if (!['validator', 'archiver'].every((name) => existsSync(`assets/${name}/index.mjs`)) || !existsSync('bin/cli.mjs')) throw new Error('Nothing is bundled: run "npm run bundle" first');

const machine = describeMachine();
const command = `npm run bench${process.argv.length > 2 ? ` -- ${process.argv.slice(2).filter((argument) => argument !== '--write').join(' ')}` : ''}`.replace(/ -- $/, '');
console.log(`${machine.text}\n`);
for (const name of NAMES.filter((one) => positionals.length === 0 || positionals.includes(one))) {
  const { title, run } = await import(`./${name}.mjs`);
  const startedAt = Date.now();
  const results = await run(options);
  console.log(printed(title, results, Date.now() - startedAt));
  if (values.write) keep(name, { title, command, machine: machine.text, date: machine.date, results });
}
if (values.write) write(NAMES);
process.exit(0);

function wholeNumber(name, text) {
  if (!/^[1-9]\d*$/.test(text)) throw new Error(`--${name} is ${text}: give a whole number from 1`);
  return Number(text);
}
