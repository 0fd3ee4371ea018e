import { isDeepStrictEqual } from 'node:util';
import { observe, Observed, Row } from './observed';
import { Sent } from './workload';
import { World } from './world';

/** A row as it was stored, found in the table or in the archive. */
interface Stored {
  readonly row: Row;
  readonly places: readonly string[];
}

/** What came of a run. */
export interface Findings {
  /** Promises that were broken. */
  readonly problems: readonly string[];
  /** Whether an event came more than once, as may happen to what is delivered at least once. */
  readonly repeatsEvents: boolean;
}

/** Looks whether everything holds that must once all has come to rest, whatever went wrong. */
export async function findingsOf(world: World, sent: readonly Sent[]): Promise<Findings> {
  const seen = await observe(world);
  const stored = storedRows(seen);
  const problems = [
    ...answersAreKept(sent, seen),
    ...storedIsPublished(stored, seen),
    ...oneVerdict(stored, seen),
    ...archivedOnce(stored, seen),
    ...objectsAreListed(seen),
    ...alertsOnce(stored, seen),
    ...notificationsOnce(stored, seen),
    ...nothingLeaks(world),
  ];
  return { problems, repeatsEvents: repeatsEvents(seen) };
}

function repeatsEvents({ events }: Observed): boolean {
  const published = events.filter(({ type }) => Object.values(TYPE_OF).includes(type)).map(({ detail }) => id(detail.key));
  return new Set(published).size < published.length;
}

function id({ transaction_id, event_id }: { readonly transaction_id: string; readonly event_id: string }): string {
  return `${transaction_id} / ${event_id}`;
}

/** All versions of each row, the one that counts last. */
function storedRows({ live, archived }: Observed): Map<string, Stored> {
  const rows = new Map<string, Stored>();
  const found = [...archived.map(({ row, object }) => ({ row, place: object })), ...live.map((row) => ({ row, place: 'table' }))];
  for (const { row, place } of found) {
    const known = rows.get(id(row));
    const newest = known && Number(known.row.revision) > Number(row.revision) ? known.row : row;
    rows.set(id(row), { row: newest, places: [...known?.places ?? [], place] });
  }
  return rows;
}

/** answered 2xx ⊆ stored; and in the end every provider was answered 2xx. */
function answersAreKept(sent: readonly Sent[], { live, archived }: Observed): string[] {
  const rows = [...live, ...archived.map(({ row }) => row)];
  return sent.flatMap(({ webhook, statuses }) => {
    if (statuses.at(-1) !== 200) return [`${webhook.name} was never accepted: ${statuses.join(', ')}`];
    const lost = webhook.marks.filter(({ transactionId, payload }) => (
      !rows.some((row) => row.transaction_id === transactionId && String(row.payload).includes(payload))));
    return lost.map(({ transactionId }) => `${webhook.name} was answered 200 and ${transactionId} is not stored`);
  });
}

const TYPE_OF: Readonly<Record<string, string>> = {
  transaction: 'Transaction Created', event: 'Webhook Received', conflict: 'Transaction Conflict',
};

/** stored = published, or kept with its payload where the stream gave up. */
function storedIsPublished(stored: ReadonlyMap<string, Stored>, { events, letters }: Observed): string[] {
  const published = events.filter(({ type }) => Object.values(TYPE_OF).includes(type));
  const isPublished = ({ row }: Stored) => published.some(({ type, detail }) => type === TYPE_OF[row.record] && id(detail.key) === id(row));
  const unpublished = [...stored].filter(([, one]) => !isPublished(one));
  const phantoms = published.filter(({ detail }) => !stored.has(id(detail.key)));
  return [
    ...unpublished.filter(([, { row }]) => !mentions(letters, row)).map(([key]) => `${key} is stored and was never published`),
    ...phantoms.map(({ detail }) => `${id(detail.key)} was published and is not stored`),
  ];
}

/** Each transaction has one verdict, the same wherever it is told of, or a dead letter. */
function oneVerdict(stored: ReadonlyMap<string, Stored>, { events, letters }: Observed): string[] {
  return [...stored.values()].filter(({ row }) => row.record === 'transaction').flatMap(({ row }) => {
    const told = events.filter(({ type, detail }) => type === 'Transaction Screened' && id(detail.key) === id(row)).map(({ detail }) => detail.fraud_analysis as object | null);
    const verdicts = told.filter((verdict) => verdict !== null).map((verdict) => {
      const { analyzed_at: _, ...analysis } = verdict as Record<string, unknown>;
      return analysis;
    });
    const isDead = mentions(letters, row);
    return [
      ...(row.fraud_analysis === undefined && !isDead ? [`${id(row)} has neither a verdict nor a dead letter`] : []),
      ...(told.length === 0 && !isDead ? [`the verdict on ${id(row)} was never told of, and there is no dead letter`] : []),
      ...(verdicts.some((verdict) => !isDeepStrictEqual(verdict, verdicts[0])) ? [`${id(row)} has several verdicts`] : []),
    ];
  });
}

