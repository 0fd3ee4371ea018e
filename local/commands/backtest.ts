import { archiveAt, archivedTransactions } from '../backtest/archive';
import { replay } from '../backtest/replay';
import { printBacktest, reportOn } from '../backtest/report';
import { parseRules } from '../backtest/rules';
import { AwsOptions } from './aws/options';
import { jsonFile } from './json-file';

export interface BacktestOptions extends AwsOptions {
  readonly rules: string;
  readonly archive: string;
  readonly json: boolean;
}

/** Prints what other rules would have changed; answers with the exit code. */
export async function backtest({ rules, archive, json, ...aws }: BacktestOptions): Promise<number> {
  const config = parseRules(jsonFile('--rules', rules));
  const report = await reportOn(replay(archivedTransactions(await archiveAt(archive, aws)), config));
  process.stdout.write(json ? `${JSON.stringify(report)}\n` : printBacktest(report));
  return 0;
}
