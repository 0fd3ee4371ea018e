import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createServer, Server } from 'node:http';
import { AddressInfo } from 'node:net';
import { rootCertificates } from 'node:tls';
import { promisify } from 'node:util';
import { DEMO_AUTHORITY, DEMO_CERTIFICATE } from '../../../local/demo/paypal-certificate';
import { demoProviderOf } from '../../../local/demo/providers';
import { sampleTransaction } from '../../../local/demo/samples';
import { VirtualClock } from '../../../local/kernel/clock';
import { Journal } from '../../../local/kernel/journal';
import { AwsRequest } from '../../../local/kernel/wire';
import { processEnvironment } from '../../../local/lambda/process-environment';
import { Outside } from '../../../local/outside/outside';
import { paypal } from '../../../runtime/providers/paypal';

const CERTIFICATE_PATH = '/v1/notifications/certs/CERT-00000000-demo';

let server: Server;
let url: string;
let outside: Outside;
const journal = new Journal(new VirtualClock());

beforeAll(async () => {
  server = createServer((request, response) => {
    const { method, url: path } = request as { method: string; url: string };
    const { status, headers, body } = path.startsWith('/_local/outside/')
      ? outside.handle(asked(method, path.split('?')[0]))
      : { status: 200, headers: {}, body: `inside ${path} ${request.headers['x-seen'] as string}` };
    response.writeHead(status, headers).end(body);
  });
  await new Promise<void>((resume) => server.listen(0, '127.0.0.1', resume));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  outside = new Outside(url, journal);
});
afterAll(() => {
  outside.stop();
  server.close();
});

function asked(method: string, path: string): AwsRequest {
  return { method, path, query: new URLSearchParams(), headers: {}, body: Buffer.alloc(0) };
}

/** What a program gets by `fetch` in the environment handlers have. */
async function fetched(expression: string): Promise<{ status: number; body: string }> {
  const program = `const r = await fetch(${expression}); console.log(JSON.stringify({ status: r.status, body: await r.text() }));`;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', program], { env: { ...outside.environment() } });
  return JSON.parse(stdout);
}

test('a handler that fetches a certificate of PayPal gets the demo\'s, and its authority', async () => {
  expect(await fetched(`'https://api.paypal.com${CERTIFICATE_PATH}', { redirect: 'error', signal: AbortSignal.timeout(3000) }`))
    .toEqual({ status: 200, body: DEMO_CERTIFICATE + DEMO_AUTHORITY });
  expect(await fetched(`new Request('https://api-m.sandbox.paypal.com${CERTIFICATE_PATH}')`)).toMatchObject({ status: 200 });
});

test('everything else outside is refused, and says what was asked for', async () => {
  expect(await fetched('"https://example.com:8443/a/b?c=d", { method: "POST", body: "x" }')).toEqual({
    status: 502, body: JSON.stringify({ error: 'The local runner reaches nothing outside: POST example.com:8443/a/b' }),
  });
  expect(journal.entries().map(({ data }) => data)).toContainEqual({ method: 'POST', address: 'example.com:8443/a/b', status: 502 });
});

test('what is on this machine is fetched as ever', async () => {
  expect(await fetched(`new URL('${url}/here'), { headers: { 'x-seen': 'yes' } }`)).toEqual({ status: 200, body: 'inside /here yes' });
  expect(await fetched('"data:text/plain,inline"')).toEqual({ status: 200, body: 'inline' });
});

test.each([
  ['GET', '/_local/outside/api.paypal.com.example.com/v1/notifications/certs/CERT-1'],
  ['GET', '/_local/outside/api.paypal.com/v1/notifications/certs/'],
  ['GET', '/_local/outside/api.paypal.com/v1/notifications/certs/../x'],
  ['POST', `/_local/outside/api.paypal.com${CERTIFICATE_PATH}`],
  ['GET', '/_local/outside'],
])('%s %s is no certificate', (method, path) => {
  expect(outside.handle(asked(method, path)).status).toBe(502);
});

test('its files are written once and go with it', () => {
  const another = new Outside(url, journal);
  const { NODE_EXTRA_CA_CERTS: file } = another.environment();
  expect(another.environment().NODE_EXTRA_CA_CERTS).toBe(file);
  expect(readFileSync(file, 'utf8')).toBe(DEMO_AUTHORITY);
  another.stop();
  expect(existsSync(file)).toBe(false);
});

test('a function\'s own Node.js options come after the runner\'s', () => {
  const spec = { name: 'f', arn: 'arn', codeDirectory: '.', handler: 'index.handler', memoryMb: 128, timeoutSeconds: 3, environment: { NODE_OPTIONS: '--enable-source-maps' } };
  const runner = outside.environment();
  expect(processEnvironment(spec, runner, 'api', 'stream').NODE_OPTIONS).toBe(`${runner.NODE_OPTIONS} --enable-source-maps`);
});

describe('a demo webhook of PayPal', () => {
  const now = Date.parse('2026-06-01T00:00:00Z');
  const options = { webhookId: 'MADEUPWEBHOOKID01' };
  const { write, sign } = demoProviderOf('paypal');
  const { headers, body } = sign(Buffer.from(write(sampleTransaction(0), now, options).body), '', now, options);
  const request = { method: 'POST', headers: new Map(Object.entries(headers).map(([name, value]) => [name, [value]])), query: new Map<string, string>(), body, receivedAt: now };
  const verify = (trustedRoots: readonly string[], at = now) => paypal.verify({ ...request, receivedAt: at }, {
    secrets: [], options: { ...options, trustedRoots, certificateTime: at }, certificate: DEMO_CERTIFICATE + DEMO_AUTHORITY,
  });

  test('passes with the demo\'s authority, and with no other', () => {
    expect(verify([DEMO_AUTHORITY])).toEqual({ secretIndex: 0 });
    expect(() => verify(rootCertificates)).toThrow(expect.objectContaining({ reason: 'unknown_key' }) as Error);
  });

  test('asks for a certificate at an address the runner answers for', () => {
    const address = paypal.certificateUrl!(request).replace('https://', '/_local/outside/');
    expect(outside.handle(asked('GET', address)).status).toBe(200);
  });
});
