import { TestHost } from './host';

const BASE = '/2015-03-31/functions';
let host: TestHost;

beforeAll(() => {
  host = new TestHost();
  host.add('echo', 'export const handler = async (event) => { if (event.fail) throw new Error("no"); return event; };', { tracing: 'Active' });
});

afterAll(() => host.stop());

async function request(method: string, path: string, body = '', headers: Record<string, string> = {}) {
  const response = await host.functions.handle({ method, path, query: new URLSearchParams(), headers, body: Buffer.from(body) });
  const text = String(response.body ?? '');
  return { ...response, body: text && JSON.parse(text) };
}

test('Invoke answers the payload, and names an error of the function in a header', async () => {
  expect(await request('POST', `${BASE}/echo/invocations`, '{"a":1}')).toMatchObject({
    status: 200, body: { a: 1 }, headers: { 'x-amz-executed-version': '$LATEST', 'x-amzn-requestid': expect.any(String) },
  });
  expect(await request('POST', `${BASE}/echo/invocations`, '{"fail":true}')).toMatchObject({
    status: 200, body: { errorMessage: 'no' }, headers: { 'x-amz-function-error': 'Unhandled' },
  });
});

test('Invoke takes ARNs, events and dry runs', async () => {
  const arn = encodeURIComponent('arn:aws:lambda:us-east-1:000000000000:function:echo');
  expect(await request('POST', `${BASE}/${arn}/invocations`, '{}', { 'x-amz-invocation-type': 'Event' })).toMatchObject({ status: 202, body: '' });
  expect((await request('POST', `${BASE}/echo/invocations`, '{}', { 'x-amz-invocation-type': 'DryRun' })).status).toBe(204);
});

test('functions are listed and described', async () => {
  const configuration = {
    FunctionName: 'echo',
    Handler: 'index.handler',
    MemorySize: 128,
    Timeout: 3,
    TracingConfig: { Mode: 'Active' },
    LoggingConfig: { LogFormat: 'Text', LogGroup: '/aws/lambda/echo' },
  };
  expect((await request('GET', `${BASE}/`)).body).toMatchObject({ Functions: [configuration] });
  expect((await request('GET', `${BASE}/echo`)).body).toMatchObject({ Configuration: configuration });
  expect((await request('GET', `${BASE}/echo/configuration`)).body).toMatchObject(configuration);
});

test('errors are named as Lambda names them', async () => {
  expect(await request('POST', `${BASE}/nobody/invocations`, '{}')).toMatchObject({
    status: 404, headers: { 'x-amzn-errortype': 'ResourceNotFoundException' }, body: { Type: 'User', Message: 'Function not found: nobody' },
  });
});

test.each([
  ['POST', `${BASE}/echo/invocations`, { 'x-amz-log-type': 'Tail' }],
  ['POST', `${BASE}/echo/invocations`, { 'x-amz-client-context': 'e30=' }],
  ['DELETE', `${BASE}/echo`, {}],
  ['GET', '/2015-03-31/layers', {}],
])('%s %s with %j is refused by name', async (method, path, headers) => {
  expect(await request(method, path, '{}', headers)).toMatchObject({ status: 501, headers: { 'x-amzn-errortype': 'NotSupportedLocally' } });
});
