import { isUtf8 } from 'node:buffer';
import { randomBytes, randomUUID } from 'node:crypto';
import { Clock } from '../kernel/clock';
import { Journal } from '../kernel/journal';
import { Metrics } from '../kernel/metrics';
import { newTraceHeader, traceIdOf } from '../kernel/trace';
import { fillIn } from './context-variables';
import { Exchange, header } from './exchange';
import { GatewayError } from './gateway-error';
import { defaultBody, errorResponse } from './gateway-responses';
import { mergeHeaders } from './headers';
import { invokeFunction, InvokeFunction } from './lambda-integration';
import { mockResponse } from './mock';
import { ApiRequest, ApiResponse, RestApi, Stage } from './model';
import { validateRequest } from './request-validation';
import { findRoute } from './routes';
import { settingsOf } from './settings';
import { TokenBucket } from './throttle';

export interface RestApisOptions {
  readonly clock: Clock;
  readonly journal: Journal;
  readonly metrics: Metrics;
  readonly invoke: InvokeFunction;
  /** Writes one access log line. */
  readonly logs: (logGroupArn: string, line: string) => void;
}

const BODY_LIMIT = 10 * 1024 * 1024;
const JOURNAL_BODY_LIMIT = 256 * 1024;
/** The account's default limits stand in for the half of a throttle setting that is not given. */
const ACCOUNT_RATE = 10_000;
const ACCOUNT_BURST = 5_000;

/** API Gateway REST APIs: routing, throttling, validation, integrations, access logs and metrics. */
export class RestApis {
  private readonly apis = new Map<string, RestApi>();

  public constructor(private readonly options: RestApisOptions) {}

  public add(api: RestApi): void {
    this.apis.set(api.id, api);
  }

  public get(apiId: string): RestApi {
    const api = this.apis.get(apiId);
    if (!api) throw new Error(`There is no REST API ${apiId}`);
    return api;
  }

  public list(): readonly RestApi[] {
    return [...this.apis.values()];
  }

  /** Serves a request to a stage. */
  public async request(apiId: string, stageName: string, request: ApiRequest): Promise<ApiResponse> {
    const api = this.apis.get(apiId);
    const stage = api?.stages.get(stageName);
    if (!api || !stage) return forbidden();
    const exchange = this.begin(api, stage, request);
    const response = await this.answer(exchange);
    return this.finish(exchange, response);
  }

  private begin(api: RestApi, stage: Stage, request: ApiRequest): Exchange {
    const startedAt = this.options.clock.now();
    const requestId = randomUUID();
    const traceHeader = traceHeaderOf(request, startedAt);
    this.options.journal.record('apigateway', 'RequestReceived', {
      requestId,
      apiId: api.id,
      apiName: api.name,
      stage: stage.name,
      method: request.method,
      path: request.path,
      query: request.query.toString(),
      headers: request.headers,
      sourceIp: request.sourceIp,
      bodySize: request.body.length,
      body: request.body.toString('utf8', 0, JOURNAL_BODY_LIMIT),
      ...(!isUtf8(request.body) && { bodyBase64: request.body.subarray(0, JOURNAL_BODY_LIMIT).toString('base64') }),
    }, traceIdOf(traceHeader));
    const extendedRequestId = `${randomBytes(11).toString('base64url')}=`;
    return { api, stage, request, requestId, extendedRequestId, traceHeader, startedAt };
  }

  private async answer(exchange: Exchange): Promise<ApiResponse> {
    try {
      return await this.serve(exchange);
    } catch (error) {
      if (!(error instanceof GatewayError)) throw error;
      exchange.error = error;
      return errorResponse(exchange, error);
    }
  }

