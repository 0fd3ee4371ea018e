import type { ProviderConfig } from '../../src/contract';
import { maxBodyBytes } from '../console/judgement';
import { runArchive } from '../control/archive';
import { Runner } from '../runner/runner';
import { System } from '../runner/systems';
import { handlerName } from './handlers';
import { Scenario, Shot } from './scenarios';
import { OutgoingWebhook, otherSecret, sampleBody, sampleTransaction, secretOf, signWebhook, toleranceOf } from './sender';

/** What was answered to one request. */
export interface Answer {
  readonly status: number;
  /** Id by which the front door knows the request. */
  readonly requestId: string;
}

/** Where a scenario is played. */
export interface Stage {
  readonly runner: Runner;
  readonly system: System;
  readonly endpoint: ProviderConfig;
}

interface Payment {
  readonly transaction: ReturnType<typeof sampleTransaction>;
  readonly body: Buffer;
}

/** Samples of the demo that fall into these tiers. */
const SAMPLE = { low: 0, high: 2 } as const;
const HOUR = 3_600_000;

/** Sends the shots of a scenario one after the other; those of one shot at the same moment. */
export async function fire(stage: Stage, { shots, amount = 'low' }: Scenario): Promise<Answer[]> {
  const answers: Answer[] = [];
  let first: { readonly payment: Payment; readonly sent: OutgoingWebhook } | undefined;
  for (const shot of shots) {
    const restore = await before(stage, shot);
    const webhooks = Array.from({ length: shot.times ?? 1 }, () => {
      const payment = shot.event === 'new' || shot.event === undefined ? newPayment(stage, amount) : first!.payment;
      const sent = webhookOf(stage, shot, payment, shot.event === undefined || shot.event === 'new' ? undefined : first!.sent);
      first ??= { payment, sent };
      return sent;
    });
    answers.push(...await Promise.all(webhooks.map((webhook) => postUntilTaken(stage, webhook, shot.retries ?? 0))));
    restore();
  }
  return answers;
}

function newPayment({ runner, endpoint }: Stage, amount: 'low' | 'high'): Payment {
  const transaction = sampleTransaction(SAMPLE[amount]);
  return { transaction, body: sampleBody(endpoint, runner.services.clock.now(), transaction) };
}

/** What happens before a shot; answers with what undoes it. */
async function before({ runner, endpoint, system }: Stage, { after }: Shot): Promise<() => void> {
  const { services } = runner;
  if (after === 'archive') {
    await runner.settled();
    await runArchive(runner, new Date(services.clock.now() + 25 * HOUR));
  }
  const coldStart = () => services.functions.recycle(handlerName(runner.resources, system, 'validator'));
  if (after === 'cold-start') coldStart();
  if (after !== 'rotation' || endpoint.secretArn === undefined) return () => undefined;
  const secretString = secretOf(services, endpoint);
  // Handlers cache secrets for minutes, and would not notice.
  const rotateTo = (next: string) => {
    services.secrets.put(endpoint.secretArn!, { secretString: next });
    coldStart();
  };
  rotateTo(otherSecret(secretString));
  return () => rotateTo(secretString);
}

function webhookOf(stage: Stage, shot: Shot, payment: Payment, again: OutgoingWebhook | undefined): OutgoingWebhook {
  const { runner: { services }, endpoint } = stage;
  const body = bodyOf(stage, shot, payment);
  const at = services.clock.now() - secondsAgo(stage, shot) * 1_000;
  const signed = signWebhook(services, endpoint, body, { at, again, secret: signingSecret(stage, shot) });
  if (shot.change === 'tampered') return { ...signed, body: tampered(signed.body) };
  if (shot.change === 'oversize') return { ...signed, body: padded(signed.body, maxBodyBytes(stage.runner, stage) + 1) };
  if (shot.change !== 'unsigned') return signed;
  return { ...signed, headers: Object.fromEntries(Object.entries(signed.headers).filter(([name]) => name === 'content-type')) };
}

function bodyOf({ runner, endpoint }: Stage, { event, change }: Shot, { transaction, body }: Payment): Buffer {
  if (event === 'first-with-other-amount') return sampleBody(endpoint, runner.services.clock.now(), { ...transaction, cents: transaction.cents + 100 });
  return change === 'malformed' ? body.subarray(0, body.length / 2) : body;
}

/** How long before it is sent it is signed: a minute beyond what the provider allows, where the shot says so. */
function secondsAgo({ endpoint }: Stage, { signedAgo = 0 }: Shot): number {
  if (typeof signedAgo === 'number') return signedAgo;
  const beyond = (toleranceOf(endpoint) ?? 0) + 60;
  return signedAgo === 'too-long' ? beyond : -beyond;
}

/** Every digit is another one, except in the escapes of a form. */
function tampered(body: Buffer): Buffer {
  return Buffer.from(body.toString('latin1').replace(/%[0-9A-Fa-f]{2}|\d/g, (found) => (found.length > 1 ? found : String((Number(found) + 1) % 10))), 'latin1');
}

/** Larger than it was signed: the size is looked at first. */
function padded(body: Buffer, bytes: number): Buffer {
  return Buffer.concat([body, Buffer.alloc(Math.max(0, bytes - body.length), ' ')]);
}

function signingSecret({ runner: { services }, endpoint }: Stage, { secret }: Shot): string | undefined {
  if (secret === 'other') return otherSecret(secretOf(services, endpoint));
  if (secret === 'previous') return services.secrets.secret(endpoint.secretArn!).version(undefined, 'AWSPREVIOUS').secretString;
  return undefined;
}

/** Sends a webhook, and again while it is answered that it should be. */
async function postUntilTaken(stage: Stage, webhook: OutgoingWebhook, retries: number): Promise<Answer> {
  const answer = await post(stage, webhook);
  return retries > 0 && (answer.status >= 500 || answer.status === 429) ? postUntilTaken(stage, webhook, retries - 1) : answer;
}

/** Sends a webhook as its provider would, over HTTP. */
export async function post({ runner, system, endpoint }: Stage, { headers, body }: OutgoingWebhook): Promise<Answer> {
  const answer = await fetch(runner.endpointUrl(system, endpoint.name), { method: 'POST', headers, body: new Uint8Array(body) });
  await answer.arrayBuffer();
  return { status: answer.status, requestId: answer.headers.get('x-amzn-requestid') ?? '' };
}
