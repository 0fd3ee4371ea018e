import { captureOutput } from '../../helpers/output';
import { flatTransaction, NOW, requestWith, signedStandard, signedStripe, stripeEvent } from '../../helpers/signed-webhooks';
import { validator } from './setup';

const output = captureOutput();
const RECEIVED = new Date(NOW * 1000).toISOString();
const large = (bytes: number) => flatTransaction({ metadata: { pad: 'x'.repeat(bytes) } });

const countOf = (name: string) => output.metrics.filter((datum) => datum.name === name).map(({ dimensions: { Provider, Reason } }) => [Provider, Reason].filter(Boolean).join(' '));

describe('200', () => {
  test('a new transaction is stored before it is answered', async () => {
    const { post, rows } = validator();
    const answer = await post('stripe', signedStripe(stripeEvent()));
    expect(answer).toMatchObject({
      statusCode: 200,
      headers: { 'Content-Type': 'application/json' },
      body: { message: 'Transaction processed successfully', transaction_id: 'pi_1', timestamp: RECEIVED },
    });
    expect([...rows.values()]).toMatchObject([{ transaction_id: 'stripe#pi_1', event_id: 'evt_1', record: 'transaction', tier: 'low', endpoint: 'stripe' }]);
    expect(countOf('WebhooksAccepted')).toEqual(['stripe']);
  });

  test('the bare path is the default endpoint', async () => {
    const { post, rows } = validator();
    expect((await post(undefined, signedStandard(flatTransaction()))).statusCode).toBe(200);
    expect([...rows.values()]).toMatchObject([{ transaction_id: 'partners#txn_1', endpoint: 'partners' }]);
  });

  test('a retry is answered like the first, marked as a duplicate, and not stored again', async () => {
    const { post, rows } = validator();
    await post('stripe', signedStripe(stripeEvent()));
    const again = await post('stripe', signedStripe(stripeEvent(), { at: NOW - 10 }));
    expect(again).toMatchObject({ statusCode: 200, body: { message: 'Transaction already processed', transaction_id: 'pi_1', duplicate: true } });
    expect(rows.size).toBe(1);
    expect(countOf('WebhooksDuplicate')).toEqual(['stripe']);
  });

  test('a retry by Stripe that counts its pending deliveries down is a duplicate, no conflict', async () => {
    const { post, rows } = validator();
    await post('stripe', signedStripe(stripeEvent({ event: { pending_webhooks: 2 } })));
    const again = await post('stripe', signedStripe(stripeEvent({ event: { pending_webhooks: 1 } })));
    expect(again.body).toMatchObject({ duplicate: true });
    expect(rows.size).toBe(1);
  });

  test('another body under a known id is kept beside the first, and said to be a conflict', async () => {
    const { post, rows } = validator();
    await post('partners', signedStandard(flatTransaction({ amount: '10.00' })));
    const second = await post('partners', signedStandard(flatTransaction({ amount: '20.00' })));
    expect(second).toMatchObject({ statusCode: 200, body: { transaction_id: 'txn_1', conflict: true } });
    expect(second.body).not.toHaveProperty('duplicate');
    const [first, conflict] = [...rows.values()];
    expect(first).toMatchObject({ record: 'transaction', event: { amount: '10.00' } });
    expect(conflict).toMatchObject({ record: 'conflict', event: { amount: '20.00' }, conflicts_with: { transaction_id: 'partners#txn_1', event_id: 'msg_1' } });
    expect(countOf('WebhooksConflict')).toEqual(['partners']);
  });

  test('the same ids from two endpoints are two transactions', async () => {
    const { post, rows } = validator();
    await post('stripe', signedStripe(stripeEvent({ id: 'same', object: { id: 'same' } })));
    const other = await post('partners', signedStandard(flatTransaction({ transaction_id: 'same' }), { id: 'same' }));
    expect(other.body).not.toHaveProperty('duplicate');
    expect(rows.size).toBe(2);
  });

  test('an authentic event that moved no money is kept without a tier', async () => {
    const { post, rows } = validator();
    expect((await post('stripe', signedStripe(stripeEvent({ type: 'charge.succeeded' })))).statusCode).toBe(200);
    expect([...rows.values()]).toMatchObject([{ record: 'event', tier: undefined }]);
  });

  test.each([['999.99', 'low'], ['1000.00', 'medium'], ['10000.00', 'medium'], ['10000.01', 'high']])('%s is stored as %s', async (amount, tier) => {
    const { post, rows } = validator();
    await post('partners', signedStandard(flatTransaction({ amount })));
    expect([...rows.values()]).toMatchObject([{ tier, event: { amount } }]);
  });

  test('the stored payload is the bytes that were signed', async () => {
    const { post, rows } = validator();
    const body = ` ${flatTransaction({ metadata: { name: 'Zoë 🎉' } })}\n`;
    await post('partners', signedStandard(body));
    expect([...rows.values()][0].payload).toBe(body);
  });

  test.each(['application/json; charset=utf-8', 'APPLICATION/JSON', ' application/json ;v=1'])('content type %j is understood', async (contentType) => {
    const request = signedStandard(flatTransaction());
    const headers = new Map([...request.headers, ['content-type', [contentType]]]);
    expect((await validator().post('partners', { ...request, headers })).statusCode).toBe(200);
  });
});

