import { parseArgs } from 'node:util';
import { S3Client } from '@aws-sdk/client-s3';
import { dayOption } from '../aws/days';
import { namesOf } from '../aws/names';
import { AWS_OPTIONS, clientOptions } from '../aws/options';
import { auditBucket } from './bucket';
import { verifyArchive, VerifyReport } from './verify';

export const ARCHIVE_USAGE = `cdk-webhook-processing archive verify [--bucket NAME | --outputs FILE [--stack NAME]] [--day DAY | --from DAY --to DAY] [--json] [--region R] [--endpoint URL]

Checks archived days against their manifests, and the manifests against each other; exit 0 when nothing is wrong, else 1.
  --day, --from, --to  days as yyyy-mm-dd in UTC, both ends included (default: all)
  --bucket             the audit bucket; without it, its name is taken from --outputs, or asked of a local runner
  --outputs FILE       what "cdk deploy --outputs-file FILE" wrote
  --stack NAME         the stack in that file, where it has several
  --endpoint URL       a local runner, e.g. http://127.0.0.1:8787 (default: AWS)
`;

/** `archive verify`; answers with the exit code. */
export async function archiveCommand(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      ...AWS_OPTIONS,
      bucket: { type: 'string' }, outputs: { type: 'string' }, stack: { type: 'string' },
      day: { type: 'string' }, from: { type: 'string' }, to: { type: 'string' },
      json: { type: 'boolean', default: false }, help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    process.stdout.write(ARCHIVE_USAGE);
    return 0;
  }
  if (positionals.join(' ') !== 'verify') throw new Error(`Unknown command: archive ${positionals.join(' ')}\n\n${ARCHIVE_USAGE}`);
  const range = rangeOf(values);
  const names = await namesOf(values, ['bucket']);
  const report = await verifyArchive(auditBucket(new S3Client(clientOptions(values)), names.require('bucket')), range);
  process.stdout.write(values.json ? `${JSON.stringify(report)}\n` : textOf(report));
  return report.ok ? 0 : 1;
}

function rangeOf({ day, from, to }: { readonly day?: string; readonly from?: string; readonly to?: string }): { from?: string; to?: string } {
  if (day !== undefined && (from ?? to) !== undefined) throw new Error('Give --day, or --from and --to');
  if (day !== undefined) return { from: dayOption('--day', day), to: day };
  const range = { from: from && dayOption('--from', from), to: to && dayOption('--to', to) };
  if (range.from && range.to && range.from > range.to) throw new Error(`--from is ${range.from}: use a day before --to (${range.to})`);
  return range;
}

export function textOf({ ok, days, head, problems }: VerifyReport): string {
  const cold = days.reduce((sum, day) => sum + day.cold, 0);
  const lines = days.map(({ day, manifests, objects, rows, bytes, cold: unread }) =>
    `${day}  ${manifests} manifests, ${objects} objects, ${rows} rows, ${bytes} bytes${unread > 0 ? `, ${unread} in cold storage` : ''}`);
  return [
    ...lines,
    ...problems.map(({ problem, key, detail }) => `${problem.toUpperCase()}  ${key}: ${detail}`),
    ...(cold > 0 ? [`${cold} objects are in cold storage: their SHA-256 is what S3 keeps, their rows were not read. To read them too, restore them first ("aws s3api restore-object")`] : []),
    head ? `The chain ends with ${head.key}, SHA-256 ${head.sha256}` : 'There is no manifest',
    ok ? `Nothing is wrong with ${days.length} days` : `${problems.length} problems`,
    '',
  ].join('\n');
}
