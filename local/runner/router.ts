import { IncomingMessage, ServerResponse } from 'node:http';
import { headersOf, locate } from '../apigateway';
import { AwsRequest, AwsResponse, LocalService, ServiceError } from '../kernel/wire';
import { actionOf, failureAnswer } from '../simulate/fault-answer';
import { Services } from './services';

/** The runner's own pages and controls; undefined for a path that is not one of them. */
export type Control = (request: AwsRequest) => Promise<AwsResponse | LiveResponse | undefined>;

/** An answer that goes on until its reader leaves. */
export interface LiveResponse extends AwsResponse {
  /** Starts to write; what it returns is called when the reader has left. */
  readonly live: (write: (text: string) => void) => () => void;
}

/** The other side has died: the connection breaks. */
type NoAnswer = 'no answer';

/** Larger bodies are cut off before they fill the memory; API Gateway and S3 have limits of their own below. */
const MAX_BODY_BYTES = 128 * 1024 * 1024;

const LOOPBACK_HOSTS = /^(?:127(?:\.\d{1,3}){3}|localhost|\[::1\])(?::\d+)?$/;

/** One port for everything: `/_local/…`, AWS services by their signature, and the webhook endpoints. */
export function router(services: Services, control: Control): (request: IncomingMessage, response: ServerResponse) => Promise<void> {
  const byName = servicesByName(services);
  return async (request, response) => {
    try {
      // A page on another site must not reach the runner through a name that resolves to loopback.
      if (!LOOPBACK_HOSTS.test(request.headers.host ?? '')) return send(response, problem(403, 'The local runner answers on loopback only'));
      if (isForeign(request)) return send(response, problem(403, 'The local runner takes no requests from pages of other origins'));
      send(response, await route(request, await bodyOf(request), services, byName, control));
    } catch (error) {
      send(response, problem(500, error instanceof Error ? error.message : String(error)));
    }
  };
}

async function route(
  request: IncomingMessage, body: Buffer, services: Services, byName: Readonly<Record<string, LocalService>>, control: Control,
): Promise<AwsResponse | LiveResponse | NoAnswer> {
  const [path, search = ''] = request.url!.split(/\?(.*)/s);
  const query = new URLSearchParams(search);
  const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(',') : value ?? '']));
  const awsRequest: AwsRequest = { method: request.method!, path, query, headers, body };

  const service = serviceOf(awsRequest);
  const isOwn = path.startsWith('/_local') || (path === '/' && !service);
  if (isOwn) return (await control(awsRequest)) ?? problem(404, `There is nothing at ${path}`);
  if (service) return serve(service, byName[service], awsRequest, services);

  const location = locate(services.apis, path);
  if (!location) return problem(404, 'There are several APIs: use the URLs of /_local/endpoints');
  const answer = await services.apis.request(location.apiId, location.stage, {
    method: request.method!,
    path: location.path,
    query,
    headers: headersOf(request.rawHeaders),
    body,
    sourceIp: request.socket.remoteAddress ?? '127.0.0.1',
  });
  return { status: answer.status, headers: answer.headers as Record<string, string>, body: answer.body };
}

/** Browsers name the page a request comes from; only the runner's own page may have one. */
function isForeign({ headers: { origin, host } }: IncomingMessage): boolean {
  return origin !== undefined && origin !== `http://${host}`;
}

async function serve(name: string, service: LocalService | undefined, request: AwsRequest, { faults }: Services): Promise<AwsResponse | NoAnswer> {
  if (!service) return problem(501, `The local runner has no service ${name}`);
  try {
    if (await faults.before(name, actionOf(request)) === 'crash') return 'no answer';
  } catch (error) {
    if (error instanceof ServiceError) return failureAnswer(name, error);
    throw error;
  }
  return service.handle(request);
}

/** The service a request is signed for, as every SDK client says in its credential scope. */
export function serviceOf({ headers, query }: AwsRequest): string | undefined {
  const credential = /Credential=([^,\s]+)/.exec(headers.authorization ?? '')?.[1] ?? query.get('X-Amz-Credential') ?? undefined;
  return credential?.split('/')[3];
}

/** Services by the name requests are signed for. */
export function servicesByName(services: Services): Readonly<Record<string, LocalService>> {
  return {
    dynamodb: services.dynamodb,
    s3: services.buckets,
    sqs: services.queues,
    sns: services.topics,
    events: services.buses,
    states: services.machines,
    lambda: { handle: async (request) => await services.models.invoke(request) ?? services.functions.handle(request) },
    sagemaker: services.models,
    logs: services.logs,
    secretsmanager: services.secrets,
  };
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    bytes += chunk.length;
    if (bytes > MAX_BODY_BYTES) throw new Error(`The body has more than ${MAX_BODY_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function problem(status: number, error: string): AwsResponse {
  return { status, headers: { 'content-type': 'application/json' }, body: JSON.stringify({ error }) };
}

function send(response: ServerResponse, answer: AwsResponse | LiveResponse | NoAnswer): void {
  if (answer === 'no answer') return void response.destroy();
  const { status, headers = {}, body = '' } = answer;
  response.writeHead(status, { ...headers });
  if ('live' in answer) {
    response.once('close', answer.live((text) => response.write(text)));
    return;
  }
  response.end(body);
}
