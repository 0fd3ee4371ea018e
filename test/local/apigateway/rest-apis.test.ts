import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Duration, Stack } from 'aws-cdk-lib';
import {
  AccessLogFormat, GatewayResponse, IResource, LambdaIntegration, LogGroupLogDestination, MockIntegration, ResponseType, RestApi, RestApiProps,
} from 'aws-cdk-lib/aws-apigateway';
import { Function } from 'aws-cdk-lib/aws-lambda';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import type { APIGatewayProxyEvent } from 'aws-lambda';
import { apiGatewayResources, ApiRequest, ApiResponse, InvokeFunction, RestApis } from '../../../local/apigateway';
import { readAssembly, resolveStacks } from '../../../local/assembly';
import { VirtualClock } from '../../../local/kernel/clock';
import { Journal } from '../../../local/kernel/journal';
import { Metrics } from '../../../local/kernel/metrics';

const FUNCTION = 'arn:aws:lambda:us-east-1:000000000000:function:validator';

interface Served {
  readonly send: (request?: Partial<Omit<ApiRequest, 'body' | 'query'>> & { body?: string | Buffer; query?: string }, stage?: string) => Promise<ApiResponse>;
  readonly clock: VirtualClock;
  readonly metrics: Metrics;
  readonly journal: Journal;
  readonly logs: string[][];
  readonly apiId: string;
  readonly apis: RestApis;
}

/** Synthesizes an API, loads it and gives a way to send requests to its stage `prod`. */
async function serve(
  build: (root: IResource, integration: LambdaIntegration, stack: Stack) => void,
  invoke: InvokeFunction,
  props: (stack: Stack) => RestApiProps = () => ({}),
): Promise<Served> {
  const outdir = mkdtempSync(join(tmpdir(), 'api-'));
  try {
    const app = new App({ outdir, analyticsReporting: false });
    const stack = new Stack(app, 'Payments');
    const api = new RestApi(stack, 'Api', { restApiName: 'webhooks', cloudWatchRole: false, ...props(stack) });
    build(api.root, new LambdaIntegration(Function.fromFunctionArn(stack, 'Validator', FUNCTION)), stack);
    app.synth();
    return await load(outdir, invoke);
  } finally {
    rmSync(outdir, { recursive: true });
  }
}

async function load(outdir: string, invoke: InvokeFunction): Promise<Served> {
  const clock = new VirtualClock();
  const [journal, metrics, logs] = [new Journal(clock), new Metrics(clock), [] as string[][]];
  const apis = new RestApis({ clock, journal, metrics, invoke, logs: (...entry) => logs.push(entry) });
  const loaders = apiGatewayResources(apis);
  for (const resource of resolveStacks(readAssembly(outdir)).resources) await loaders[resource.type]?.(resource);
  const apiId = apis.list()[0].id;
  const send: Served['send'] = ({ body = '', query = '', ...request } = {}, stage = 'prod') => apis.request(apiId, stage, {
    method: 'POST', path: '/webhook/stripe', headers: {}, sourceIp: '203.0.113.9', ...request, query: new URLSearchParams(query), body: Buffer.from(body),
  });
  return { send, clock, metrics, journal, logs, apiId, apis };
}

const webhook = (root: IResource, integration: LambdaIntegration): void => {
  root.addResource('webhook').addResource('{provider}').addMethod('POST', integration);
};

/** An integration that keeps what it was sent. */
function recording(result: unknown = { statusCode: 200, body: 'ok' }): { invoke: InvokeFunction; events: APIGatewayProxyEvent[]; calls: string[][] } {
  const [events, calls] = [[] as APIGatewayProxyEvent[], [] as string[][]];
  const invoke: InvokeFunction = async (arn, payload, trace) => {
    calls.push([arn, trace]);
    events.push(JSON.parse(payload));
    return { payload: JSON.stringify(result) };
  };
  return { invoke, events, calls };
}

const text = (response: ApiResponse): string => response.body.toString();

