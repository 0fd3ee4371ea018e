import { signedRequest } from '../../local/demo/signed';
import { World } from './world';

/** Where a webhook leaves its mark. */
export interface Mark {
  /** `<endpoint>#<provider's id>`. */
  readonly transactionId: string;
  /** What the stored payload holds. */
  readonly payload: string;
}

export interface Webhook {
  readonly name: string;
  readonly endpoint: string;
  readonly body: string;
  readonly marks: readonly Mark[];
}

export interface Sent {
  readonly webhook: Webhook;
  /** Answers in their order; the last is what the provider was content with, or gave up at. */
  readonly statuses: number[];
  readonly answers: string[];
}

const RETRY_MS = 60_000;
/** A provider tries for days; in one of these runs something is wrong long before. */
const ATTEMPTS = 12;

/** Webhooks of every kind: each tier, each band, a batch, no money, a conflict, a repetition, an alert to be folded. */
export function webhooks(now: number): { readonly together: readonly Webhook[]; readonly later: readonly Webhook[] } {
  const low = stripe('low', 'pi_low', 1_999, 'cus_low', now);
  return {
    together: [
      low,
      stripe('high risk', 'pi_risky', 4_200_000, 'cus_risky', now, { country: 'DE', card_country: 'BR' }),
      adyenBatch('batch', now),
      stripe('no money', 'cus_created', 0, 'cus_new', now, {}, 'customer.created'),
    ],
    later: [
      { ...stripe('conflict', 'pi_low', 2_999, 'cus_low', now) },
      { ...low, name: 'repetition' },
      stripe('high risk again', 'pi_risky_again', 4_300_000, 'cus_risky', now, { country: 'DE', card_country: 'BR' }),
    ],
  };
}

function stripe(
  name: string, id: string, cents: number, customer: string, now: number, metadata: Record<string, string> = {}, type = 'payment_intent.succeeded',
): Webhook {
  const created = Math.floor(now / 1000);
  const body = JSON.stringify({
    id: `evt_${id}`,
    object: 'event',
    created,
    type,
    data: { object: { id, object: type.split('.')[0], amount: cents, amount_received: cents, currency: 'usd', customer, metadata, created } },
  });
  return { name, endpoint: 'stripe', body, marks: [{ transactionId: `stripe#${id}`, payload: body }] };
}

function adyenBatch(name: string, now: number): Webhook {
  const items = [['PSP1', 245_050], ['PSP2', 1_500_000]] as const;
  const body = JSON.stringify({
    live: 'false',
    notificationItems: items.map(([pspReference, value]) => ({
      NotificationRequestItem: {
        additionalData: { shopperReference: `shopper ${pspReference}` },
        amount: { currency: 'USD', value },
        eventCode: 'AUTHORISATION',
        eventDate: new Date(now).toISOString().replace(/\.\d+Z/, '+00:00'),
        merchantAccountCode: 'Proof',
        merchantReference: pspReference,
        pspReference,
        success: 'true',
      },
    })),
  });
  return { name, endpoint: 'adyen', body, marks: items.map(([id]) => ({ transactionId: `adyen#${id}`, payload: `"pspReference":"${id}"` })) };
}

/** Sends as a provider does: signed anew each time, and again until it is told that all is well. */
export async function deliver(world: World, webhook: Webhook): Promise<Sent> {
  const { services, system, clock } = world;
  const endpoint = system.endpoints.find(({ name }) => name === webhook.endpoint)!;
  const sent: Sent = { webhook, statuses: [], answers: [] };
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    const { headers, body } = signedRequest(services, endpoint, Buffer.from(webhook.body));
    const answer = await services.apis.request(system.apiId, system.stage, {
      method: 'POST',
      path: `/webhook/${webhook.endpoint}`,
      query: new URLSearchParams(),
      headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]])),
      body,
      sourceIp: '127.0.0.1',
    });
    sent.statuses.push(answer.status);
    sent.answers.push(answer.body.toString());
    if (answer.status < 300) break;
    await clock.sleep(RETRY_MS);
  }
  return sent;
}
