import { headerName, HmacMapping, HmacOptions } from '../../../runtime/providers/hmac-options';
import { SampleTransaction } from '../samples';
import { decimal, DemoProvider, EndpointOptions, hmac as digest, isoTime, Money, sha256, signedJson, unixSeconds } from './provider';

type Scheme = EndpointOptions & HmacOptions;

/** A sender that does whatever its endpoint is configured for. */
export const hmac: DemoProvider = {
  kind: 'hmac',

  write(transaction, now, options) {
    const { mapping = {} } = options as Scheme;
    const money = moneyOf(transaction, mapping);
    const body = JSON.stringify(bodyOf(transaction, now, mapping, money));
    return { transactionId: idOf(transaction, mapping, body), body, ...(movesMoney(mapping) && { money }) };
  },

  sign(body, secret, now, options) {
    const { header, prefix = '', algorithm = 'sha256', encoding = 'hex', keyDecoding = 'text', signedText = '{body}', ...scheme } = options as Scheme;
    const timestamp = scheme.timestampUnit === 'ms' ? String(now) : String(unixSeconds(now));
    const headers: Record<string, string> = scheme.timestampHeader ? { [scheme.timestampHeader]: timestamp } : {};
    const parts = signedText.split(/(\{[^{}]*\})/).map((part) => {
      if (part === '{body}') return body;
      if (part === '{timestamp}') return timestamp;
      if (part === '{url}') return String(scheme.url);
      const name = /^\{header:(.*)\}$/.exec(part)?.[1].toLowerCase();
      return name === undefined ? part : headers[name] = headerValue(name, body, scheme.mapping);
    });
    const key = Buffer.from(secret, keyDecoding === 'text' ? 'utf8' : keyDecoding);
    return signedJson(body, { ...headers, [header]: `${prefix}${digest(algorithm, key, ...parts).toString(encoding)}` });
  },
};

function typeOf({ eventType, moneyTypes = [] }: HmacMapping): string {
  return eventType === undefined ? 'unknown' : moneyTypes[0] ?? 'sample';
}

function movesMoney(mapping: HmacMapping): boolean {
  return mapping.moneyTypes?.includes(typeOf(mapping)) ?? false;
}

/** An id in a header is made from the body, so that whoever has the body knows the id. */
function headerValue(name: string, body: string | Buffer, mapping: HmacMapping = {}): string {
  return headerName(mapping.eventType) === name ? typeOf(mapping) : `evt_${sha256(body).slice(0, 24)}`;
}

function idOf({ id }: SampleTransaction, { transactionId, eventId }: HmacMapping, body: string): string {
  if (transactionId) return `txn_${id}`;
  if (!eventId) return `sha256:${sha256(body)}`;
  const header = headerName(eventId);
  return header === undefined ? `evt_${id}` : headerValue(header, body);
}

/** The sample's amount in the currency of the endpoint, whole where that has no decimals. */
function moneyOf({ cents }: SampleTransaction, mapping: HmacMapping): Money {
  const currency = isConstant(mapping.currency) ? mapping.currency : 'USD';
  const [whole, fraction] = decimal(cents).split('.');
  const digits = fraction.padEnd(digitsOf(currency, mapping), '0').slice(0, digitsOf(currency, mapping));
  return { amount: digits === '' ? whole : `${whole}.${digits}`, currency };
}

function digitsOf(currency: string, { exponents = {} }: HmacMapping): number {
  return exponents[currency] ?? new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions().maximumFractionDigits!;
}

function isConstant(currency: string | undefined): currency is string {
  return currency !== undefined && /^[A-Z]{3}$/.test(currency);
}

function bodyOf({ id, customer, metadata }: SampleTransaction, now: number, mapping: HmacMapping, { amount, currency }: Money): object {
  const times = { iso: isoTime(now), s: unixSeconds(now), ms: now };
  const values: readonly (readonly [string | undefined, unknown])[] = [
    // First, because the others may be inside of it.
    [mapping.metadata, { ...metadata }],
    [mapping.transactionId, `txn_${id}`],
    [mapping.eventId, `evt_${id}`],
    [mapping.eventType, typeOf(mapping)],
    [mapping.amount, mapping.amountUnit === 'minor' ? Number(amount.replace('.', '')) : amount],
    [isConstant(mapping.currency) ? undefined : mapping.currency, currency],
    [mapping.customerId, customer],
    [mapping.occurredAt, times[mapping.occurredAtUnit ?? 'iso']],
  ];
  // Bodies differ even where nothing is mapped.
  const body = { sample: id };
  for (const [path, value] of values) if (path && headerName(path) === undefined && value !== undefined) place(body, stepsOf(path), value);
  return body;
}

function stepsOf(path: string): string[] {
  if (!path.startsWith('/')) return path.split('.');
  return path.slice(1).split('/').map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
}

function place(container: object, [step, ...rest]: readonly string[], value: unknown): void {
  const members = container as Record<string, unknown>;
  if (rest.length === 0) members[step] = value;
  else place((members[step] ??= /^\d+$/.test(rest[0]) ? [] : {}) as object, rest, value);
}
