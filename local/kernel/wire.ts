import { randomUUID } from 'node:crypto';

/** A request to a service's API, already routed. Header names are lower case. */
export interface AwsRequest {
  readonly method: string;
  /** Undecoded path, without the query string. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

export interface AwsResponse {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
}

/** A local stand-in for one AWS service. */
export interface LocalService {
  handle(request: AwsRequest): Promise<AwsResponse>;
}

/** An error a service answers with, named as AWS names it. */
export class ServiceError extends Error {
  public constructor(
    public readonly code: string,
    message: string,
    public readonly status = 400,
    /** Further members of the error body, e.g. `Item` or `CancellationReasons`. */
    public readonly details: Record<string, unknown> = {},
  ) {
    super(message);
    this.name = code;
  }
}

/** What the runner says of anything it does not do: never a silent success. */
export function notSupported(service: string, what: string): ServiceError {
  return new ServiceError('NotSupportedLocally', `The local ${service} does not support ${what}`, 501);
}

// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type Action = (input: any) => Promise<object | undefined | void>;

/** Serves the AWS JSON protocols: the action is named by the `x-amz-target` header. */
export async function serveJson(
  service: string,
  version: '1.0' | '1.1',
  namespace: string,
  actions: Readonly<Record<string, Action>>,
  request: AwsRequest,
): Promise<AwsResponse> {
  const headers = { 'content-type': `application/x-amz-json-${version}`, 'x-amzn-requestid': randomUUID() };
  try {
    const action = request.headers['x-amz-target']?.split('.').pop() ?? '';
    if (!Object.hasOwn(actions, action)) throw notSupported(service, `the action ${action || '(none)'}`);
    const input = request.body.length > 0 ? JSON.parse(request.body.toString('utf8')) : {};
    return { status: 200, headers, body: JSON.stringify((await actions[action](input)) ?? {}) };
  } catch (error) {
    const known = error instanceof ServiceError ? error : new ServiceError('InternalFailure', String(error), 500);
    const body = { __type: `${namespace}#${known.code}`, message: known.message, ...known.details };
    return { status: known.status, headers: { ...headers, 'x-amzn-errortype': known.code }, body: JSON.stringify(body) };
  }
}
