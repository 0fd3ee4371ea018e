import type { CanonicalEvent, Credentials, ProviderAdapter, WebhookRequest } from '../../runtime/providers/adapter';
import { itemsOf, keyOf } from '../../runtime/providers/adyen';
import { adapterOf } from '../../runtime/providers/registry';
import { rejectionOf } from '../../runtime/providers/rejection-of';
import { matchHmac } from '../../runtime/providers/signature';
import { contentTypeOf } from '../../runtime/validator/request';
import { ENV, ProviderConfig } from '../../src/contract';
import { Runner } from '../runner/runner';
import { Services } from '../runner/services';
import { Capture } from './capture';
import { requestOf } from './request';
import { signedOf } from './signed-texts';

/** How the validator judges a captured request, retraced with its own functions and the secrets that are live now. */
export interface Judgement {
  /** Why it is refused; absent for one that is accepted. */
  readonly reason?: string;
  readonly detail?: string;
  /** Place of the secret that made the signature among the live ones: 0 is the current one. */
  readonly secretIndex?: number;
  readonly events?: readonly CanonicalEvent[];
  /** Where parts of the body are signed each by itself: the place of the secret for each, undefined where none fits. */
  readonly parts?: readonly (number | undefined)[];
  /** Where it is refused for its time only: whether the signature is good all the same. */
  readonly goodButForTime?: boolean;
  /** What stood in the way of retracing it, such as a certificate that only the handler has fetched. */
  readonly unknown?: string;
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
  const verify = (at = request.receivedAt) => attempt(() => {
    const arrived = { ...request, receivedAt: at };
    return adapter.verify(arrived, credentialsFor(runner, endpoint, adapter, arrived));
  });
  const parts = partsOf(request, endpoint, liveSecrets(runner.services, endpoint.secretArn));
  const verified = verify();
  if ('reason' in verified) {
    const { time } = signedOf(capture);
    const goodButForTime = TIME_REASONS.includes(verified.reason) && time !== undefined ? 'secretIndex' in verify(time * 1000) : undefined;
    return { ...verified, parts, goodButForTime };
  }
  const mapped = attempt(() => ({ events: adapter.map(request, options).map(({ event }) => event) }));
  return { ...mapped, ...verified, parts, ...('reason' in mapped && { unknown: undefined }) };
}

const TIME_REASONS = ['timestamp_too_old', 'timestamp_in_future'];

/** What the handler holds a signature against; a certificate comes from where handlers get theirs. */
export function credentialsFor(
  { services }: Pick<Runner, 'services'>, { secretArn, options = {} }: ProviderConfig, adapter: ProviderAdapter, request: WebhookRequest,
): Credentials {
  const secrets = liveSecrets(services, secretArn);
  const url = adapter.certificateUrl?.(request);
  if (url === undefined) return { secrets, options };
  const { certificate, authority } = services.outside.certificateAt(url);
  return { secrets, certificate, options: { trustedRoots: [authority], ...options } };
}

/** Adyen signs each item of a payment notification by itself. */
function partsOf(request: WebhookRequest, { kind }: ProviderConfig, secrets: readonly string[]): Judgement['parts'] {
  if (kind !== 'adyen' || request.headers.has('hmacsignature')) return undefined;
  const keys = attempt(() => secrets.map(keyOf));
  const items = attempt(() => itemsOf(request));
  if (!Array.isArray(keys) || !Array.isArray(items)) return undefined;
  return (items as ReturnType<typeof itemsOf>).map(({ signed, signature }) => {
    const found = attempt(() => ({ index: matchHmac('sha256', keys as Buffer[], [signed.join(':')], [signature]) }));
    return 'index' in found ? found.index : undefined;
  });
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