describe('proxy event', () => {
  test('is what API Gateway documents', async () => {
    const { invoke, events, calls } = recording();
    const { send, apiId } = await serve(webhook, invoke, () => ({ deployOptions: { variables: { tone: 'kind' } } }));
    const response = await send({
      path: '/webhook/a%20b',
      query: 'x=1&x=2&y=%C3%A9',
      headers: { 'Host': ['localhost'], 'X-Sig': ['a', 'b'], 'stripe-Signature': ['t=1'], 'Connection': ['close'], 'User-Agent': ['curl'] },
      body: '{"id":1}',
    });
    expect(response.status).toBe(200);
    expect(calls[0][0]).toBe(FUNCTION);
    expect(response.headers['X-Amzn-Trace-Id']).toBe(calls[0][1]);
    expect(events[0]).toEqual({
      resource: '/webhook/{provider}',
      path: '/webhook/a%20b',
      httpMethod: 'POST',
      headers: expect.objectContaining({ 'Host': 'localhost', 'X-Sig': 'b', 'stripe-Signature': 't=1', 'X-Forwarded-For': '203.0.113.9', 'X-Forwarded-Proto': 'https' }),
      multiValueHeaders: expect.objectContaining({ 'X-Sig': ['a', 'b'], 'X-Amzn-Trace-Id': [calls[0][1].split(';')[0]] }),
      queryStringParameters: { x: '2', y: 'é' },
      multiValueQueryStringParameters: { x: ['1', '2'], y: ['é'] },
      pathParameters: { provider: 'a%20b' },
      stageVariables: { tone: 'kind' },
      requestContext: expect.objectContaining({
        accountId: '000000000000',
        apiId,
        domainName: `${apiId}.execute-api.us-east-1.amazonaws.com`,
        domainPrefix: apiId,
        httpMethod: 'POST',
        identity: expect.objectContaining({ sourceIp: '203.0.113.9', userAgent: 'curl', caller: null }),
        path: '/prod/webhook/a%20b',
        protocol: 'HTTP/1.1',
        requestId: response.headers['x-amzn-RequestId'],
        requestTime: '01/Jan/2026:00:00:00 +0000',
        requestTimeEpoch: Date.UTC(2026, 0, 1),
        resourcePath: '/webhook/{provider}',
        stage: 'prod',
      }),
      body: '{"id":1}',
      isBase64Encoded: false,
    });
    expect(events[0].headers).not.toHaveProperty('Connection');
  });

  test('says null for what is empty', async () => {
    const { invoke, events } = recording();
    const { send } = await serve((root, integration) => root.addMethod('GET', integration), invoke);
    await send({ method: 'GET', path: '/' });
    expect(events[0]).toMatchObject({
      queryStringParameters: null, multiValueQueryStringParameters: null, pathParameters: null, stageVariables: null, body: null,
    });
  });

  test('carries binary bodies in base64', async () => {
    const { invoke, events } = recording();
    const { send } = await serve(webhook, invoke, () => ({ binaryMediaTypes: ['*/*'] }));
    const body = Buffer.from([0, 255, 254, 1]);
    await send({ body, headers: { 'Content-Type': ['application/json'] } });
    expect(events[0]).toMatchObject({ body: body.toString('base64'), isBase64Encoded: true });
  });

  test('takes part in the trace the client names', async () => {
    const { invoke, calls } = recording();
    const { send } = await serve(webhook, invoke);
    const root = 'Root=1-5759e988-bd862e3fe1be46a994272793';
    await send({ headers: { 'x-amzn-trace-id': [root] } });
    await send({ headers: { 'x-amzn-trace-id': ['Root=nonsense'] } });
    expect(calls[0][1]).toMatch(new RegExp(`^${root};Parent=[0-9a-f]{16};Sampled=1$`));
    expect(calls[1][1]).toMatch(/^Root=1-[0-9a-f]{8}-[0-9a-f]{24};/);
  });
});