/** Whether nothing is left to do for a row: screened, and told of as its tier wants it. */
function isDone({ record, tier, fraud_analysis: analysis, ...row }: Row): boolean {
  const isTold = Boolean(row.notified_at ?? row.notification_folded_at);
  if (record === 'conflict') return isTold;
  if (record !== 'transaction') return true;
  const isAlerted = Boolean(row.alert_sent_at ?? row.alert_folded_at) || (analysis as Row | undefined)?.fraud_status !== 'high_risk';
  return analysis !== undefined && isAlerted && (tier === 'low' || isTold);
}

/** archived ∪ live = stored: every row is in the table or in the object its tombstone names, no version is archived twice, and none before it is done with. */
function archivedOnce(stored: ReadonlyMap<string, Stored>, { live, tombstones, archived, objects }: Observed): string[] {
  const problems = [
    ...live.filter(isDone).map((row) => `${id(row)} is still in the table after three nights`),
    ...archived.filter(({ row }) => !isDone(row)).map(({ row }) => `${id(row)} was archived where it can not be brought back`),
  ];
  for (const [key, { row }] of stored) {
    const copies = archived.filter((one) => id(one.row) === key);
    const versions = copies.map((copy) => String(copy.row.revision));
    if (new Set(versions).size < versions.length) problems.push(`${key} is archived ${copies.length} times`);
    const tombstone = tombstones.find((one) => id(one) === key);
    if (!tombstone) continue;
    const named = copies.find(({ object }) => object === tombstone.archive_key);
    if (!named) problems.push(`the tombstone of ${key} names ${String(tombstone.archive_key)}, which does not hold it`);
    else if (String(named.row.revision) !== String(row.revision)) problems.push(`the tombstone of ${key} names an older version of it`);
  }
  const lost = tombstones.filter((tombstone) => !objects.includes(String(tombstone.archive_key)));
  return [...problems, ...lost.map((tombstone) => `the object of ${id(tombstone)} does not exist`)];
}

/** Every object is in exactly one manifest, and the manifests are one chain. */
function objectsAreListed({ objects, manifests }: Observed): string[] {
  const listed = manifests.flatMap((manifest) => manifest.objects.map(({ key }) => key));
  const wrong = objects.filter((key) => listed.filter((one) => one === key).length !== 1);
  const gap = manifests.findIndex(({ sequence }, index) => sequence !== index + 1);
  return [...wrong.map((key) => `${key} is not in exactly one manifest`), ...(gap >= 0 ? ['the chain of manifests has a gap'] : [])];
}

/** alerts ≤ 1; and of high risk there is one, or it was folded, or somebody has to look. */
function alertsOnce(stored: ReadonlyMap<string, Stored>, { mails, letters }: Observed): string[] {
  return [...stored.values()].filter(({ row }) => row.record === 'transaction').flatMap(({ row }) => {
    const alerts = mailsAbout(mails, 'High Risk Transaction Detected', row);
    const isRisky = (row.fraud_analysis as { fraud_status?: string } | undefined)?.fraud_status === 'high_risk';
    return [
      ...(alerts > 1 ? [`${alerts} alerts for ${id(row)}`] : []),
      ...(alerts > 0 && !isRisky ? [`an alert for ${id(row)}, which is no high risk`] : []),
      ...(isRisky && alerts === 0 && row.alert_folded_at === undefined && !mentions(letters, row) ? [`no alert for ${id(row)}, and nobody was told`] : []),
    ];
  });
}

/** Of medium and high value, and of a conflict, there is one notification at most; and there is one, or it was folded, or somebody has to look. */
function notificationsOnce(stored: ReadonlyMap<string, Stored>, { mails, letters }: Observed): string[] {
  return [...stored.values()].flatMap(({ row }) => {
    const subject = subjectOf(row);
    if (!subject) return [];
    const count = mailsAbout(mails, subject, row);
    const isSettled = count > 0 || row.notification_folded_at !== undefined || mentions(letters, row);
    return [
      ...(count > 1 ? [`${count} notifications of ${id(row)}`] : []),
      ...(isSettled ? [] : [`no notification of ${id(row)}, and nobody was told`]),
    ];
  });
}

function subjectOf({ record, tier }: Row): string | undefined {
  if (record === 'conflict') return 'Conflicting Webhook Received';
  return record === 'transaction' && tier !== 'low' ? `${tier === 'high' ? 'High' : 'Medium'} Value Transaction Received` : undefined;
}

/** The secrets of the endpoints are in no log. */
function nothingLeaks({ services, system, lines }: World): string[] {
  const secrets = system.endpoints.flatMap(({ secretArn }) => (secretArn ? [services.secrets.value(secretArn)] : []));
  return secrets.some((secret) => lines.some((line) => line.includes(secret))) ? ['a signing secret is in a log'] : [];
}

function mailsAbout(mails: Observed['mails'], subject: string, row: Row): number {
  return mails.filter((mail) => mail.subject === subject && new RegExp(`(?<![\\w-])${String(row.provider_transaction_id)}(?![\\w-])`).test(mail.body)).length;
}

function mentions(letters: readonly string[], row: Row): boolean {
  return letters.some((letter) => letter.includes(row.transaction_id) && letter.includes(row.event_id));
}
