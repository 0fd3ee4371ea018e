import type { CanonicalEvent, ProviderAdapter, WebhookRequest } from '../../../runtime/providers/adapter';
import type { RejectionReason } from '../../../runtime/providers/rejection';
import { rejectionOf } from '../../../runtime/providers/rejection-of';
import { printJson } from '../../../runtime/transaction/json';

/** The clock of the frozen vectors, in Unix seconds. */
export const NOW = 1_760_000_000;

export interface RequestParts {
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  readonly body?: string | Buffer;
  readonly method?: string;
  readonly query?: Readonly<Record<string, string>>;
  /** Unix seconds. */
  readonly now?: number;
}

export function request({ headers = {}, body = '', method = 'POST', query = {}, now = NOW }: RequestParts): WebhookRequest {
  return {
    method,
    headers: new Map(Object.entries(headers).map(([name, value]) => [name, typeof value === 'string' ? [value] : value])),
    query: new Map(Object.entries(query)),
    body: Buffer.from(body as Buffer),
    receivedAt: now * 1000,
  };
}

/** A refusal for this reason, for `toThrow`. */
export function because(reason: RejectionReason): Error {
  return expect.objectContaining({ reason }) as Error;
}

/** The reason a call is refused for, as the validator would tell it; undefined when it is not. */
export function refusal(run: () => unknown): string | undefined {
  try {
    run();
    return undefined;
  } catch (error) {
    return rejectionOf(error)?.reason ?? `not a rejection: ${String(error)}`;
  }
}

/** What any good webhook, signed in `header` over all of its JSON body, may be turned into, and why that is refused. */
export function commonAbuse(good: RequestParts, header: string): readonly (readonly [string, RequestParts, RejectionReason])[] {
  const { [header]: signature, ...others } = good.headers ?? {};
  const text = String(signature);
  const body = Buffer.from((good.body ?? '') as Buffer);
  const signed = (value: string | readonly string[]) => ({ ...good, headers: { ...others, [header]: value } });
  return [
    ['without its header', { ...good, headers: others }, 'missing_signature'],
    ['with an empty header', signed(''), 'missing_signature'],
    ['with its header twice', signed([text, text]), 'malformed_signature'],
    ['with a garbled header', signed('garbage'), 'malformed_signature'],
    ['with a truncated header', signed(text.slice(0, -1)), 'malformed_signature'],
    ['with a lengthened header', signed(`${text}0`), 'malformed_signature'],
    ['with a prototype key for a header', signed('__proto__=1'), 'malformed_signature'],
    ['with another body', { ...good, body: Buffer.concat([body, Buffer.from(' ')]) }, 'signature_mismatch'],
    ['with its body cut short', { ...good, body: body.subarray(0, -1) }, 'signature_mismatch'],
    ['with its body written again', { ...good, body: `${JSON.stringify(JSON.parse(body.toString()), null, 3)}\n` }, 'signature_mismatch'],
    ['with its body emptied', { ...good, body: '' }, 'signature_mismatch'],
    ['with its body in another encoding', { ...good, body: Buffer.from(body.toString(), 'utf16le') }, 'signature_mismatch'],
  ];
}

/** `bytes` with one bit turned. */
export function flipBit(bytes: Buffer, bit: number): Buffer {
  const flipped = Buffer.from(bytes);
  const at = Math.floor(bit / 8);
  const weight = 2 ** (bit % 8);
  flipped[at] += Math.floor(flipped[at] / weight) % 2 === 0 ? weight : -weight;
  return flipped;
}

/** `text` of ASCII with one bit turned. */
export function flipBitOf(text: string, bit: number): string {
  return flipBit(Buffer.from(text, 'latin1'), bit).toString('latin1');
}

/** The canonical events of a webhook as plain JSON, numbers as the text they were read from. */
export function mapped(adapter: ProviderAdapter, parts: RequestParts, options: Readonly<Record<string, unknown>> = {}) {
  return adapter.map(request(parts), options).map(({ event, ...rest }) => ({
    ...rest,
    event: { ...event, metadata: JSON.parse(printJson(event.metadata)) as CanonicalEvent['metadata'] },
  }));
}
