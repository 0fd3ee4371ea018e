import { parseArgs } from 'node:util';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { S3Client } from '@aws-sdk/client-s3';
import { TIERS } from '../../../src/contract';
import { auditBucket } from '../archive/bucket';
import { timeOption } from '../aws/days';
import { namesOf } from '../aws/names';
import { AWS_OPTIONS, clientOptions } from '../aws/options';
import { replayArchive } from './from-archive';
import { replayObjects } from './from-objects';

export const REPLAY_USAGE = `cdk-webhook-processing replay --from TIME --to TIME [--source s3|bus-archive] [--tier low|medium|high] [--transaction-id ID]

Publishes transactions again, marked as a replay: they are screened and seen by your own rules, but not stored, logged or alerted of again.
  --from, --to       ISO 8601 times of receipt; the end is not included
  --source s3        archived objects (default): any window, tier or transaction; events carry the name in "detail.replay"
  --source bus-archive   EventBridge's own archive, a window of it; events carry the name in "replay-name"
  --tier             only this tier; from the bus archive: only to the rules of this tier
  --transaction-id   only this one, by the provider's id or <endpoint>#<id>; from s3 only
  --rule NAME        from the bus archive: only to this rule; may be repeated
  --name NAME        name of the replay (default: replay- and the time)
  --dry-run          says what would be published; from s3 only
  --bucket, --bus, --event-archive   names; without them, taken from --outputs FILE [--stack NAME], or asked of a local runner
  --region R, --endpoint URL, --json
`;

const OPTIONS = {
  ...AWS_OPTIONS,
  'bucket': { type: 'string' }, 'bus': { type: 'string' }, 'event-archive': { type: 'string' }, 'outputs': { type: 'string' }, 'stack': { type: 'string' },
  'from': { type: 'string' }, 'to': { type: 'string' }, 'source': { type: 'string', default: 's3' }, 'tier': { type: 'string' },
  'transaction-id': { type: 'string' }, 'rule': { type: 'string', multiple: true, default: [] as string[] }, 'name': { type: 'string' },
  'dry-run': { type: 'boolean', default: false }, 'json': { type: 'boolean', default: false }, 'help': { type: 'boolean', default: false },
} as const;

type Values = ReturnType<typeof valuesOf>;

/** `replay`; answers with the exit code. */
export async function replayCommand(args: readonly string[]): Promise<number> {
  const values = valuesOf(args);
  if (values.help) {
    process.stdout.write(REPLAY_USAGE);
    return 0;
  }
  if (values.from === undefined || values.to === undefined) throw new Error(`--from and --to are needed\n\n${REPLAY_USAGE}`);
  const window = { from: timeOption('--from', values.from), to: timeOption('--to', values.to) };
  if (window.from >= window.to) throw new Error(`--from is ${values.from}: use a time before --to (${values.to})`);
  if (values.tier !== undefined && !(TIERS as readonly string[]).includes(values.tier)) throw new Error(`--tier is ${JSON.stringify(values.tier)}: use ${TIERS.join(', ')}`);
  const name = values.name ?? `replay-${new Date().toISOString().replace(/[^0-9TZ]/g, '')}`;
  if (!/^[\w.-]{1,64}$/.test(name)) throw new Error(`--name is ${JSON.stringify(name)}: use 1 to 64 letters, digits, dots, hyphens and underscores`);
  if (values.source === 's3') return fromObjects(values, { ...window, name });
  if (values.source === 'bus-archive') return fromArchive(values, { ...window, name });
  throw new Error(`--source is ${JSON.stringify(values.source)}: use s3 or bus-archive`);
}

function valuesOf(args: readonly string[]) {
  return parseArgs({ args: [...args], options: OPTIONS }).values;
}

async function fromObjects(values: Values, window: { readonly from: Date; readonly to: Date; readonly name: string }): Promise<number> {
  if (values.rule.length > 0) throw new Error('--rule goes with --source bus-archive: events from s3 go to the bus, for every rule');
  const names = await namesOf(values, ['bucket', 'bus']);
  const bucket = auditBucket(new S3Client(clientOptions(values)), names.require('bucket'));
  const report = await replayObjects(bucket, new EventBridgeClient(clientOptions(values)), {
    ...window,
    tier: values.tier,
    transactionId: values['transaction-id'],
    bus: names.require('bus'),
    dryRun: values['dry-run'],
    onSelected: values.json ? undefined : ({ key, receivedAt }) => void process.stdout.write(`${receivedAt}  ${key.transaction_id}  ${key.event_id}\n`),
  });
  const text = `${report.replay}: ${report.selected} events, ${report.published} published, ${report.failed.length} failed\n`;
  process.stdout.write(values.json ? `${JSON.stringify(report)}\n` : text);
  return report.failed.length === 0 ? 0 : 1;
}

async function fromArchive(values: Values, window: { readonly from: Date; readonly to: Date; readonly name: string }): Promise<number> {
  if (values['transaction-id'] !== undefined || values['dry-run']) {
    throw new Error('--transaction-id and --dry-run go with --source s3: EventBridge replays a whole window, to chosen rules');
  }
  const names = await namesOf(values, ['event-archive']);
  const options = { ...window, archive: names.require('event-archive'), rules: values.rule, tier: values.tier };
  const pause = () => new Promise<void>((resolve) => setTimeout(resolve, 1000));
  const report = await replayArchive(new EventBridgeClient(clientOptions(values)), options, pause);
  const text = `${report.replay}: ${report.state}${report.reason ? `, ${report.reason}` : ''}\n`;
  process.stdout.write(values.json ? `${JSON.stringify(report)}\n` : text);
  return report.state === 'COMPLETED' ? 0 : 1;
}
