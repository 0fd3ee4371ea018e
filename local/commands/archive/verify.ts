import { ManifestLink, parseManifestKey } from '../../../runtime/archiver/manifest';
import { PREFIX } from '../../../src/contract';
import { AuditBucket } from './bucket';
import { readChain } from './chain';
import { checkDay, DayReport } from './day';
import { Problem } from './problem';

export interface VerifyReport {
  readonly ok: boolean;
  readonly days: readonly Omit<DayReport, 'problems'>[];
  /** The end of the chain of manifests. */
  readonly head?: ManifestLink;
  readonly problems: readonly Problem[];
}

/** Checks the archive of some days, all of them without a range; both ends are included. */
export async function verifyArchive(bucket: AuditBucket, range: { readonly from?: string; readonly to?: string } = {}): Promise<VerifyReport> {
  const wanted = (day: string) => (range.from === undefined || day >= range.from) && (range.to === undefined || day <= range.to);
  const chain = await readChain(bucket, wanted);
  const days = [...await daysIn(bucket, wanted)].sort();
  const reports: DayReport[] = [];
  for (const day of days) reports.push(await checkDay(bucket, day, chain.manifests.filter(({ manifest }) => manifest.day === day)));
  const problems = [...chain.problems, ...reports.flatMap((report) => report.problems)];
  return { ok: problems.length === 0, days: reports.map(({ problems: _, ...report }) => report), head: chain.head, problems };
}

/** Days with a manifest or an object. */
async function daysIn(bucket: AuditBucket, wanted: (day: string) => boolean): Promise<ReadonlySet<string>> {
  const [manifests, objects] = [await bucket.list(PREFIX.manifests), await bucket.list(PREFIX.transactions)];
  const days = [
    ...manifests.map(({ key }) => parseManifestKey(key)?.day),
    ...objects.map(({ key }) => key.slice(PREFIX.transactions.length).split('/').slice(0, 3).join('-')),
  ];
  return new Set(days.filter((day): day is string => day !== undefined && wanted(day)));
}