describe('routes', () => {
  const resourceOf = async (method: string, path: string): Promise<string> => {
    const { invoke, events } = recording();
    const { send } = await serve((root, integration) => {
      const a = root.addResource('a');
      a.addMethod('GET', integration);
      a.addResource('fixed').addMethod('POST', integration);
      a.addResource('{id}').addResource('end').addMethod('ANY', integration);
      root.addResource('{proxy+}').addMethod('ANY', integration);
    }, invoke);
    const response = await send({ method, path });
    return events[0]?.resource ?? text(response);
  };

  test.each([
    ['GET', '/a', '/a'],
    ['GET', '/a/', '/a'],
    ['POST', '/a', '/{proxy+}'],
    ['POST', '/a/fixed', '/a/fixed'],
    ['GET', '/a/fixed/end', '/a/{id}/end'],
    ['PUT', '/a/%7Bid%7D/end', '/a/{id}/end'],
    ['GET', '/b/c', '/{proxy+}'],
    ['GET', '/', '{"message":"Missing Authentication Token"}'],
  ])('%s %s → %s', async (method, path, expected) => expect(await resourceOf(method, path)).toBe(expected));

  test('unknown stages and APIs are forbidden', async () => {
    const { send, apis } = await serve(webhook, recording().invoke);
    expect(await send({}, 'test')).toMatchObject({ status: 403, body: Buffer.from('{"message":"Forbidden"}') });
    await expect(apis.request('nope', 'prod', {} as ApiRequest)).resolves.toMatchObject({ status: 403 });
  });
});

describe('answers', () => {
  const answerTo = async (result: unknown, headers = {}, props?: RestApiProps): Promise<ApiResponse> =>
    (await serve(webhook, recording(result).invoke, () => props ?? {})).send({ headers });

  test('passes status, headers and body on', async () => {
    const response = await answerTo({
      statusCode: '201', body: '{}', headers: { 'X-A': 1, 'x-both': 'single', 'Date': 'never' }, multiValueHeaders: { 'X-Both': ['1', '2'] },
    });
    expect(response.status).toBe(201);
    expect(response.headers).toMatchObject({ 'Content-Type': 'application/json', 'X-A': '1', 'X-Both': ['1', '2'], 'x-amzn-Remapped-Date': 'never' });
    expect(response.headers).not.toHaveProperty('x-both');
  });

  test('decodes base64 only for clients that accept a binary type', async () => {
    const result = { statusCode: 200, body: Buffer.from('png').toString('base64'), isBase64Encoded: true };
    expect(text(await answerTo(result, { accept: ['image/png, */*'] }, { binaryMediaTypes: ['image/png'] }))).toBe('png');
    expect(text(await answerTo(result, { accept: ['*/*'] }, { binaryMediaTypes: ['image/png'] }))).toBe(result.body);
    expect(text(await answerTo(result, {}, { binaryMediaTypes: ['*/*'] }))).toBe('png');
  });

  test.each<[string, unknown]>([
    ['text', 'ok'],
    ['null', null],
    ['a list', []],
    ['an unknown member', { statusCode: 200, cookies: [] }],
    ['a body that is an object', { statusCode: 200, body: {} }],
    ['a status that is none', { statusCode: 'fine' }],
    ['header values that are objects', { statusCode: 200, headers: { a: {} } }],
    ['multi-value headers that are text', { statusCode: 200, multiValueHeaders: { a: 'b' } }],
  ])('makes %s a 502', async (_, result) => {
    const response = await answerTo(result);
    expect([response.status, text(response)]).toEqual([502, '{"message": "Internal server error"}']);
  });

  test('makes errors of the function and of its invocation a 502', async () => {
    const failing = await serve(webhook, async () => ({ payload: '{"errorMessage":"x"}', functionError: 'Unhandled' }));
    const broken = await serve(webhook, async () => { throw new Error('throttled'); });
    expect([(await failing.send()).status, (await broken.send()).status]).toEqual([502, 502]);
    expect(broken.journal.entries().at(-1)).toMatchObject({ type: 'RequestAnswered', data: { status: 502, error: 'Error: throttled' } });
  });

  test('gives up after the timeout of the integration', async () => {
    const { send, clock, metrics } = await serve((root, _, stack) => {
      const validator = Function.fromFunctionArn(stack, 'Slow', FUNCTION);
      webhook(root, new LambdaIntegration(validator, { timeout: Duration.seconds(5) }));
    }, () => new Promise(() => undefined));
    const pending = send();
    await clock.advance(5_000);
    const response = await pending;
    expect([response.status, text(response)]).toEqual([504, '{"message": "Endpoint request timed out"}']);
    expect(metrics.get('AWS/ApiGateway', 'IntegrationLatency', { ApiName: 'webhooks' })).toMatchObject([{ value: 5_000 }]);
  });

  test('waits 29 seconds by default', async () => {
    const { send, clock } = await serve(webhook, () => new Promise(() => undefined));
    let answered = false;
    const pending = send().finally(() => { answered = true; });
    await clock.advance(28_999);
    expect(answered).toBe(false);
    await clock.advance(1);
    expect((await pending).status).toBe(504);
  });

  test('refuses bodies over 10 MB, and events over what Lambda takes', async () => {
    const { invoke, events } = recording();
    const { send } = await serve(webhook, invoke, () => ({ binaryMediaTypes: ['*/*'] }));
    const mib = 1024 * 1024;
    expect(await send({ body: Buffer.alloc(10 * mib + 1) })).toMatchObject({ status: 413 });
    expect(text(await send({ body: Buffer.alloc(5 * mib) }))).toBe('{"message":"Request Too Long"}');
    expect(events).toHaveLength(0);
    expect((await send({ body: Buffer.alloc(4 * mib) })).status).toBe(200);
  });
});