  private async serve(exchange: Exchange): Promise<ApiResponse> {
    const { api, request } = exchange;
    exchange.route = findRoute(api.root, request.method, request.path);
    if (!exchange.route) throw new GatewayError('MISSING_AUTHENTICATION_TOKEN', 'Missing Authentication Token');
    if (request.body.length > BODY_LIMIT) throw new GatewayError('REQUEST_TOO_LARGE', `HTTP content length exceeded ${BODY_LIMIT} bytes.`);
    if (!this.admits(exchange)) throw new GatewayError('THROTTLED', 'Too Many Requests');
    const { method } = exchange.route;
    validateRequest(request, method);
    return method.integration.type === 'MOCK'
      ? mockResponse(exchange, method.integration)
      : invokeFunction(exchange, method.integration, this.options.clock, this.options.invoke);
  }

  private admits({ stage, route }: Exchange): boolean {
    const { rateLimit, burstLimit } = settingsOf(stage, route!);
    if (rateLimit === undefined && burstLimit === undefined) return true;
    const bucket = stage.buckets.get(route!.method)
      ?? new TokenBucket(this.options.clock, rateLimit ?? ACCOUNT_RATE, burstLimit ?? ACCOUNT_BURST);
    stage.buckets.set(route!.method, bucket);
    return bucket.take();
  }

  private finish(exchange: Exchange, response: ApiResponse): ApiResponse {
    const latencyMs = this.options.clock.now() - exchange.startedAt;
    this.measure(exchange, response.status, latencyMs);
    this.writeAccessLog(exchange, response, latencyMs);
    this.options.journal.record('apigateway', 'RequestAnswered', {
      requestId: exchange.requestId,
      status: response.status,
      body: response.body.toString('utf8', 0, JOURNAL_BODY_LIMIT),
      ms: latencyMs,
      integrationMs: exchange.integration?.latencyMs,
      error: exchange.error?.reason,
    }, traceIdOf(exchange.traceHeader));
    return {
      ...response,
      headers: mergeHeaders(response.headers, {
        'x-amzn-RequestId': exchange.requestId,
        'x-amz-apigw-id': exchange.extendedRequestId,
        'X-Amzn-Trace-Id': exchange.traceHeader,
      }),
    };
  }

  private measure({ api, stage, route, integration }: Exchange, status: number, latencyMs: number): void {
    const dimensions: Array<Record<string, string>> = [{ ApiName: api.name }, { ApiName: api.name, Stage: stage.name }];
    if (route && settingsOf(stage, route).detailedMetrics) {
      dimensions.push({ ApiName: api.name, Stage: stage.name, Resource: route.resource.path, Method: route.method.httpMethod });
    }
    const put = (name: string, value: number): void => {
      for (const each of dimensions) this.options.metrics.put('AWS/ApiGateway', name, each, value);
    };
    put('Count', 1);
    put('4XXError', status >= 400 && status < 500 ? 1 : 0);
    put('5XXError', status >= 500 ? 1 : 0);
    put('Latency', latencyMs);
    if (integration) put('IntegrationLatency', integration.latencyMs);
  }

  private writeAccessLog(exchange: Exchange, { status, body }: ApiResponse, latencyMs: number): void {
    const { accessLog } = exchange.stage;
    if (!accessLog) return;
    this.options.logs(accessLog.destinationArn, fillIn(accessLog.format, exchange, { status, responseLength: body.length, latencyMs }));
  }
}

/** A new trace, or the next step of the one the client says it is in. */
function traceHeaderOf(request: ApiRequest, now: number): string {
  const fresh = newTraceHeader(now);
  const sent = traceIdOf(header(request, 'x-amzn-trace-id'));
  return sent && /^1-[0-9a-f]{8}-[0-9a-f]{24}$/.test(sent) ? fresh.replace(/Root=[^;]+/, `Root=${sent}`) : fresh;
}

/** What the host of all APIs says when there is no such API or stage. */
function forbidden(): ApiResponse {
  const error = new GatewayError('ACCESS_DENIED', 'Forbidden');
  return {
    status: error.status,
    headers: { 'content-type': 'application/json', 'x-amzn-ErrorType': error.exception, 'x-amzn-RequestId': randomUUID() },
    body: Buffer.from(defaultBody(error)),
  };
}
