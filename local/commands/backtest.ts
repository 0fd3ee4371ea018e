import { readFile } from 'node:fs/promises';
import { archiveAt, archivedTransactions } from '../backtest/archive';
import { replay } from '../backtest/replay';
import { printBacktest, reportOn } from '../backtest/report';
import { parseRules } from '../backtest/rules';

export interface BacktestOptions {
  readonly rules: string;
  readonly archive: string;
  readonly json: boolean;
}

/** Prints what other rules would have changed; answers with the exit code. */
export async function backtest({ rules, archive, json }: BacktestOptions): Promise<number> {
  const config = parseRules(await readFile(rules, 'utf8'));
  const report = await reportOn(replay(archivedTransactions(await archiveAt(archive)), config));
  process.stdout.write(json ? `${JSON.stringify(report)}\n` : printBacktest(report));
  return 0;
}