describe('stage settings', () => {
  test('throttle each method with its own bucket', async () => {
    const { send, clock } = await serve(webhook, recording().invoke, () => ({ deployOptions: { throttlingRateLimit: 1, throttlingBurstLimit: 2 } }));
    const statuses = async (): Promise<number[]> => [await send(), await send(), await send()].map(({ status }) => status);
    expect(await statuses()).toEqual([200, 200, 429]);
    await clock.advance(1_000);
    expect(await statuses()).toEqual([200, 429, 429]);
    expect(text(await send())).toBe('{"message":"Too Many Requests"}');
  });

  test('of a method override those of the stage', async () => {
    const { send, metrics } = await serve(webhook, recording().invoke, () => ({
      deployOptions: {
        throttlingRateLimit: 0,
        throttlingBurstLimit: 0,
        methodOptions: { '/webhook/{provider}/POST': { throttlingRateLimit: 1, throttlingBurstLimit: 1, metricsEnabled: true } },
      },
    }));
    expect([(await send()).status, (await send()).status]).toEqual([200, 429]);
    expect(metrics.get('AWS/ApiGateway', 'Count', { ApiName: 'webhooks', Stage: 'prod', Resource: '/webhook/{provider}', Method: 'POST' })).toHaveLength(2);
  });

  test('the access log is written in its format', async () => {
    const { send, logs } = await serve(webhook, recording().invoke, (stack) => ({
      deployOptions: {
        accessLogDestination: new LogGroupLogDestination(new LogGroup(stack, 'Access', { logGroupName: 'access' })),
        accessLogFormat: AccessLogFormat.custom('$context.requestId $context.httpMethod $context.resourcePath $context.status $context.responseLength $context.identity.user $context.error.messageString'),
      },
    }));
    const ids = [await send(), await send({ path: '/nowhere' })].map(({ headers }) => headers['x-amzn-RequestId']);
    expect(logs).toEqual([
      ['arn:aws:logs:us-east-1:000000000000:log-group:access:*', `${ids[0]} POST /webhook/{provider} 200 2 - -`],
      ['arn:aws:logs:us-east-1:000000000000:log-group:access:*', `${ids[1]} POST - 403 42 - "Missing Authentication Token"`],
    ]);
  });

  test('every request is measured and recorded', async () => {
    const { send, metrics, journal } = await serve(webhook, recording().invoke);
    await send({ body: 'x'.repeat(300_000), headers: { 'X-A': ['1'] } });
    await send({ path: '/nowhere' });
    const both: Array<Record<string, string>> = [{ ApiName: 'webhooks' }, { ApiName: 'webhooks', Stage: 'prod' }];
    for (const dimensions of both) {
      const values = (name: string): number[] => metrics.get('AWS/ApiGateway', name, dimensions).map(({ value }) => value);
      expect([values('Count'), values('4XXError'), values('5XXError'), values('Latency')]).toEqual([[1, 1], [0, 1], [0, 0], [0, 0]]);
      expect(values('IntegrationLatency')).toEqual([0]);
    }
    const [received, answered] = journal.entries();
    expect(received).toMatchObject({ service: 'apigateway', type: 'RequestReceived', data: { method: 'POST', path: '/webhook/stripe', headers: { 'X-A': ['1'] }, bodySize: 300_000 } });
    expect(received.data.body).toHaveLength(262_144);
    expect(answered).toMatchObject({ type: 'RequestAnswered', traceId: received.traceId, data: { status: 200, ms: 0 } });
  });
});

