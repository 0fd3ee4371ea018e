import { createHash, createHmac } from 'node:crypto';
import { createServer, IncomingMessage, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { signedHeaders } from '../../../runtime/aws/signed-fetch';
import { questionOf, remoteModel, scoreIn } from '../../../runtime/fraud-detector/model';
import { screenedOf } from '../../../runtime/fraud-detector/rules';
import { FraudModelConfig } from '../../../src/contract';
import { detail } from './setup';

const ARN = 'arn:aws:lambda:eu-west-1:111122223333:function:model:live';
const CREDENTIALS = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret', sessionToken: 'session' };
const NOW = new Date('2025-10-09T08:53:21.123Z');

test('a call is signed as the AWS SDK signs it', async () => {
  class Sha256 {
    private readonly hash;
    public constructor(secret?: string | Uint8Array) { this.hash = secret === undefined ? createHash('sha256') : createHmac('sha256', secret); }
    public update(data: string | Uint8Array) { this.hash.update(data); }
    public async digest() { return this.hash.digest(); }
  }
  const { SignatureV4 } = jest.requireActual('@smithy/signature-v4');
  const url = new URL(`https://lambda.eu-west-1.amazonaws.com/2015-03-31/functions/${encodeURIComponent(ARN)}/invocations`);
  const signer = new SignatureV4({ credentials: CREDENTIALS, region: 'eu-west-1', service: 'lambda', sha256: Sha256, applyChecksum: false });
  const body = '{"a":"ü"}';
  const headers = { 'content-type': 'application/json' };
  const expected = await signer.sign(
    { method: 'POST', protocol: 'https:', hostname: url.host, path: url.pathname, query: {}, headers: { ...headers, host: url.host }, body }, { signingDate: NOW },
  );
  expect(signedHeaders({ service: 'lambda', region: 'eu-west-1', url, headers, body }, CREDENTIALS, NOW).authorization).toBe(expected.headers.authorization);
});

describe('asking', () => {
  let server: Server;
  let asked: { request: IncomingMessage; body: string }[];
  let answer: { status?: number; headers?: Record<string, string>; body?: string };

  beforeAll((done) => {
    server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk)).on('end', () => {
        asked.push({ request, body: Buffer.concat(chunks).toString('utf8') });
        if (answer.body !== undefined) response.writeHead(answer.status ?? 200, answer.headers).end(answer.body);
      });
    }).listen(0, '127.0.0.1', done);
  });
  beforeEach(() => { asked = []; answer = {}; });
  afterAll((done) => { server.closeAllConnections(); server.close(done); });

  const ask = (more: Partial<FraudModelConfig> = {}) => remoteModel(
    { kind: 'function', target: ARN, weight: 500, timeout_ms: 1000, ...more },
    { region: 'eu-west-1', credentials: async () => CREDENTIALS, endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}` },
  )(screenedOf(detail()));

  test('a function answers with a score', async () => {
    answer = { body: '{"score":0.12345}' };
    expect(await ask()).toEqual({ target: ARN, score: 0.123 });
    expect(asked[0].request.url).toBe(`/2015-03-31/functions/${encodeURIComponent(ARN)}/invocations`);
    expect(asked[0].request.headers.authorization).toContain('/eu-west-1/lambda/aws4_request');
    expect(JSON.parse(asked[0].body)).toMatchObject({ transaction_id: 'pi_1', amount: '42.00', currency: 'USD', customer_id: 'cus_1', history: [] });
  });

  test('an endpoint of SageMaker answers with the number alone', async () => {
    answer = { body: '0.9' };
    expect(await ask({ kind: 'sagemaker', target: 'fraud', shadow: true })).toEqual({ target: 'fraud', score: 0.9, shadow: true });
    expect(asked[0].request.url).toBe('/endpoints/fraud/invocations');
    expect(asked[0].request.headers.authorization).toContain('/eu-west-1/sagemaker/aws4_request');
  });

  test.each([
    ['an error', { status: 500, body: '{}' }, 'status 500'],
    ['a function that failed', { headers: { 'x-amz-function-error': 'Unhandled' }, body: '{"score":1}' }, 'the function failed'],
    ['no score', { body: '{"score":"high"}' }, 'the answer has no score from 0 to 1'],
    ['silence', {}, 'no answer in 50 ms'],
  ])('%s is no score, and never a failure of the screening', async (_, given, failure) => {
    answer = given;
    expect(await ask({ timeout_ms: 50 })).toEqual({ target: ARN, failure });
  });
});

test.each(['2', '-0.1', 'null', '[]', '{}', '{"score":null}', 'NaN', '', '"0.5"', `{"score":0.5,"x":"${'x'.repeat(10_000)}"}`])('%.20s is no score', (text) => {
  expect(() => scoreIn(text)).toThrow(/^the answer/);
});

test('the question has no number that a float could change', () => {
  expect(questionOf(screenedOf(detail({ amount_text: '90071992547409000.01' })))).toContain('"amount":"90071992547409000.01"');
});
