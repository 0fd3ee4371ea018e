import { ACCOUNT, REGION } from '../kernel/identity';
import { traceIdOf } from '../kernel/trace';
import { domainName, Exchange, header, requestTime } from './exchange';

type Variables = Readonly<Record<string, string | number | undefined>>;

/** What is only known once the answer is. */
export interface Answered {
  readonly status: number;
  readonly responseLength: number;
  readonly latencyMs: number;
}

/** Families of variables that belong to features the runner refuses at load; they are `-` here as on AWS. */
const NEVER_SET = /^(authorizer|authorize|authenticate|identity|waf|customDomain)\.|^(waf\w*|webaclArn|awsEndpoint\w*|apiKey\w*)$/;
const PATTERN = /\$context\.([A-Za-z][A-Za-z0-9]*(?:\.[A-Za-z][A-Za-z0-9]*)*)/g;

/** Variables of a format no request could ever fill. */
export function unknownVariables(format: string): string[] {
  const known = [...KNOWN, 'error.validationErrorString'];
  return [...format.matchAll(PATTERN)].map(([, name]) => name).filter((name) => !known.includes(name) && !NEVER_SET.test(name));
}

/** Replaces every `$context.…`; what has no value becomes `-`. */
export function fillIn(format: string, exchange: Exchange, answered?: Answered): string {
  const variables = variablesOf(exchange, answered);
  return format.replace(PATTERN, (_, name: string) => String(variables[name] ?? '-'));
}

function variablesOf(exchange: Exchange, answered: Answered | undefined): Variables {
  return { ...requestVariables(exchange), ...integrationVariables(exchange), ...errorVariables(exchange), ...answerVariables(answered) };
}

function requestVariables({ api, stage, request, route, ...exchange }: Exchange): Variables {
  return {
    'accountId': ACCOUNT,
    'apiId': api.id,
    'deploymentId': stage.deploymentId,
    'domainName': domainName(api.id, REGION),
    'domainPrefix': api.id,
    'extendedRequestId': exchange.extendedRequestId,
    'httpMethod': request.method,
    'identity.sourceIp': request.sourceIp,
    'identity.userAgent': header(request, 'user-agent'),
    'path': `/${stage.name}${request.path}`,
    'protocol': 'HTTP/1.1',
    'requestId': exchange.requestId,
    'requestTime': requestTime(exchange.startedAt),
    'requestTimeEpoch': exchange.startedAt,
    'resourceId': route?.resource.id,
    'resourcePath': route?.resource.path,
    'stage': stage.name,
    'xrayTraceId': traceIdOf(exchange.traceHeader),
  };
}

function integrationVariables({ integration, error }: Pick<Exchange, 'integration' | 'error'>): Variables {
  // What Lambda itself said: 200 whenever the function ran, whatever came of it.
  const lambdaStatus = integration && !error?.type.startsWith('INTEGRATION_') ? 200 : undefined;
  return {
    'integration.error': integration?.error,
    'integration.integrationStatus': integration?.status,
    'integration.latency': integration?.latencyMs,
    'integration.status': lambdaStatus,
    'integrationErrorMessage': integration?.error,
    'integrationLatency': integration?.latencyMs,
    'integrationStatus': lambdaStatus,
  };
}

function errorVariables({ error }: Pick<Exchange, 'error'>): Variables {
  return {
    'error.message': error?.message,
    'error.messageString': error && JSON.stringify(error.message),
    'error.responseType': error?.type,
  };
}

function answerVariables(answered: Answered | undefined): Variables {
  return { responseLatency: answered?.latencyMs, responseLength: answered?.responseLength, status: answered?.status };
}

const KNOWN = [
  'accountId', 'apiId', 'deploymentId', 'domainName', 'domainPrefix', 'extendedRequestId', 'httpMethod', 'path', 'protocol', 'requestId',
  'requestTime', 'requestTimeEpoch', 'resourceId', 'resourcePath', 'stage', 'xrayTraceId',
  ...Object.keys(integrationVariables({})), ...Object.keys(errorVariables({})), ...Object.keys(answerVariables(undefined)),
];