describe('refusals', () => {
  const unsigned = requestWith({}, flatTransaction());
  const typed = (contentType: string) => requestWith({ 'content-type': contentType }, flatTransaction());

  test.each([
    ['unknown endpoint', 'nobody', signedStandard(flatTransaction()), 404, 'unknown', 'unknown_provider'],
    ['endpoint named like a prototype member', '__proto__', signedStandard(flatTransaction()), 404, 'unknown', 'unknown_provider'],
    ['too large a body', 'partners', signedStandard(large(5000)), 413, 'partners', 'body_too_large'],
    ['another content type', 'partners', typed('text/plain'), 415, 'partners', 'wrong_content_type'],
    ['an empty content type', 'partners', typed(''), 415, 'partners', 'wrong_content_type'],
    ['no signature', 'partners', unsigned, 401, 'partners', 'missing_signature'],
    ['a stale signature', 'partners', signedStandard(flatTransaction(), { at: NOW - 301 }), 401, 'partners', 'timestamp_too_old'],
    ['a signature from the future', 'partners', signedStandard(flatTransaction(), { at: NOW + 301 }), 401, 'partners', 'timestamp_in_future'],
    ['a signature for another body', 'partners', { ...signedStandard(flatTransaction()), body: Buffer.from('{}') }, 401, 'partners', 'signature_mismatch'],
    ['no JSON', 'partners', signedStandard('no json'), 400, 'partners', 'malformed_body'],
    ['an unknown currency', 'partners', signedStandard(flatTransaction({ currency: 'BTC' })), 400, 'partners', 'malformed_body'],
    ['no number', 'partners', signedStandard(flatTransaction({ amount: 'NaN' })), 400, 'partners', 'malformed_body'],
    ['a number too large to keep', 'stripe', signedStripe(stripeEvent().replaceAll('1099', '1e400')), 400, 'stripe', 'malformed_body'],
    ['a key that occurs twice', 'stripe', signedStripe(stripeEvent().replace('{', '{"id":"evt_2",')), 400, 'stripe', 'malformed_body'],
    ['bytes that are no text', 'stripe', signedStripe(Buffer.from([0x7b, 0xff, 0x7d])), 400, 'stripe', 'malformed_body'],
    ['an id with a quote in it', 'partners', signedStandard(flatTransaction({ transaction_id: 'a"b' })), 400, 'partners', 'malformed_body'],
    ['an id with a line break in it', 'stripe', signedStripe(stripeEvent({ id: 'evt\n1' })), 400, 'stripe', 'malformed_body'],
    ['an id with half a character in it', 'stripe', signedStripe(stripeEvent({ id: 'evt_\ud83d' })), 400, 'stripe', 'malformed_body'],
    ['an event type with a backslash in it', 'stripe', signedStripe(stripeEvent({ type: 'a\\b' })), 400, 'stripe', 'malformed_body'],
    ['a GET', 'partners', { ...signedStandard(flatTransaction()), method: 'GET' }, 404, 'partners', 'unknown_provider'],
    ['an id too long to be a key', 'partners', signedStandard(flatTransaction(), { id: 'm'.repeat(513) }), 400, 'partners', 'malformed_body'],
  ])('%s', async (_, endpoint, request, status, provider, reason) => {
    const { post, rows } = validator();
    const answer = await post(endpoint, request);
    expect(answer).toMatchObject({ statusCode: status, headers: { 'Content-Type': 'application/json' } });
    expect(Object.entries(answer.body)).toEqual([['error', expect.stringMatching(/./)]]);
    expect(rows.size).toBe(0);
    expect(countOf('WebhooksRejected')).toEqual([`${provider} ${reason}`]);
  });

  test('every 401 reads the same: nothing tells how close a forgery came', async () => {
    const { post } = validator();
    const body = flatTransaction();
    const attempts = [unsigned, signedStandard(body, { at: NOW - 301 }), { ...signedStandard(body), body: Buffer.from('{}') }, requestWith({ 'webhook-id': 'a' }, body)];
    const texts = await Promise.all(attempts.map(async (request) => (await post('partners', request)).text));
    expect(new Set(texts).size).toBe(1);
  });

  test('what is wrong with a body is told only after its signature was verified', async () => {
    const { post } = validator();
    expect((await post('partners', requestWith({}, 'no json'))).statusCode).toBe(401);
  });

  test('the body limit is in bytes, and itself allowed', async () => {
    const body = flatTransaction({ metadata: { name: 'ä'.repeat(500) } });
    const bytes = Buffer.byteLength(body);
    expect((await validator({ maxBodyBytes: bytes }).post('partners', signedStandard(body))).statusCode).toBe(200);
    expect((await validator({ maxBodyBytes: bytes - 1 }).post('partners', signedStandard(body))).statusCode).toBe(413);
  });
});

describe('503 asks the provider to come again', () => {
  test('when the table does not answer', async () => {
    const { post } = validator({ store: async () => { throw new Error('ProvisionedThroughputExceeded'); } });
    const answer = await post('partners', signedStandard(flatTransaction()));
    expect(answer).toMatchObject({ statusCode: 503, headers: { 'Content-Type': 'application/json' }, body: { error: 'Temporarily unavailable, please retry' } });
    expect(countOf('WebhooksAccepted')).toEqual([]);
  });

  test('when the secret cannot be had', async () => {
    const { post, rows } = validator({ secrets: async () => { throw new Error('AccessDenied'); } });
    expect((await post('partners', signedStandard(flatTransaction()))).statusCode).toBe(503);
    expect(rows.size).toBe(0);
  });

  test('when the secret is no key: the sender did nothing wrong', async () => {
    const { post } = validator({ secrets: async () => ({ values: ['short'], refreshed: true }) });
    expect((await post('partners', signedStandard(flatTransaction()))).statusCode).toBe(503);
  });
});
