import { journey } from '../control/journey';
import { Runner } from '../runner/runner';
import { Endpoint, System } from '../runner/systems';
import { sampleTransaction, writerOf } from './samples';
import { signerOf } from './signing';
import { Expectation, expectationOf, Outcome, verdictOn } from './verdict';

/** What became of the webhooks of one endpoint. */
export interface EndpointReport {
  readonly endpoint: string;
  readonly sent: number;
  readonly accepted: number;
  readonly stored: number;
  readonly published: number;
  readonly tiers: Readonly<Record<string, number>>;
  readonly risk: Readonly<Record<string, number>>;
  readonly alerts: number;
  readonly problems: readonly string[];
}

export interface DemoReport {
  readonly passed: boolean;
  readonly ms: number;
  readonly dead_letters: number;
  readonly endpoints: readonly EndpointReport[];
}

interface Sent {
  readonly transactionId: string;
  readonly status: number;
  readonly expected: Expectation;
}

/** Senders at once: enough to show concurrency, few enough for a laptop. */
const AT_ONCE = 8;

/** Sends `count` signed webhooks to every endpoint, waits for rest, and holds each against what its amount says. */
export async function runDemo(runner: Runner, count: number): Promise<DemoReport> {
  const startedAt = Date.now();
  const endpoints = runner.systems.flatMap((system) => system.endpoints.map((endpoint) => ({ system, endpoint })));
  const sent = await Promise.all(endpoints.map(({ system, endpoint }) => sendAll(runner, system, endpoint, count)));
  await runner.settled(120_000 + count * 200);
  const reports = await Promise.all(endpoints.map(({ endpoint }, index) => report(runner, endpoint, sent[index])));
  const deadLetters = runner.services.queues.all().reduce((sum, { identity }) => sum + runner.services.queues.peek(identity.arn).length, 0);
  return {
    passed: deadLetters === 0 && reports.every(({ problems }) => problems.length === 0),
    ms: Date.now() - startedAt,
    dead_letters: deadLetters,
    endpoints: reports,
  };
}

async function sendAll(runner: Runner, system: System, endpoint: Endpoint, count: number): Promise<readonly Sent[]> {
  const sent: Sent[] = [];
  for (let start = 0; start < count; start += AT_ONCE) {
    const size = Math.min(AT_ONCE, count - start);
    sent.push(...await Promise.all(Array.from({ length: size }, (_, offset) => send(runner, system, endpoint, start + offset))));
  }
  return sent;
}

async function send(runner: Runner, system: System, endpoint: Endpoint, index: number): Promise<Sent> {
  const now = runner.services.clock.now();
  const transaction = sampleTransaction(index);
  const { transactionId, body } = writerOf(endpoint.kind)(transaction, now);
  const signed = signerOf(endpoint.kind)(body, runner.services.secrets.value(endpoint.secretArn), now);
  const answer = await fetch(runner.endpointUrl(system, endpoint.name), { method: 'POST', headers: signed.headers, body: signed.body });
  await answer.arrayBuffer();
  return { transactionId: `${endpoint.name}#${transactionId}`, status: answer.status, expected: expectationOf(transaction.cents, system.thresholds) };
}

async function report(runner: Runner, endpoint: Endpoint, sent: readonly Sent[]): Promise<EndpointReport> {
  const outcomes = await Promise.all(sent.map(async (one) => ({ ...one, outcome: await journey(runner, one.transactionId) as Outcome | undefined })));
  const known = outcomes.flatMap(({ outcome }) => (outcome ? [outcome] : []));
  return {
    endpoint: endpoint.name,
    sent: sent.length,
    accepted: sent.filter(({ status }) => status === 200).length,
    stored: known.reduce((sum, { stored }) => sum + stored.length, 0),
    published: known.reduce((sum, { published }) => sum + published.length, 0),
    tiers: tally(known.map(({ stored }) => stored[0]?.tier ?? 'none')),
    risk: tally(known.map(({ score }) => score?.fraud_status ?? 'not screened')),
    alerts: known.reduce((sum, { alerts }) => sum + alerts.length, 0),
    problems: outcomes.flatMap(({ transactionId, status, expected, outcome }) => verdictOn(status, expected, outcome).map((problem) => `${transactionId}: ${problem}`)),
  };
}

function tally(values: readonly string[]): Record<string, number> {
  return values.reduce<Record<string, number>>((counts, value) => ({ ...counts, [value]: (counts[value] ?? 0) + 1 }), {});
}
