import { gunzipSync } from 'node:zlib';
import type { Trail } from './journey';
import { CheckGroup, Stage } from './model';
import { pretty } from './reception';

interface Analysis {
  readonly fraud_score: number;
  readonly fraud_status: string;
  readonly rules: readonly RuleResult[];
}

interface RuleResult {
  readonly id: string;
  readonly hit: boolean;
  readonly observed: string;
  readonly limit: string;
  readonly weight: number;
  readonly contribution: number;
}

/** Each fraud rule with what it saw, what it was held against and what it added. */
export function fraudStage({ rows, hops, entry: { summary } }: Trail): Stage {
  const about = { id: 'fraud', title: 'Fraud screening' };
  const analysis = rows.map(({ members }) => members.fraud_analysis as Analysis | undefined).find((one) => one !== undefined);
  if (!analysis) return { ...about, ...unscreened(summary, hops) };
  const group: CheckGroup = {
    title: `Score ${analysis.fraud_score}`,
    verdict: analysis.fraud_status.replace('_', ' '),
    passed: analysis.fraud_status !== 'high_risk',
    checks: analysis.rules.map(({ id, hit, observed, limit, weight, contribution }) => ({
      subject: `${id} (weight ${weight})`, expected: limit, actual: `${observed}${hit ? `, adds ${contribution}` : ''}`, passed: !hit,
    })),
  };
  return { ...about, state: 'done', sentence: `${group.verdict}, score ${analysis.fraud_score}`, groups: [group] };
}

/** An archived row took its verdict with it: the archive stage shows it. */
function unscreened({ archived, score, band, workflow }: Trail['entry']['summary'], hops: Trail['hops']): Pick<Stage, 'state' | 'sentence'> {
  if (archived && band) return { state: 'done', sentence: `${band.replace('_', ' ')}, score ${score}; archived with the row` };
  if (workflow === 'RUNNING') return { state: 'waiting', sentence: 'Under way' };
  const tried = hops.some(({ service, type, data }) => service === 'states' && type === 'TaskFailed' && /Fraud|Screen/.test(String(data.state)));
  return tried ? { state: 'failed', sentence: 'The fraud detector failed' } : { state: 'skipped', sentence: 'Not screened' };
}

/** Alerts as their readers have them. */
export function alertStage({ runner, hops }: Trail): Stage {
  const about = { id: 'alerts', title: 'Alerts' };
  const ids = new Set(hops.filter(({ service, type }) => service === 'sns' && type === 'MessagePublished').map(({ data }) => data.messageId));
  const mails = runner.services.topics.mailbox().filter(({ messageId }) => ids.has(messageId));
  const failed = hops.some(({ service, type }) => service === 'sns' && type === 'NotificationFailed');
  if (mails.length === 0) return { ...about, state: failed ? 'failed' : 'skipped', sentence: failed ? 'An alert could not be delivered' : 'Nobody was alerted' };
  return {
    ...about,
    state: failed ? 'failed' : 'done',
    at: mails[0].at,
    sentence: `${mails.length} sent: ${[...new Set(mails.map(({ protocol }) => protocol))].join(', ')}`,
    texts: mails.map(({ protocol, endpoint, subject, body }) => ({ title: `${protocol} to ${endpoint}${subject ? `: ${subject}` : ''}`, text: body })),
  };
}

/** The object that holds the row, and its line in it. */
export async function archiveStage({ runner: { services: { buckets } }, rows }: Trail): Promise<Stage> {
  const about = { id: 'archive', title: 'Archive' };
  const tombstone = rows.find(({ members }) => members.record === 'tombstone')?.members;
  if (!tombstone) return { ...about, state: 'waiting', sentence: 'Archived once it is old enough; the archive page can run it now' };
  const key = String(tombstone.archive_key);
  const bucket = buckets.all().find(({ name }) => buckets.listObjects(name, key).length > 0);
  if (!bucket) return { ...about, state: 'failed', sentence: `The object ${key} is gone` };
  const { body } = await buckets.getObject(bucket.name, key);
  const line = gunzipSync(body).toString('utf8').split('\n').find((one) => {
    const row = one === '' ? {} : JSON.parse(one) as Record<string, unknown>;
    return row.transaction_id === tombstone.transaction_id && row.event_id === tombstone.event_id;
  });
  return {
    ...about,
    state: line ? 'done' : 'failed',
    at: String(tombstone.archived_at ?? ''),
    sentence: line ? `In ${key}` : `Not in ${key}`,
    facts: [['Bucket', bucket.name], ['Object', key], ['Tombstone ends', new Date(Number(tombstone.expires_at) * 1000).toISOString()]],
    texts: line ? [{ title: 'Record', text: pretty(line) }] : [],
  };
}
