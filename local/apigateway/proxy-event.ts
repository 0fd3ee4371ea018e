import { ACCOUNT, REGION } from '../kernel/identity';
import { domainName, Exchange, header, requestTime } from './exchange';
import { isBinary, mediaType } from './media-types';
import { MultiValues } from './model';

/** Headers that end at API Gateway. */
const NOT_PASSED_ON = [
  'connection', 'content-length', 'content-md5', 'expect', 'keep-alive', 'max-forwards', 'proxy-authenticate', 'server', 'te',
  'transfer-encoding', 'trailer', 'upgrade', 'www-authenticate', 'x-amzn-trace-id', 'x-forwarded-for', 'x-forwarded-port', 'x-forwarded-proto',
];

/** The event a Lambda proxy integration (payload version 1.0) receives. */
export function proxyEvent(exchange: Exchange): object {
  const { request, route, stage } = exchange;
  const headers = passedHeaders(exchange);
  const query = queryValues(request.query);
  return {
    resource: route!.resource.path,
    path: request.path,
    httpMethod: request.method,
    headers: lastValues(headers),
    multiValueHeaders: headers,
    queryStringParameters: query && lastValues(query),
    multiValueQueryStringParameters: query,
    pathParameters: orNull(route!.pathParameters),
    stageVariables: orNull(stage.variables),
    requestContext: requestContext(exchange),
    ...bodyOf(exchange),
  };
}

function requestContext({ api, stage, request, route, ...exchange }: Exchange): object {
  return {
    accountId: ACCOUNT,
    apiId: api.id,
    deploymentId: stage.deploymentId,
    domainName: domainName(api.id, REGION),
    domainPrefix: api.id,
    extendedRequestId: exchange.extendedRequestId,
    httpMethod: request.method,
    identity: {
      accessKey: null,
      accountId: null,
      caller: null,
      cognitoAuthenticationProvider: null,
      cognitoAuthenticationType: null,
      cognitoIdentityId: null,
      cognitoIdentityPoolId: null,
      principalOrgId: null,
      sourceIp: request.sourceIp,
      user: null,
      userAgent: header(request, 'user-agent') ?? null,
      userArn: null,
    },
    path: `/${stage.name}${request.path}`,
    protocol: 'HTTP/1.1',
    requestId: exchange.requestId,
    requestTime: requestTime(exchange.startedAt),
    requestTimeEpoch: exchange.startedAt,
    resourceId: route!.resource.id,
    resourcePath: route!.resource.path,
    stage: stage.name,
  };
}

function passedHeaders({ request, traceHeader }: Exchange): MultiValues {
  const passed = Object.entries(request.headers).filter(([name]) => !NOT_PASSED_ON.includes(name.toLowerCase()));
  return {
    ...Object.fromEntries(passed),
    'X-Amzn-Trace-Id': [traceHeader.split(';')[0]],
    'X-Forwarded-For': [[header(request, 'x-forwarded-for'), request.sourceIp].filter(Boolean).join(', ')],
    'X-Forwarded-Port': ['443'],
    'X-Forwarded-Proto': ['https'],
  };
}

function queryValues(query: URLSearchParams): MultiValues | null {
  return orNull(Object.fromEntries([...new Set(query.keys())].map((name) => [name, query.getAll(name)])));
}

function lastValues(values: MultiValues): Record<string, string> {
  return Object.fromEntries(Object.entries(values).map(([name, all]) => [name, all.at(-1)!]));
}

function bodyOf({ api, request }: Exchange): { body: string | null; isBase64Encoded: boolean } {
  if (request.body.length === 0) return { body: null, isBase64Encoded: false };
  const isBase64Encoded = isBinary(api.binaryMediaTypes, mediaType(header(request, 'content-type')));
  return { body: request.body.toString(isBase64Encoded ? 'base64' : 'utf8'), isBase64Encoded };
}

function orNull<T extends object>(values: T): T | null {
  return Object.keys(values).length === 0 ? null : values;
}
