import { Clock } from '../kernel/clock';
import { Exchange } from './exchange';
import { GatewayError } from './gateway-error';
import { ApiResponse, ProxyIntegration } from './model';
import { proxyEvent } from './proxy-event';
import { proxyResponse } from './proxy-response';

/** Calls a function and waits for its answer. */
export type InvokeFunction = (functionArn: string, payload: string, traceHeader: string) => Promise<{ payload: string; functionError?: string }>;

/** Lambda's limit for a synchronous call: 6 MB and some room for the envelope. */
const EVENT_LIMIT = 6 * 1024 * 1024 + 100;

/** Calls the function behind a proxy integration; the exchange then knows how that went. */
export async function invokeFunction(
  exchange: Exchange,
  integration: ProxyIntegration,
  clock: Clock,
  invoke: InvokeFunction,
): Promise<ApiResponse> {
  const payload = JSON.stringify(proxyEvent(exchange));
  if (Buffer.byteLength(payload) > EVENT_LIMIT) throw new GatewayError('REQUEST_TOO_LARGE', 'Request Too Long');
  const begunAt = clock.now();
  try {
    const answer = await withinTime(clock, integration.timeoutMs, invoke(integration.functionArn, payload, exchange.traceHeader));
    const response = responseOf(exchange, answer);
    exchange.integration = { latencyMs: clock.now() - begunAt, status: response.status };
    return response;
  } catch (error) {
    const failure = error instanceof GatewayError ? error : new GatewayError('INTEGRATION_FAILURE', 'Internal server error', String(error));
    exchange.integration = { latencyMs: clock.now() - begunAt, error: failure.reason };
    throw failure;
  }
}

function responseOf(exchange: Exchange, { payload, functionError }: { payload: string; functionError?: string }): ApiResponse {
  if (functionError) throw new GatewayError('DEFAULT_5XX', 'Internal server error', `The function failed (${functionError}): ${payload.slice(0, 1000)}`);
  return proxyResponse(exchange, payload);
}

async function withinTime<T>(clock: Clock, ms: number, work: Promise<T>): Promise<T> {
  const timer = new AbortController();
  const expired = clock.sleep(ms, timer.signal).then(() => true, () => false);
  const late = expired.then((isLate): Promise<T> | T => {
    if (isLate) throw new GatewayError('INTEGRATION_TIMEOUT', 'Endpoint request timed out');
    return work;
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    timer.abort();
  }
}