describe('what API Gateway answers by itself', () => {
  test('CORS preflight', async () => {
    const { send } = await serve(webhook, recording().invoke, () => ({ defaultCorsPreflightOptions: { allowOrigins: ['https://a.example'] } }));
    expect(await send({ method: 'OPTIONS' })).toMatchObject({ status: 204, headers: { 'Access-Control-Allow-Origin': 'https://a.example' } });
  });

  test('mock responses', async () => {
    const { send } = await serve((root) => {
      root.addMethod('GET', new MockIntegration({
        requestTemplates: { 'application/json': '{"statusCode": 404}' },
        integrationResponses: [{ statusCode: '200' }, { statusCode: '404', selectionPattern: '4\\d\\d', responseTemplates: { 'text/plain': 'nothing here' } }],
      }));
      root.addResource('bare').addMethod('GET', new MockIntegration());
    }, recording().invoke);
    const response = await send({ method: 'GET', path: '/' });
    expect([response.status, text(response), response.headers['Content-Type']]).toEqual([404, 'nothing here', 'text/plain']);
    expect((await send({ method: 'GET', path: '/bare' })).status).toBe(500);
  });

  test('missing parameters and bodies that are not JSON, where a validator asks for it', async () => {
    const { send } = await serve((root, integration) => {
      root.addResource('webhook').addResource('{provider}').addMethod('POST', integration, {
        requestParameters: { 'method.request.header.X-Sig': true, 'method.request.querystring.v': true, 'method.request.path.provider': true },
        requestModels: { 'application/json': { modelId: 'Empty' } },
        requestValidatorOptions: { validateRequestParameters: true, validateRequestBody: true },
      });
    }, recording().invoke);
    expect(text(await send())).toBe('{"message": "Missing required request parameters: [X-Sig, v]"}');
    const complete = { headers: { 'x-sig': ['1'] }, query: 'v=1' };
    expect(text(await send({ ...complete, body: '{' }))).toBe('{"message": "Invalid request body"}');
    expect((await send({ ...complete, body: '{}' })).status).toBe(200);
  });

  test('its errors, as the API words them', async () => {
    const { send } = await serve((root, integration, stack) => {
      webhook(root, integration);
      const restApi = root.api;
      new GatewayResponse(stack, 'NotFound', {
        restApi, type: ResponseType.MISSING_AUTHENTICATION_TOKEN, statusCode: '404', responseHeaders: { 'X-Why': "'no route'" },
        templates: { 'application/json': '{"error":$context.error.messageString,"stage":"$context.stage"}' },
      });
      new GatewayResponse(stack, 'Any', { restApi, type: ResponseType.DEFAULT_5XX, responseHeaders: { 'Access-Control-Allow-Origin': "'*'" } });
    }, async () => ({ payload: 'null' }));
    const missing = await send({ path: '/nowhere' });
    expect([missing.status, text(missing), missing.headers['X-Why']]).toEqual([404, '{"error":"Missing Authentication Token","stage":"prod"}', 'no route']);
    expect(await send()).toMatchObject({ status: 502, headers: { 'Access-Control-Allow-Origin': '*' } });
  });
});
