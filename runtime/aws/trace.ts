import { AsyncLocalStorage } from 'node:async_hooks';
import { randomBytes } from 'node:crypto';
import { createSocket, Socket } from 'node:dgram';

/** A subsegment that is open; also the trace of the invocation itself, whose segment Lambda writes. */
interface Span {
  readonly traceId: string;
  readonly id: string;
}

/** What a document says beyond ids and times. */
type Facts = Readonly<Record<string, unknown>>;

interface Client {
  readonly config: { readonly region: () => Promise<string> };
  readonly middlewareStack: { add(middleware: unknown, options: object): void };
}

interface Context {
  readonly clientName?: string;
  readonly commandName?: string;
}

interface Call {
  readonly input: Readonly<Record<string, unknown>>;
  readonly request: { readonly headers: Record<string, string> };
}

interface Answer {
  readonly output: { readonly $metadata: Metadata };
}

type Next = (call: Call) => Promise<Answer>;

interface Metadata {
  readonly httpStatusCode?: number;
  readonly requestId?: string;
  readonly attempts?: number;
}

const open = new AsyncLocalStorage<Span>();
let openSpans = 0;
let socket: Socket | undefined;

/** Runs `work` inside an X-Ray subsegment; without any cost when the invocation is not sampled. */
export function traced<T>(name: string, work: () => Promise<T>): Promise<T> {
  const parent = sampledSpan();
  return parent ? record(parent, name, work, () => ({})) : work();
}

/** Lets X-Ray see the calls of an SDK client. */
export function captured<T extends object>(client: T): T {
  const { middlewareStack, config } = client as unknown as Client;
  const recordCall = async (parent: Span, call: Call, next: Next, { clientName = 'AWS', commandName = '' }: Context) => {
    const aws = { operation: commandName.replace(/Command$/, ''), region: await config.region(), ...resourceOf(call.input) };
    return record(parent, clientName.replace(/Client$/, ''), ({ traceId, id }) => {
      call.request.headers['X-Amzn-Trace-Id'] = `Root=${traceId};Parent=${id};Sampled=1`;
      return next(call);
    }, (metadata) => ({
      namespace: 'aws',
      aws: { ...aws, request_id: metadata.requestId, retries: (metadata.attempts ?? 1) - 1 },
      ...(metadata.httpStatusCode && { http: { response: { status: metadata.httpStatusCode } } }),
    }));
  };
  const middleware = (next: Next, context: Context) => (call: Call) => {
    const parent = sampledSpan();
    return parent ? recordCall(parent, call, next, context) : next(call);
  };
  // Once per call, around all of its attempts; before the SDK would set the same header.
  middlewareStack.add(middleware, { step: 'build', name: 'traceCalls', priority: 'high' });
  return client;
}

/** The trace this invocation belongs to, to be carried across the stream. */
export function currentTrace(): string | undefined {
  return process.env._X_AMZN_TRACE_ID || undefined;
}

async function record<T>(parent: Span, name: string, work: (span: Span) => Promise<T>, factsOf: (metadata: Metadata) => Facts): Promise<T> {
  const span = { traceId: parent.traceId, id: newId() };
  const startedAt = Date.now() / 1000;
  const close = (facts: Facts) => send({
    type: 'subsegment', name, id: span.id, trace_id: span.traceId, parent_id: parent.id, start_time: startedAt, end_time: Date.now() / 1000, ...facts,
  });
  openSpans += 1;
  try {
    const result = await open.run(span, () => work(span));
    close(factsOf((result as Partial<Answer> | undefined)?.output?.$metadata ?? {}));
    return result;
  } catch (error) {
    const metadata = (error as { readonly $metadata?: Metadata }).$metadata ?? {};
    close({ ...factsOf(metadata), ...failureOf(error as Error, metadata) });
    throw error;
  } finally {
    openSpans -= 1;
    // Once used, the storage would slow every promise of the invocations to come that are not sampled.
    if (openSpans === 0) open.disable();
  }
}

/** The subsegment around this code, or the invocation; undefined unless X-Ray samples it. */
function sampledSpan(): Span | undefined {
  const header = process.env._X_AMZN_TRACE_ID;
  if (!header?.includes('Sampled=1')) return undefined;
  const traceId = /Root=([^;]+)/.exec(header)?.[1];
  const inside = open.getStore();
  if (inside && inside.traceId === traceId) return inside;
  const id = /Parent=([^;]+)/.exec(header)?.[1];
  return traceId && id ? { traceId, id } : undefined;
}

function resourceOf({ TableName, Bucket, TopicArn }: Readonly<Record<string, unknown>>): Facts {
  return { table_name: TableName, bucket_name: Bucket, topic_arn: TopicArn };
}

/** The caller's faults are errors to X-Ray, all others are faults. */
function failureOf({ name, message }: Error, { httpStatusCode: status = 500 }: Metadata): Facts {
  return {
    ...(status < 500 ? { error: true } : { fault: true }),
    ...(status === 429 && { throttle: true }),
    cause: { working_directory: '', exceptions: [{ id: newId(), type: name, message }] },
  };
}

function newId(): string {
  return randomBytes(8).toString('hex');
}

/** A trace that gets lost must never be noticed by what is traced. */
function send(document: object): void {
  const [host, port] = (process.env.AWS_XRAY_DAEMON_ADDRESS ?? '127.0.0.1:2000').split(':');
  socket ??= createSocket('udp4').on('error', () => undefined);
  socket.unref();
  socket.send(`{"format":"json","version":1}\n${JSON.stringify(document)}`, Number(port), host, () => undefined);
}
