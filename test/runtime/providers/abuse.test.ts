import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { mockClient } from 'aws-sdk-client-mock';
import { cachedSecrets } from '../../../runtime/aws/secrets';
import type { WebhookRequest } from '../../../runtime/providers/adapter';
import { captureOutput } from '../../helpers/output';
import { flatTransaction, handSignedStripeHeader, NOW, requestWith, signedStandard, signedStripe, STANDARD_SECRET, STRIPE_SECRET, stripeEvent } from '../../helpers/signed-webhooks';
import { validator } from '../validator/setup';

/*
 * The abuse cases for webhooks that OWASP lists, one test each, against both kinds of
 * endpoint. The last of the list, plain HTTP, cannot arrive here: API Gateway listens on
 * TLS only. Which methods arrive is also decided there.
 */

const output = captureOutput();

const OLD_SECRETS = { stripe: 'whsec_made_up_for_tests_old', partners: `whsec_${Buffer.from('old-made-up-for-tests-0123456').toString('base64')}` };

interface Endpoint {
  readonly name: 'stripe' | 'partners';
  readonly header: string;
  readonly body: string;
  sign(body: string, options?: { readonly at?: number; readonly secret?: string }): WebhookRequest;
}

const ENDPOINTS: readonly Endpoint[] = [
  { name: 'stripe', header: 'stripe-signature', body: stripeEvent(), sign: signedStripe },
  { name: 'partners', header: 'webhook-signature', body: flatTransaction(), sign: signedStandard },
];

const headersOf = ({ headers }: WebhookRequest) => Object.fromEntries(headers) as Record<string, readonly string[]>;
const signatureOf = (request: WebhookRequest, { header }: Endpoint) => request.headers.get(header)![0];
/** The same request with another value in a header, or without it. */
function withHeader(request: WebhookRequest, name: string, value?: string): WebhookRequest {
  const { [name]: _, ...others } = headersOf(request);
  return { ...request, headers: new Map(Object.entries(value === undefined ? others : { ...others, [name]: [value] })) };
}

/** Refused with this status, said in public in no more than a word, and without a trace in the table. */
async function expectRefused(endpoint: Endpoint, request: WebhookRequest, status: number, world = validator()) {
  const answer = await world.post(endpoint.name, request);
  expect(answer.statusCode).toBe(status);
  expect(Object.keys(answer.body)).toEqual(['error']);
  expect(world.rows.size).toBe(0);
  return answer;
}

