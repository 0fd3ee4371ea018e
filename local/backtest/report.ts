import { addDecimals, Decimal, formatDecimal, parseDecimal } from '../../runtime/transaction/decimal';
import { RISK_BANDS } from '../../src/contract';
import type { Compared } from './replay';

/** Transactions that moved from one band to another. */
export interface Move {
  readonly from: string;
  readonly to: string;
  readonly transactions: number;
  /** Exact sums by currency. */
  readonly amounts: Readonly<Record<string, string>>;
  /** Some of them, by the keys of their rows. */
  readonly examples: readonly string[];
}

export interface BacktestReport {
  readonly transactions: number;
  readonly since: string | null;
  readonly until: string | null;
  /** Number of transactions in each band. */
  readonly bands: Readonly<Record<string, { readonly before: number; readonly after: number }>>;
  readonly moves: readonly Move[];
  /** Number of transactions each rule hit, in shadow or not. */
  readonly rules: Readonly<Record<string, { readonly before: number; readonly after: number }>>;
}

const NOT_SCREENED = 'not_screened';
const EXAMPLES = 5;

export async function reportOn(compared: AsyncIterable<Compared>): Promise<BacktestReport> {
  const bands = new Map<string, Pair>([NOT_SCREENED, ...RISK_BANDS].map((band) => [band, { before: 0, after: 0 }]));
  const rules = new Map<string, Pair>();
  const moves = new Map<string, Gathered>();
  let [transactions, since, until]: [number, string | null, string | null] = [0, null, null];
  for await (const { transaction, verdict, fresh } of compared) {
    const [from, to] = [verdict?.fraud_status ?? NOT_SCREENED, fresh.fraud_status];
    transactions += 1;
    since ??= transaction.received_at;
    until = transaction.received_at;
    bands.get(from)!.before += 1;
    bands.get(to)!.after += 1;
    for (const { id, hit } of verdict?.rules ?? []) pairOf(rules, id).before += Number(hit);
    for (const { id, hit } of fresh.rules) pairOf(rules, id).after += Number(hit);
    if (from !== to) gather(moves, from, to, transaction.currency!, parseDecimal(transaction.amount_text!), transaction.key.transaction_id);
  }
  return { transactions, since, until, bands: Object.fromEntries(bands), moves: [...moves.values()].map(moveOf), rules: Object.fromEntries(rules) };
}

/** The report as text. */
export function printBacktest({ transactions, since, until, bands, moves, rules }: BacktestReport): string {
  if (transactions === 0) return 'The archive holds no transactions.\n';
  const rows = (pairs: BacktestReport['bands']) => Object.entries(pairs).map(([name, { before, after }]) => [name, String(before), String(after)]);
  const moved = moves.flatMap(({ from, to, transactions: count, amounts, examples }) => [
    `  ${from} -> ${to}: ${count}, ${Object.entries(amounts).map(([currency, amount]) => `${amount} ${currency}`).join(', ')}`,
    `    e.g. ${examples.join(', ')}`,
  ]);
  return [
    `${transactions} transactions, received ${since} to ${until}`,
    '',
    ...table([['band', 'before', 'after'], ...rows(bands)]),
    '',
    ...(moved.length > 0 ? ['Would have changed', ...moved] : ['No transaction would have changed its band.']),
    '',
    ...table([['rule', 'hits before', 'after'], ...rows(rules)]),
    '',
  ].join('\n');
}

interface Pair {
  before: number;
  after: number;
}

interface Gathered {
  readonly from: string;
  readonly to: string;
  readonly ids: string[];
  transactions: number;
  readonly amounts: Map<string, Decimal>;
}

function pairOf(pairs: Map<string, Pair>, name: string): Pair {
  const pair = pairs.get(name) ?? { before: 0, after: 0 };
  pairs.set(name, pair);
  return pair;
}

function gather(moves: Map<string, Gathered>, from: string, to: string, currency: string, amount: Decimal, id: string): void {
  const move = moves.get(`${from} ${to}`) ?? { from, to, ids: [], transactions: 0, amounts: new Map<string, Decimal>() };
  moves.set(`${from} ${to}`, move);
  move.transactions += 1;
  if (move.ids.length < EXAMPLES) move.ids.push(id);
  const sum = move.amounts.get(currency);
  move.amounts.set(currency, sum ? addDecimals(sum, amount) : amount);
}

function moveOf({ from, to, ids, transactions, amounts }: Gathered): Move {
  const sums = [...amounts].map(([currency, sum]) => [currency, formatDecimal(sum)]);
  return { from, to, transactions, amounts: Object.fromEntries(sums), examples: ids };
}

function table(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  return rows.map((row) => `  ${row.map((cell, column) => (column === 0 ? cell.padEnd(widths[0]) : cell.padStart(widths[column]))).join('  ')}`);
}
