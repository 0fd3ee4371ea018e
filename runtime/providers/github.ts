import { member, textAt } from '../transaction/json';
import type { MappedEvent, ProviderAdapter, WebhookRequest } from './adapter';
import { singleHeader } from './adapter';
import { digestOf, objectBody, present, timeOf, UNKNOWN_TYPE } from './mapping';
import { RawBodyHmac, verifyRawBody } from './raw-body-hmac';

/** The SHA-1 signature beside it is ignored. */
const SCHEME: RawBodyHmac = { header: 'x-hub-signature-256', algorithm: 'sha256', encoding: 'hex', prefix: 'sha256=' };

/** Even a purchase in the marketplace is an intent: GitHub bills it later. */
function map(request: WebhookRequest): readonly MappedEvent[] {
  const body = objectBody(request);
  const digest = digestOf(request);
  const name = singleHeader(request, 'x-github-event') || UNKNOWN_TYPE;
  const action = textAt(body, 'action');
  return [{
    // Event name and delivery id are headers nobody signed: under other ones the same body is still the same event.
    key: digest,
    event: {
      transaction_id: digest,
      event_id: singleHeader(request, 'x-github-delivery') || digest,
      event_type: action ? `${name}.${action}` : name,
      amount: null,
      currency: null,
      provider: 'github',
      customer_id: null,
      occurred_at: timeOf(request, textAt(body, 'effective_date')),
      metadata: present({
        repository: member(body, 'repository', 'full_name'),
        sender: member(body, 'sender', 'login'),
      }),
      money_moved: false,
      needs_fetch: false,
    },
  }];
}

/**
 * GitHub events: authentic, but never money.
 * @see https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries
 */
export const github: ProviderAdapter = {
  kind: 'github',
  description: {
    title: 'GitHub',
    signatureHeader: 'X-Hub-Signature-256',
    algorithm: 'HMAC-SHA256 of the body, hex after "sha256="',
    contentTypes: ['application/json'],
    batch: false,
    retryHorizonDays: 3,
    unconfirmed: ['Nothing is redelivered by itself; by hand it is possible for three days.'],
  },
  verify: (request, credentials) => verifyRawBody(SCHEME, request, credentials),
  map,
};
