import type { ExponentOverrides } from '../transaction/currency';
import type { AdapterOptions } from './adapter';

/** Options of a `hmac` endpoint: any sender whose webhooks carry an HMAC in a header. */
export interface HmacOptions {
  /** Name of the header with the signature. */
  readonly header: string;
  /** Stands before each signature, e.g. `sha256=`; signatures without it are ignored. @default none */
  readonly prefix?: string;
  /** Stands between the signatures of one header, e.g. `,`. @default the header holds one signature */
  readonly separator?: string;
  /** @default 'sha256' */
  readonly algorithm?: 'sha256' | 'sha512';
  /** Hex is lower case. @default 'hex' */
  readonly encoding?: 'hex' | 'base64';
  /** How the key is written in the secret. @default 'text' */
  readonly keyDecoding?: 'text' | 'hex' | 'base64';
  /** What is signed: text with `{body}`, `{timestamp}`, `{url}` and `{header:x-some-id}` in it. @default '{body}' */
  readonly signedText?: string;
  /** What `{url}` stands for, byte for byte. */
  readonly url?: string;
  /** Header with the signed Unix time; then `signedText` must contain `{timestamp}`. @default no time is checked */
  readonly timestampHeader?: string;
  /** @default 's' */
  readonly timestampUnit?: 's' | 'ms';
  /** Seconds the signed time may differ from arrival, on both sides. @default 300 */
  readonly toleranceSeconds?: number;
  /** Where the parts of the event are. @default an event of unknown type that moves no money */
  readonly mapping?: HmacMapping;
}

/**
 * Where the parts of an event are in the body: a JSON pointer (`/data/0/id`) or names with dots between (`data.id`).
 * `eventId` and `eventType` may be `header:x-some-id`, if `signedText` contains that header.
 */
export interface HmacMapping {
  /** Name of the sender in events. @default 'hmac' */
  readonly provider?: string;
  /** Required with `moneyTypes`. @default the event id */
  readonly transactionId?: string;
  /** @default SHA-256 of the body */
  readonly eventId?: string;
  /** @default every event has the type 'unknown' */
  readonly eventType?: string;
  /** Required with `moneyTypes`. @default no amount */
  readonly amount?: string;
  /** Required with `amount`: 10.99 USD is `10.99` in major and `1099` in minor units. */
  readonly amountUnit?: 'major' | 'minor';
  /** A path, or a constant in three capitals. Required with `amount`. */
  readonly currency?: string;
  /** Decimals of currencies in which the sender departs from ISO 4217, e.g. `{ ISK: 2 }`. */
  readonly exponents?: ExponentOverrides;
  /** @default none */
  readonly customerId?: string;
  /** @default time of arrival */
  readonly occurredAt?: string;
  /** ISO 8601, or Unix seconds or milliseconds. @default 'iso' */
  readonly occurredAtUnit?: 'iso' | 's' | 'ms';
  /** Path of an object. @default none */
  readonly metadata?: string;
  /** Event types that move money. @default none does */
  readonly moneyTypes?: readonly string[];
}

/** A piece of the signed text. */
export type SignedPart = { readonly text: string } | { readonly header: string } | { readonly slot: 'body' | 'timestamp' };

/** The options, checked and with their defaults. */
export interface HmacScheme extends Required<Pick<HmacOptions, 'header' | 'prefix' | 'algorithm' | 'encoding' | 'keyDecoding' | 'mapping'>> {
  readonly separator?: string;
  readonly parts: readonly SignedPart[];
  readonly timestamp?: Readonly<{ header: string; unit: 's' | 'ms'; toleranceSeconds: number }>;
}

