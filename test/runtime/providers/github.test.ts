import { execFileSync } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { github } from '../../../runtime/providers/github';
import { because, mapped, request } from './harness';
import { behavesLikeAProvider } from './suite';
import vectors from './vectors/github.json';

const SECRET = 'made-up-github-secret';
const HEADER = 'x-hub-signature-256';
const BODY = JSON.stringify({
  action: 'purchased', effective_date: '2025-10-09T00:00:00+00:00', sender: { login: 'octocat', id: 1 }, repository: { full_name: 'a/b' },
});

const sign = (body: string | Buffer, secret: string) => ({
  headers: {
    [HEADER]: `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`,
    'x-github-event': 'marketplace_purchase',
    'x-github-delivery': 'd-1',
  },
  body,
});

behavesLikeAProvider({ adapter: github, secret: SECRET, header: HEADER, body: BODY, sign, vectors });

test('the official library signs the same', () => {
  // It is an ES module only.
  const script = 'import { sign, verify } from "@octokit/webhooks-methods"; const [secret, body] = process.argv.slice(1);'
    + ' const signature = await sign(secret, body); console.log(JSON.stringify([signature, await verify(secret, body, signature)]));';
  const output = execFileSync(process.execPath, ['--input-type=module', '-e', script, SECRET, BODY], { encoding: 'utf8' });
  const [signature, valid] = JSON.parse(output) as [string, boolean];
  expect([signature, valid]).toEqual([sign(BODY, SECRET).headers[HEADER], true]);
  expect(github.verify(request({ headers: { [HEADER]: signature }, body: BODY }), { secrets: [SECRET], options: {} })).toEqual({ secretIndex: 0 });
});

test('an older signature beside it is not looked at', () => {
  const old = { 'x-hub-signature': `sha1=${createHmac('sha1', SECRET).update(BODY).digest('hex')}` };
  const verify = (headers: Record<string, string>) => github.verify(request({ headers, body: BODY }), { secrets: [SECRET], options: {} });
  expect(() => verify(old)).toThrow(because('missing_signature') as Error);
  expect(() => verify({ [HEADER]: old['x-hub-signature'] })).toThrow(because('malformed_signature') as Error);
});

test('an event is authentic and never money', () => {
  const [{ event }] = mapped(github, sign(BODY, SECRET));
  expect(event).toEqual({
    transaction_id: expect.stringMatching(/^sha256:[0-9a-f]{64}$/) as string,
    event_id: 'd-1',
    event_type: 'marketplace_purchase.purchased',
    amount: null,
    currency: null,
    provider: 'github',
    customer_id: null,
    occurred_at: '2025-10-09T00:00:00.000Z',
    metadata: { repository: 'a/b', sender: 'octocat' },
    money_moved: false,
    needs_fetch: false,
  });
});

test('replayed under another delivery or event it is still the same row', () => {
  const [first] = mapped(github, sign(BODY, SECRET));
  const [replayed] = mapped(github, { body: BODY, headers: { 'x-github-delivery': 'd-2', 'x-github-event': 'push' } });
  expect([replayed.event.transaction_id, replayed.key]).toEqual([first.event.transaction_id, first.key]);
  expect(replayed.event.event_id).toBe('d-2');
});

test('without its headers it has ids all the same', () => {
  const [{ event }] = mapped(github, { body: '{}' });
  expect(event).toMatchObject({ event_type: 'unknown', event_id: event.transaction_id });
});
