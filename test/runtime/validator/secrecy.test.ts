import type { WebhookRequest } from '../../../runtime/providers/adapter';
import { captureOutput } from '../../helpers/output';
import { flatTransaction, NOW, requestWith, signedStandard, signedStripe, STANDARD_SECRET, STRIPE_SECRET, stripeEvent } from '../../helpers/signed-webhooks';
import { validator } from './setup';

const output = captureOutput();
const CARD = '4111111111111111';
const CANARY = 'customer-says-hello';

const metadata = { card: CARD, note: CANARY };
const partner = flatTransaction({ metadata });
const sale = stripeEvent({ object: { metadata } });

const webhooks: [string, string, WebhookRequest][] = [
  ['accepted', 'stripe', signedStripe(sale)],
  ['accepted by the default', 'partners', signedStandard(partner)],
  ['stale', 'stripe', signedStripe(sale, { at: NOW - 1000 })],
  ['forged', 'stripe', signedStripe(sale, { secret: 'whsec_forged' })],
  ['forged by the default', 'partners', { ...signedStandard(partner), body: Buffer.from(partner.replace('99.90', '1.00')) }],
  ['signed in upper case', 'stripe', requestWith({ 'stripe-signature': `t=${NOW},v1=${'AB'.repeat(32)}` }, sale)],
  ['cut short', 'stripe', signedStripe(sale.slice(0, -2))],
  ['followed by more', 'partners', signedStandard(`${partner}{"card":"${CARD}"}`)],
  ['without a customer', 'partners', signedStandard(flatTransaction({ metadata, customer_id: undefined }))],
  ['of the wrong type', 'partners', requestWith({ 'content-type': 'text/plain' }, partner)],
  ['too large', 'partners', signedStandard(flatTransaction({ metadata: { ...metadata, pad: 'x'.repeat(5000) } }))],
  ['for nobody', 'nobody', signedStandard(partner)],
];

const signaturesOf = ({ headers }: WebhookRequest) => ['stripe-signature', 'webhook-signature']
  .flatMap((name) => headers.get(name) ?? [])
  .flatMap((value) => [value, ...value.split(/v1[=,]/).slice(1)]);

test.each(webhooks)('a webhook %s leaves no secret, signature or content in its answer or in the logs', async (_, endpoint, request) => {
  const { post } = validator();
  const answers = [await post(endpoint, request), await post(endpoint, request)];
  const said = [...answers.map(({ text }) => text), output.text].join('\n');
  expect(output.lines.length).toBeGreaterThan(0);
  for (const hidden of [STRIPE_SECRET, STANDARD_SECRET, STANDARD_SECRET.slice(6), CARD, CANARY, ...signaturesOf(request)]) {
    expect(said).not.toContain(hidden);
  }
});

test.each([['store', 'the table is down'], ['secrets', 'no secret today']] as const)('a failing %s is logged with its cause and told to nobody', async (part, cause) => {
  const failing = async () => { throw new Error(cause); };
  const { post } = validator({ [part]: failing });
  const answer = await post('stripe', signedStripe(sale));
  expect(answer.text).not.toContain(cause);
  expect(output.logs).toEqual(expect.arrayContaining([expect.objectContaining({ level: 'ERROR', endpoint: 'stripe', detail: cause })]));
  for (const hidden of [STRIPE_SECRET, CARD, CANARY]) expect(output.text).not.toContain(hidden);
});

test('a value an authentic sender got wrong is told to the sender only', async () => {
  const { post } = validator();
  const answer = await post('partners', signedStandard(flatTransaction({ amount: 'ninety-nine' })));
  expect(answer).toMatchObject({ statusCode: 400, body: { error: expect.stringContaining('decimal') } });
  expect(output.text).not.toContain('ninety-nine');
});

test.each([
  ['transaction', flatTransaction({ transaction_id: CARD }), 'msg_1'], ['transaction, in groups', flatTransaction({ transaction_id: '4111-1111-1111-1111' }), 'msg_1'],
  ['event', flatTransaction(), CARD],
])('a card number that is the id of the %s is kept, but not logged', async (_, body, id) => {
  const { post, rows } = validator();
  expect((await post('partners', signedStandard(body, { id }))).statusCode).toBe(200);
  expect(JSON.stringify([...rows.keys()])).toMatch(/4111-?1111-?1111-?1111/);
  expect(output.lines.join('\n')).toContain('****1111');
  expect(output.text).not.toMatch(/4111-?1111-?1111-?1111/);
});

test('a refusal is logged with its reason and the endpoint', async () => {
  await validator().post('stripe', signedStripe(sale, { at: NOW - 301 }));
  expect(output.logs).toEqual([expect.objectContaining({ level: 'WARN', endpoint: 'stripe', reason: 'timestamp_too_old', status: 401, bytes: sale.length })]);
});