/** Reads the options of an endpoint; what is wrong with them is the owner's fault, so a plain error. */
export function hmacScheme(options: AdapterOptions): HmacScheme {
  const read = reader('', options);
  const mapping = mappingOf(options.mapping ?? {});
  const timestampHeader = read.optionalText('timestampHeader')?.toLowerCase();
  const parts = partsOf(read.optionalText('signedText') ?? '{body}', read.optionalText('url'));
  const has = (slot: string) => parts.some((part) => 'slot' in part && part.slot === slot);
  check(has('body'), 'signedText must contain {body}');
  check(has('timestamp') === (timestampHeader !== undefined), 'signedText contains {timestamp} exactly when there is a timestampHeader');
  for (const field of ['eventId', 'eventType'] as const) {
    const header = headerName(mapping[field]);
    const signed = parts.some((part) => 'header' in part && part.header === header);
    check(header === undefined || signed, `mapping.${field} is a header that signedText leaves out`);
  }
  const toleranceSeconds = options.toleranceSeconds ?? 300;
  check(Number.isInteger(toleranceSeconds) && (toleranceSeconds as number) > 0, 'toleranceSeconds must be a positive integer');
  const header = read.optionalText('header')?.toLowerCase();
  check(header !== undefined, 'header is required');
  return {
    header: header!,
    prefix: options.prefix === '' ? '' : read.optionalText('prefix') ?? '',
    separator: read.optionalText('separator'),
    algorithm: read.oneOf('algorithm', 'sha256', 'sha512'),
    encoding: read.oneOf('encoding', 'hex', 'base64'),
    keyDecoding: read.oneOf('keyDecoding', 'text', 'hex', 'base64'),
    parts,
    timestamp: timestampHeader === undefined
      ? undefined
      : { header: timestampHeader, unit: read.oneOf('timestampUnit', 's', 'ms'), toleranceSeconds: toleranceSeconds as number },
    mapping,
  };
}

/** Name of the header in `header:x-some-id`, whatever the case. */
export function headerName(source: string | undefined): string | undefined {
  return /^header:(.*)$/is.exec(source ?? '')?.[1].toLowerCase();
}

const TEXTS = ['provider', 'transactionId', 'eventId', 'eventType', 'amount', 'currency', 'customerId', 'occurredAt', 'metadata'] as const;

function mappingOf(value: unknown): HmacMapping {
  check(typeof value === 'object' && value !== null && !Array.isArray(value), 'mapping must be an object');
  const read = reader('mapping.', value as AdapterOptions);
  for (const field of TEXTS) read.optionalText(field);
  const headers = TEXTS.filter((field) => headerName((value as AdapterOptions)[field] as string | undefined) !== undefined);
  check(headers.every((field) => field === 'eventId' || field === 'eventType'), `mapping.${headers.join(', ')}: only eventId and eventType may be a header`);
  const mapping = value as HmacMapping;
  const { moneyTypes = [], exponents = {} } = mapping;
  check(Array.isArray(moneyTypes) && moneyTypes.every((type) => typeof type === 'string'), 'mapping.moneyTypes must be a list of texts');
  check(Object.values(exponents).every((exponent) => [0, 1, 2, 3, 4].includes(exponent)), 'mapping.exponents must be 0 to 4');
  check(moneyTypes.length === 0 || [mapping.amount, mapping.transactionId, mapping.eventType].every((part) => part !== undefined),
    'mapping.moneyTypes needs mapping.transactionId, mapping.eventType and mapping.amount');
  check(mapping.amount === undefined || (mapping.currency !== undefined && ['major', 'minor'].includes(mapping.amountUnit as string)),
    'mapping.amount needs mapping.currency and mapping.amountUnit, "major" or "minor"');
  read.oneOf('occurredAtUnit', 'iso', 's', 'ms');
  return mapping;
}

function partsOf(template: string, url: string | undefined): readonly SignedPart[] {
  return template.split(/(\{[^{}]*\})/).filter((piece) => piece !== '').map((piece): SignedPart => {
    if (!piece.startsWith('{') || !piece.endsWith('}')) return { text: piece };
    const name = piece.slice(1, -1);
    if (name === 'body' || name === 'timestamp') return { slot: name };
    check(name !== 'url' || url !== undefined, 'signedText contains {url}, so url is required');
    if (name === 'url') return { text: url! };
    const header = headerName(name);
    check(header !== undefined && /^[a-z0-9_-]+$/.test(header), `signedText contains the unknown ${piece}`);
    return { header: header! };
  });
}

function reader(prefix: string, options: AdapterOptions) {
  return {
    optionalText(name: string): string | undefined {
      const value = options[name];
      check(value === undefined || (typeof value === 'string' && value !== ''), `${prefix}${name} must be text`);
      return value as string | undefined;
    },
    /** The first choice is the default. */
    oneOf<T extends string>(name: string, ...choices: readonly T[]): T {
      const value = options[name] ?? choices[0];
      check(choices.includes(value as T), `${prefix}${name} must be one of ${choices.join(', ')}`);
      return value as T;
    },
  };
}

function check(holds: boolean, problem: string): void {
  if (!holds) throw new Error(`Options of a hmac endpoint: ${problem}`);
}
