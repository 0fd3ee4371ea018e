import { createHash } from 'node:crypto';
import { demoProviderOf } from '../../../local/demo/providers';
import { EndpointOptions } from '../../../local/demo/providers/provider';
import { sampleTransaction } from '../../../local/demo/samples';
import { hmac as adapter } from '../../../runtime/providers/hmac';

const { write, sign } = demoProviderOf('hmac');
const NOW = 1_760_000_000_123;

const MAPPED = {
  mapping: {
    provider: 'acme', transactionId: 'data.id', eventId: 'id', eventType: 'type', moneyTypes: ['paid'], amount: 'data.amount', amountUnit: 'minor', currency: 'data.currency',
    customerId: 'data.customer', occurredAt: 'at', occurredAtUnit: 's', metadata: 'data',
  },
};

/** What the adapter makes of a sample under these options, beside what the demo expects. */
function judged(options: EndpointOptions, secret = '0123456789abcdef') {
  const transaction = sampleTransaction(1);
  const written = write(transaction, NOW, options);
  const { headers, body } = sign(Buffer.from(written.body), secret, NOW, options);
  const request = {
    method: 'POST', body, query: new Map<string, string>(), receivedAt: NOW, headers: new Map(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), [value]])),
  };
  const verification = adapter.verify(request, { secrets: [secret], options });
  const [{ event }] = adapter.map(request, options);
  return { written, verification, event };
}

test.each<[string, EndpointOptions]>([
  ['the body', { header: 'x-signature' }],
  ['with a prefix', { header: 'X-Signature', prefix: 'sha256=' }],
  ['in base64', { header: 'x-signature', encoding: 'base64', algorithm: 'sha512' }],
  ['with one of several', { header: 'x-signature', separator: ',', prefix: 'v1=' }],
  ['with a key in hex', { header: 'x-signature', keyDecoding: 'hex' }],
  ['with a key in base64', { header: 'x-signature', keyDecoding: 'base64' }],
  ['with the time', { header: 'x-signature', timestampHeader: 'X-Time', signedText: '{timestamp}.{body}' }],
  ['with the time in milliseconds', { header: 'x-signature', timestampHeader: 'x-time', timestampUnit: 'ms', signedText: '{body}|{timestamp}' }],
  ['with the address', { header: 'x-signature', signedText: '{url}{body}', url: 'https://example.com/hook' }],
  ['with another header', { header: 'x-signature', signedText: '{header:X-Event}.{body}' }],
])('signs %s', (_, options) => {
  const { verification, written, event } = judged({ ...options, ...MAPPED });
  expect(verification).toEqual({ secretIndex: 0 });
  expect(event).toMatchObject({
    transaction_id: written.transactionId, event_type: 'paid', amount: '2450.50', currency: 'USD', provider: 'acme', customer_id: 'cus_1002',
    occurred_at: '2025-10-09T08:53:20.000Z', money_moved: true,
  });
  expect(written.money).toEqual({ amount: '2450.50', currency: 'USD' });
});

test.each([
  [{ amountUnit: 'major', currency: 'EUR' }, '2450.50', 'EUR'],
  [{ amountUnit: 'major', currency: 'JPY' }, '2450', 'JPY'],
  [{ amountUnit: 'minor', currency: 'KWD' }, '2450.500', 'KWD'],
  [{ amountUnit: 'minor', currency: 'ISK', exponents: { ISK: 2 } }, '2450.50', 'ISK'],
])('writes amounts as configured: %j', (mapping, amount, currency) => {
  const { written, event } = judged({ header: 'x-signature', mapping: { ...MAPPED.mapping, ...mapping } });
  expect(event).toMatchObject({ amount, currency });
  expect(written.money).toEqual({ amount, currency });
});

test('finds its way by JSON pointers', () => {
  const mapping = { transactionId: '/events/0/a~1b', eventType: '/events/0/type', moneyTypes: ['paid'], amount: '/events/0/sum', amountUnit: 'major', currency: 'USD' };
  const { written, event } = judged({ header: 'x-signature', mapping });
  expect(event).toMatchObject({ transaction_id: written.transactionId, amount: '2450.50', money_moved: true });
});

test.each<[string, EndpointOptions]>([
  ['the digest of the body', {}],
  ['the event id', { eventId: 'id' }],
  ['a signed header', { eventId: 'header:x-event', eventType: 'header:x-type' }],
  ['a signed header in any case', { eventId: 'Header:X-Event', eventType: 'HEADER:x-type' }],
])('knows under which id a webhook without a transaction is kept: %s', (_, mapping) => {
  const { written, event } = judged({ header: 'x-signature', signedText: '{header:x-event}{header:x-type}{body}', mapping });
  expect(event).toMatchObject({ transaction_id: written.transactionId, amount: null, money_moved: false });
  expect(written.money).toBeUndefined();
});

test('writes another body for every transaction, even where nothing is mapped', () => {
  const bodies = [0, 0].map((index) => write(sampleTransaction(index), NOW, { header: 'x-signature' }).body);
  expect(new Set(bodies.map((body) => createHash('sha256').update(body).digest('hex'))).size).toBe(2);
});
