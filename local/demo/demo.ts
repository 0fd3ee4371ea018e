import { History, historyOf } from '../control/history';
import { journey } from '../control/journey';
import { Runner } from '../runner/runner';
import { Endpoint, System } from '../runner/systems';
import { demoProviderOf } from './providers';
import { SignedRequest } from './providers/provider';
import { roadsOf } from './road';
import { sampleTransaction } from './samples';
import { signedRequest } from './signed';
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
  /** Messages published to the alert topic. */
  readonly alerts: number;
  readonly problems: readonly string[];
}

export interface DemoReport {
  readonly passed: boolean;
  readonly ms: number;
  readonly dead_letters: number;
  readonly endpoints: readonly EndpointReport[];
}

interface Recipient {
  readonly system: System;
  readonly endpoint: Endpoint;
}

interface Sent {
  readonly to: Recipient;
  readonly transactionId: string;
  readonly status: number;
  readonly expected: Expectation;
}

/** Senders at once: enough to show concurrency, few enough for a laptop. */
const AT_ONCE = 16;

/** Sends `count` signed webhooks to every endpoint, waits for rest, and holds each against what its amount says. */
export async function runDemo(runner: Runner, count: number): Promise<DemoReport> {
  const startedAt = Date.now();
  const endpoints = runner.systems.flatMap((system) => system.endpoints.map((endpoint) => ({ system, endpoint })));
  const jobs = Array.from({ length: count }, (_, index) => endpoints.map((to) => () => send(runner, to, index))).flat();
  const sent = await allOf(jobs);
  await runner.settled(120_000 + jobs.length * 100);
  const history = historyOf(runner.services.journal.entries());
  const reports = await Promise.all(endpoints.map((to) => report(runner, to, sent.filter((one) => one.to === to), history)));
  const deadLetters = runner.services.queues.all().reduce((sum, { identity }) => sum + runner.services.queues.peek(identity.arn).length, 0);
  return {
    passed: deadLetters === 0 && reports.every(({ problems }) => problems.length === 0),
    ms: Date.now() - startedAt,
    dead_letters: deadLetters,
    endpoints: reports,
  };
}

/** Runs every job, some at once. */
async function allOf<T>(jobs: readonly (() => Promise<T>)[]): Promise<readonly T[]> {
  const results: T[] = [];
  const waiting = jobs.values();
  await Promise.all(Array.from({ length: AT_ONCE }, async () => {
    for (const job of waiting) results.push(await job());
  }));
  return results;
}

/** Attempts per webhook. */
const DELIVERIES = 4;

async function send(runner: Runner, to: Recipient, index: number): Promise<Sent> {
  const { services } = runner;
  const { system, endpoint } = to;
  const { transactionId, body, money } = demoProviderOf(endpoint.kind).write(sampleTransaction(index), services.clock.now(), endpoint.options ?? {});
  const signed = signedRequest(services, endpoint, Buffer.from(body));
  const status = await deliver(runner.endpointUrl(system, endpoint.name), signed);
  return { to, transactionId: `${endpoint.name}#${transactionId}`, status, expected: expectationOf(money, system.thresholds) };
}

/** Tries again after a 5xx, as every provider does; a busy machine can keep a cold function waiting too long. */
async function deliver(url: string, { headers, body }: SignedRequest): Promise<number> {
  for (let attempt = 1; ; attempt += 1) {
    const answer = await fetch(url, { method: 'POST', headers, body: new Uint8Array(body) });
    await answer.arrayBuffer();
    if (answer.status < 500 || attempt === DELIVERIES) return answer.status;
    await new Promise((resume) => setTimeout(resume, attempt * 500));
  }
}

async function report(runner: Runner, { endpoint, system }: Recipient, sent: readonly Sent[], history: History): Promise<EndpointReport> {
  const roads = roadsOf(system, runner.resources);
  const outcomeOf = async (one: Sent) => ({ ...one, outcome: await journey(runner, one.transactionId, history) as Outcome | undefined });
  const outcomes = await Promise.all(sent.map(outcomeOf));
  const known = outcomes.flatMap(({ outcome }) => (outcome ? [outcome] : []));
  return {
    endpoint: endpoint.name,
    sent: sent.length,
    accepted: sent.filter(({ status }) => status === 200).length,
    stored: known.reduce((sum, { stored }) => sum + stored.length, 0),
    published: known.reduce((sum, { published }) => sum + published.length, 0),
    tiers: tally(known.map(({ stored }) => stored[0]?.tier ?? 'none')),
    risk: tally(known.map(({ score }) => score?.fraud_status ?? 'not screened')),
    alerts: known.reduce((sum, { told }) => sum + told.length, 0),
    problems: outcomes.flatMap(({ transactionId, status, expected, outcome }) => (
      verdictOn(status, expected, outcome, roads).map((problem) => `${transactionId}: ${problem}`))),
  };
}

function tally(values: readonly string[]): Record<string, number> {
  return values.reduce<Record<string, number>>((counts, value) => ({ ...counts, [value]: (counts[value] ?? 0) + 1 }), {});
}
