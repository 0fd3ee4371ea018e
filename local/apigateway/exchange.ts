import { GatewayError } from './gateway-error';
import { ApiRequest, RestApi, Stage } from './model';
import { Route } from './routes';

/** One request on its way through a stage. */
export interface Exchange {
  readonly api: RestApi;
  readonly stage: Stage;
  readonly request: ApiRequest;
  readonly requestId: string;
  readonly extendedRequestId: string;
  readonly traceHeader: string;
  readonly startedAt: number;
  route?: Route;
  integration?: IntegrationResult;
  error?: GatewayError;
}

export interface IntegrationResult {
  readonly latencyMs: number;
  readonly status?: number;
  readonly error?: string;
}

export function domainName(apiId: string, region: string): string {
  return `${apiId}.execute-api.${region}.amazonaws.com`;
}

/** `09/Apr/2026:12:34:56 +0000`, the form of `requestTime`. */
export function requestTime(time: number): string {
  const [, day, month, year, clock] = /^\w+, (\d+) (\w+) (\d+) ([\d:]+)/.exec(new Date(time).toUTCString())!;
  return `${day}/${month}/${year}:${clock} +0000`;
}

/** A header whatever its case; the last one when sent more than once. */
export function header(request: ApiRequest, name: string): string | undefined {
  const found = Object.keys(request.headers).filter((key) => key.toLowerCase() === name.toLowerCase());
  return found.length === 0 ? undefined : request.headers[found.at(-1)!].at(-1);
}
