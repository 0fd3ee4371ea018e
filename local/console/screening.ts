import type { FraudAnalysis, RuleResult } from '../../runtime/fraud-detector/score';
import { ENV, FraudDetectionConfig, FraudRuleConfig, RECORD } from '../../src/contract';
import { Item, plain } from '../control/items';
import { JournalEntry } from '../kernel/journal';
import type { Trail } from './journey';
import { Check, Stage } from './model';
import { memberOf } from './rows';

export type Analysis = FraudAnalysis;

/** What the fraud detector knew of the customer, and which of the customer's rows it is made of. */
export async function historyStage({ runner, entry: { capture, summary }, hops, rows }: Trail): Promise<Stage> {
  const about = { id: 'history', title: 'Customer history' };
  const analysis = rows.map((row) => memberOf<Analysis>(row, 'fraud_analysis')).find((one) => one !== undefined);
  const reading = configOf(runner, capture.system?.name)?.rules.filter(({ window_s }) => window_s !== undefined) ?? [];
  if (reading.length === 0) return { ...about, state: 'skipped', sentence: 'No rule reads histories' };
  if (!analysis) return { ...about, ...pendingOf(hops, summary.workflow) };
  if (!analysis.history) return { ...about, state: 'skipped', sentence: 'No customer is named, so there is no history' };
  const { transactions, since, truncated } = analysis.history;
  const entries = await entriesBeside(runner, capture.system!.tableName, hops);
  return {
    ...about,
    state: 'done',
    sentence: transactions === 0 ? 'Nothing was known of this customer' : `${transactions} other ${transactions === 1 ? 'transaction' : 'transactions'} of this customer, since ${since}`,
    facts: [
      ...reading.map(({ id, window_s: window, count }) => [`${id} looks back`, `${durationOf(window!)}${count === undefined ? '' : `, at ${count} transactions`}`] as const),
      ...(truncated ? [['Cut off', 'there are more: the newest were read'] as const] : []),
    ],
    texts: entries.length > 0 ? [{ title: `History as it is now: ${entries.length} entries`, text: entries.map(entryText).join('\n') }] : [],
  };
}

/** Each fraud rule with what it saw, what it was held against and what it added; then the model, the fuse, and what a shadow would have done. */
export function fraudStage({ runner, rows, hops, entry: { capture, summary } }: Trail): Stage {
  const about = { id: 'fraud', title: 'Fraud screening' };
  const analysis = rows.map((row) => memberOf<Analysis>(row, 'fraud_analysis')).find((one) => one !== undefined);
  if (!analysis) return { ...about, ...pendingOf(hops, summary.workflow) };
  const config = configOf(runner, capture.system?.name);
  const { fraud_score: score, fraud_status: band, shadow, model } = analysis;
  const verdict = band.replace('_', ' ');
  return {
    ...about,
    state: 'done',
    sentence: `${verdict}, score ${score}`,
    groups: [{ title: `Rules add up to ${score}`, verdict, passed: band !== 'high_risk', checks: analysis.rules.map((rule) => ruleCheck(rule, band === 'high_risk')) }],
    facts: [
      ...(config ? [['Bands', `medium above ${config.mediumRiskAbove / 1000}, high above ${config.highRiskAbove / 1000}`] as const] : []),
      ['Model', model ? modelText(model, config) : 'none'],
      ['Fuse', fuseText(analysis, config)],
      ...(shadow ? [['Were nothing in shadow', `${shadow.fraud_status.replace('_', ' ')}, score ${shadow.fraud_score}`] as const] : []),
    ],
  };
}

/** Hit is what the rule looks for, so that a rule without a hit reads as passed. */
function ruleCheck({ id, hit, observed, limit, weight, contribution, shadow, version }: RuleResult, isHigh: boolean): Check {
  const share = shadow ? `, would add ${weight}, but is in shadow${shadow === 'fuse' ? ': its fuse has blown' : ''}` : `, adds ${contribution}`;
  const about = shadow ? `${id} (in shadow, weight ${weight}, version ${version})` : `${id} (weight ${weight}, version ${version})`;
  return { subject: about, expected: limit, actual: `${observed}${hit ? share : ''}`, passed: !hit || (!isHigh && shadow !== undefined) };
}

function modelText({ target, score, failure, shadow }: NonNullable<Analysis['model']>, config: FraudDetectionConfig | undefined): string {
  const share = shadow ? 'in shadow' : `has ${(config?.model?.weight ?? 0) / 1000} of the score`;
  return `${target.split(':').at(-1)} ${score === undefined ? `did not answer (${failure}): the rules decided alone` : `says ${score}, ${share}`}`;
}

function fuseText({ rules }: Analysis, config: FraudDetectionConfig | undefined): string {
  const blown = rules.filter(({ shadow }) => shadow === 'fuse').map(({ id }) => id);
  if (blown.length > 0) return `blown for ${blown.join(', ')}`;
  const { fuse } = config ?? {};
  return fuse ? `intact: blows when a rule has a part in more than ${fuse.share / 10} % of at least ${fuse.minimum} verdicts in ${durationOf(fuse.window_s)}` : 'none';
}

function pendingOf(hops: readonly JournalEntry[], workflow: string | undefined): Pick<Stage, 'state' | 'sentence'> {
  if (workflow === 'RUNNING') return { state: 'waiting', sentence: 'Under way' };
  const tried = hops.some(({ service, type, data }) => service === 'states' && type === 'TaskFailed' && /Fraud|Screen/.test(String(data.state)));
  return tried ? { state: 'failed', sentence: 'The fraud detector failed' } : { state: 'skipped', sentence: 'Not screened' };
}

/** The configuration the fraud detector of a system has. */
function configOf({ resources }: Trail['runner'], system: string | undefined): FraudDetectionConfig | undefined {
  const variables = resources.filter(({ type }) => type === 'AWS::Lambda::Function').map(({ properties }) => properties.Environment?.Variables ?? {});
  const text = variables.find((one) => one[ENV.system] === system && one[ENV.fraud] !== undefined)?.[ENV.fraud];
  return text === undefined ? undefined : JSON.parse(text) as FraudDetectionConfig;
}

/** Entries of the customer whose history the fraud detector wrote into. */
async function entriesBeside({ services }: Trail['runner'], table: string, hops: readonly JournalEntry[]): Promise<Record<string, unknown>[]> {
  const written = hops.find(({ service, type, data }) => service === 'dynamodb' && type === 'ItemPut' && (data.item as Item | undefined)?.record?.S === RECORD.customerHistory);
  const partition = (written?.data.item as Item | undefined)?.transaction_id;
  if (!partition) return [];
  const { Items } = await services.dynamodb.execute<{ Items: Item[] }>('Query', {
    TableName: table, KeyConditionExpression: 'transaction_id = :customer', ExpressionAttributeValues: { ':customer': partition }, ScanIndexForward: false, Limit: 50,
  });
  return Items.map(plain);
}

function entryText({ at, amount_text: amount, currency, country }: Record<string, unknown>): string {
  return `${String(at)}  ${String(amount)} ${String(currency)}${country ? `  ${String(country)}` : ''}`;
}

function durationOf(seconds: NonNullable<FraudRuleConfig['window_s']>): string {
  if (seconds % 86_400 === 0) return `${seconds / 86_400} d`;
  return seconds % 3_600 === 0 ? `${seconds / 3_600} h` : `${seconds / 60} min`;
}

