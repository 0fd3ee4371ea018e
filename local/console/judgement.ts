import type { CanonicalEvent, ProviderAdapter, WebhookRequest } from '../../runtime/providers/adapter';
import { adapterOf } from '../../runtime/providers/registry';
import { rejectionOf } from '../../runtime/providers/rejection-of';
import { contentTypeOf } from '../../runtime/validator/request';
import { ENV } from '../../src/contract';
import { Runner } from '../runner/runner';
import { Services } from '../runner/services';
import { Capture } from './capture';

/** How the validator judges a captured request, retraced with its own functions and the secrets that are live now. */
export interface Judgement {
  /** Why it is refused; absent for one that is accepted. */
  readonly reason?: string;
  readonly detail?: string;
  /** Place of the secret that made the signature among the live ones: 0 is the current one. */
  readonly secretIndex?: number;
  readonly events?: readonly CanonicalEvent[];
  /** What stood in the way of retracing it, such as a certificate that only the handler has fetched. */
  readonly unknown?: string;
}

export function requestOf({ method, headers, query, body, at }: Capture): WebhookRequest {
  return {
    method,
    headers: new Map(Object.entries(headers).map(([name, values]) => [name.toLowerCase(), values])),
    query: new Map(new URLSearchParams(query)),
    body,
    receivedAt: Date.parse(at),
  };
}

/** Live secrets of an endpoint, the current one first. */
export function liveSecrets({ secrets }: Services, secretArn: string | undefined): readonly string[] {
  if (secretArn === undefined) return [];
  const secret = secrets.secret(secretArn);
  const values = ['AWSCURRENT', 'AWSPREVIOUS'].flatMap((stage) => {
    try {
      return [secret.version(undefined, stage).secretString ?? ''];
    } catch {
      return [];
    }
  });
  return [...new Set(values.flatMap(secretsIn))];
}

function secretsIn(text: string): readonly string[] {
  return text.startsWith('[') ? JSON.parse(text) as string[] : [text];
}

export function judge(runner: Runner, capture: Capture): Judgement {
  const { endpoint } = capture;
  if (!endpoint) return { reason: 'unknown_provider', detail: 'No endpoint has this path' };
  const adapter = adapterOf(endpoint.kind);
  const refused = frontChecks(runner, capture, adapter);
  if (refused) return refused;
  if (capture.truncated) return { unknown: 'the body is too large to be kept whole' };
  const request = requestOf(capture);
  const options = endpoint.options ?? {};
  const verified = attempt(() => adapter.verify(request, { secrets: liveSecrets(runner.services, endpoint.secretArn), options }));
  if ('reason' in verified) return verified;
  const mapped = attempt(() => ({ events: adapter.map(request, options).map(({ event }) => event) }));
  return { ...mapped, ...verified, ...('reason' in mapped && { unknown: undefined }) };
}

/** What a step gives, why it refuses, or what stood in its way. */
function attempt<T>(step: () => T): T | Pick<Judgement, 'unknown'> | Required<Pick<Judgement, 'reason' | 'detail'>> {
  try {
    return step();
  } catch (error) {
    const rejection = rejectionOf(error);
    return rejection ? { reason: rejection.reason, detail: rejection.message } : { unknown: (error as Error).message };
  }
}

/** Lines looked through for what the handler says of a request that was answered just now. */
const LATEST_LINES = 300;

/** The reason a handler logged: all there is where only the handler can verify, as with a certificate. */
export function loggedReason({ services: { logs } }: Runner, traceId: string | undefined): string | undefined {
  if (traceId === undefined) return undefined;
  for (const { name } of logs.all()) {
    const line = logs.events(name).slice(-LATEST_LINES).findLast(({ message }) => message.includes('"reason"') && message.includes(traceId));
    if (line) return (JSON.parse(line.message) as { reason?: string }).reason;
  }
  return undefined;
}

/** What is looked at before the signature. */
function frontChecks(runner: Runner, capture: Capture, { description }: ProviderAdapter): Judgement | undefined {
  const limit = maxBodyBytes(runner, capture);
  if (capture.bytes > limit) return { reason: 'body_too_large', detail: `The body has ${capture.bytes} bytes, ${limit} are allowed` };
  const type = contentTypeOf(requestOf(capture));
  if (capture.method === 'GET' || description.contentTypes.includes(type)) return undefined;
  return { reason: 'wrong_content_type', detail: `The content type is ${type || 'missing'}; ${description.contentTypes.join(' or ')} is expected` };
}

export function maxBodyBytes({ resources }: Pick<Runner, 'resources'>, { system }: Pick<Capture, 'system'>): number {
  const validator = resources.find(({ type, properties }) => {
    const variables = type === 'AWS::Lambda::Function' ? properties.Environment?.Variables ?? {} : {};
    return variables[ENV.providers] !== undefined && variables[ENV.system] === system?.name;
  });
  return Number(validator?.properties.Environment.Variables[ENV.maxBodyBytes] ?? Infinity);
}