describe.each(ENDPOINTS)('at the endpoint $name', (endpoint) => {
  const { body, header, name, sign } = endpoint;

  test('the request that is abused below is a good one', async () => {
    const { post, rows } = validator();
    expect((await post(name, sign(body))).statusCode).toBe(200);
    expect(rows.size).toBe(1);
  });

  test('signature removed', async () => {
    const good = sign(body);
    await expectRefused(endpoint, withHeader(good, header), 401);
    await expectRefused(endpoint, withHeader(good, header, ''), 401);
    await expectRefused(endpoint, { ...good, headers: new Map([['content-type', ['application/json']]]) }, 401);
    // The version alone, without a value.
    await expectRefused(endpoint, withHeader(good, header, signatureOf(good, endpoint).replace(/(v1[,=]).*/, '$1')), 401);
  });

  test('signature replaced', async () => {
    const good = sign(body);
    await expectRefused(endpoint, withHeader(good, header, signatureOf(sign(`${body} `), endpoint)), 401);
    await expectRefused(endpoint, withHeader(good, header, signatureOf(sign(body, { secret: OLD_SECRETS[name] }), endpoint)), 401);
    await expectRefused(endpoint, { ...sign(body), body: Buffer.from(body.replace(/99\.90|1099/g, '9999')) }, 401);
  });

  test('expired key: a secret that was rotated out', async () => {
    const live = { stripe: ['whsec_made_up_for_tests_new', STRIPE_SECRET], partners: [`whsec_${Buffer.alloc(24, 7).toString('base64')}`, STANDARD_SECRET] }[name];
    const world = () => validator({ secrets: async () => ({ values: live, refreshed: true }) });
    await expectRefused(endpoint, sign(body, { secret: OLD_SECRETS[name] }), 401, world());
    expect((await world().post(name, sign(body))).statusCode).toBe(200);
  });

  test('unchanged replay', async () => {
    const { post, rows } = validator();
    const captured = sign(body);
    expect((await post(name, captured)).body).not.toHaveProperty('duplicate');
    for (const later of [1, 60, 300]) {
      const answer = await post(name, { ...captured, receivedAt: captured.receivedAt + later * 1000 });
      expect(answer).toMatchObject({ statusCode: 200, body: { duplicate: true } });
    }
    expect(rows.size).toBe(1);
  });

  test('unchanged replay of many at once', async () => {
    const { post, rows } = validator();
    const answers = await Promise.all(Array.from({ length: 20 }, () => post(name, sign(body))));
    expect(answers.filter(({ body: { duplicate } }) => !duplicate)).toHaveLength(1);
    expect(rows.size).toBe(1);
  });

  test('stale replay', async () => {
    const captured = sign(body);
    for (const later of [301, 3600, 86_400 * 365]) {
      await expectRefused(endpoint, { ...captured, receivedAt: captured.receivedAt + later * 1000 }, 401);
    }
  });

  test('stale replay with its time made fresh', async () => {
    const captured = sign(body, { at: NOW - 3600 });
    const fresh = new Map([...captured.headers].map(([key, values]) => [key, values.map((value) => value.replace(String(NOW - 3600), String(NOW)))]));
    await expectRefused(endpoint, { ...captured, headers: fresh }, 401);
  });

  test.each([
    ['nothing', ''], ['no JSON', 'amount=1'], ['half of it', '{"id":'], ['two of it', '{}{}'], ['an array', '[]'], ['null', 'null'],
    ['XML', '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>'],
    ['an empty object', '{}'], ['a prototype', '{"__proto__":{"transaction_id":"x","id":"x"}}'], ['a deep nest', '{"a":'.repeat(600) + '1' + '}'.repeat(600)],
    ['a number without end', `{"amount":${'9'.repeat(3000)}}`],
  ])('malformed body, well signed: %s', async (_, malformed) => {
    await expectRefused(endpoint, sign(malformed), 400);
  });

  test.each(['GET', 'HEAD', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'CONNECT', 'get', ''])('another method, unsigned: %s', async (method) => {
    const { post, rows } = validator();
    const answer = await post(name, { ...requestWith({}, body), method });
    expect(answer.statusCode).toBe(method === 'GET' ? 404 : 401);
    expect(rows.size).toBe(0);
  });

  test('another method, well signed: a GET has no effect', async () => {
    await expectRefused(endpoint, { ...sign(body), method: 'GET' }, 404);
  });

  test('detailed errors are told to nobody, and a signature is not even logged', async () => {
    const cause = 'cannot reach 10.0.0.1';
    const failing = async (): Promise<never> => { throw new Error(cause); };
    const captured = sign(body);
    const attempts: readonly [WebhookRequest, ReturnType<typeof validator>][] = [
      [captured, validator()], [captured, validator({ store: failing })], [withHeader(captured, header, `${signatureOf(captured, endpoint)}0`), validator()],
      [{ ...captured, body: Buffer.from('{}') }, validator()], [sign('{"secret":"4111111111111111"}'), validator()],
      [sign(body, { at: NOW - 1000 }), validator()], [captured, validator({ secrets: async () => ({ values: ['not a key'], refreshed: false }) })],
    ];
    const answers = await Promise.all(attempts.map(async ([request, world]) => (await world.post(name, request)).text));
    const signatures = attempts.flatMap(([request]) => signatureOf(request, endpoint).split(/[,= ]/)).filter((part) => part.length > 20);
    expect(signatures.length).toBeGreaterThan(0);
    for (const said of answers) expect(said).not.toMatch(/ {4}at |\.ts\b|\.js\b|node_modules|Error:|10\.0\.0\.1|arn:|4111111111111111/);
    for (const hidden of [STRIPE_SECRET, STANDARD_SECRET, 'not a key', ...signatures]) {
      for (const said of answers) expect(said).not.toContain(hidden);
    }
    // What a dependency says of itself is logged; what was sent is not.
    expect(output.text).toContain(cause);
    for (const hidden of [STRIPE_SECRET, STANDARD_SECRET, '4111111111111111', 'not a key', ...signatures]) expect(output.text).not.toContain(hidden);
    expect(output.text).not.toMatch(/ {4}at |node_modules/);
  });

  test('too large', async () => {
    const large = body.replace('{', `{"pad":"${'x'.repeat(5000)}",`);
    await expectRefused(endpoint, sign(large), 413);
    // It is not even hashed, so no signature is asked for.
    await expectRefused(endpoint, requestWith({}, large), 413);
  });

  test.each(['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', 'application/xml', 'text/html', 'application/jsonp', 'application/json5', ''])(
    'wrong content type: %j', async (contentType) => {
      await expectRefused(endpoint, withHeader(sign(body), 'content-type', contentType), 415);
      await expectRefused(endpoint, withHeader(sign(body), 'content-type'), 415);
    });

  test.each(['', '[]', '[""]', '["",""]'])('an empty secret fails closed: %j', async (text) => {
    const manager = mockClient(SecretsManagerClient);
    manager.on(GetSecretValueCommand).resolves({ SecretString: text });
    const world = () => validator({ secrets: cachedSecrets(new SecretsManagerClient({})) });
    // 503, so that nothing is lost until the secret is filled in.
    await expectRefused(endpoint, sign(body), 503, world());
    await expectRefused(endpoint, withHeader(requestWith({}, body), 'stripe-signature', handSignedStripeHeader(body, String(NOW), '')), 503, world());
    manager.restore();
  });

  test('no live secret lets nothing in', async () => {
    await expectRefused(endpoint, sign(body), 401, validator({ secrets: async () => ({ values: [], refreshed: false }) }));
  });
});
