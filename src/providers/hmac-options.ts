import { check, refuseToken } from '../validate';
import { WebhookProviderOptions } from './provider-options';

/** Hash of an HMAC. */
export enum HmacAlgorithm {
  /** HMAC-SHA256. */
  SHA256 = 'sha256',
  /** HMAC-SHA512. */
  SHA512 = 'sha512',
}

/** How a signature is written in its header. */
export enum SignatureEncoding {
  /** Lower-case hexadecimal. */
  HEX = 'hex',
  /** Base64 with padding. */
  BASE64 = 'base64',
}

/** How a key is written in its secret. */
export enum KeyEncoding {
  /** The text itself is the key. */
  TEXT = 'text',
  /** Hexadecimal. */
  HEX = 'hex',
  /** Base64 with padding. */
  BASE64 = 'base64',
}

/** Unit of a signed time. */
export enum UnixTimeUnit {
  /** Seconds since 1970. */
  SECONDS = 's',
  /** Milliseconds since 1970. */
  MILLISECONDS = 'ms',
}

/** Unit of amounts. */
export enum AmountUnit {
  /** 10.99 USD is `10.99`. */
  MAJOR = 'major',
  /** 10.99 USD is `1099`. */
  MINOR = 'minor',
}

/**
 * Where the parts of a transaction are in the body: names with dots between, `data.id`,
 * or a JSON pointer, `/data/0/id`.
 */
export interface HmacMapping {
  /**
   * The sender's id of the transaction. Required where money moves.
   *
   * @default - the event id
   */
  readonly transactionId?: string;

  /**
   * Id of the event, the same for every retry. A header, `header:x-event-id`, counts only
   * if `signedText` contains it.
   *
   * @default - SHA-256 of the body
   */
  readonly eventId?: string;

  /**
   * Type of the event; may be a signed header as well.
   *
   * @default - every event has the type `unknown`
   */
  readonly eventType?: string;

  /**
   * Event types that move money. All others are published as `Webhook Received`.
   *
   * @default - none does
   */
  readonly moneyTypes?: string[];

  /**
   * The amount. Required where money moves.
   *
   * @default - no amount
   */
  readonly amount?: string;

  /**
   * Unit of the amount. Required with `amount`.
   *
   * @default - no amount
   */
  readonly amountUnit?: AmountUnit;

  /**
   * The currency: a path, or a constant such as `EUR`. Required with `amount`.
   *
   * @default - no amount
   */
  readonly currency?: string;

  /**
   * The customer's id.
   *
   * @default - no customer
   */
  readonly customerId?: string;

  /**
   * Time of the event, ISO 8601.
   *
   * @default - time of arrival
   */
  readonly occurredAt?: string;

  /**
   * An object to keep as metadata.
   *
   * @default - no metadata
   */
  readonly metadata?: string;
}

/** Options of any sender whose webhooks carry an HMAC in a header. */
export interface HmacOptions extends WebhookProviderOptions {
  /** Name of the header with the signature, e.g. `x-signature`. */
  readonly header: string;

  /**
   * What stands before the signature, e.g. `sha256=`.
   *
   * @default - nothing
   */
  readonly prefix?: string;

  /**
   * What stands between several signatures in one header, e.g. `,`.
   *
   * @default - the header holds one signature
   */
  readonly separator?: string;

  /**
   * Hash of the HMAC.
   *
   * @default HmacAlgorithm.SHA256
   */
  readonly algorithm?: HmacAlgorithm;

  /**
   * How the signature is written.
   *
   * @default SignatureEncoding.HEX
   */
  readonly encoding?: SignatureEncoding;

  /**
   * How the key is written in the secret.
   *
   * @default KeyEncoding.TEXT
   */
  readonly keyEncoding?: KeyEncoding;

  /**
   * What is signed: text with `{body}`, `{timestamp}`, `{url}` and `{header:<name>}` in it.
   *
   * @default '{body}'
   */
  readonly signedText?: string;

  /**
   * What `{url}` in `signedText` stands for, to the byte.
   *
   * @default - the endpoint's own URL
   */
  readonly url?: string;

  /**
   * Header with the signed time; `signedText` then contains `{timestamp}`. Without a signed
   * time a captured request can be replayed once the dedupe window has ended.
   *
   * @default - no time is signed
   */
  readonly timestampHeader?: string;

  /**
   * Unit of the signed time.
   *
   * @default UnixTimeUnit.SECONDS
   */
  readonly timestampUnit?: UnixTimeUnit;

  /**
   * Seconds the signed time may differ from the arrival, on both sides.
   *
   * @default 300
   */
  readonly toleranceSeconds?: number;

  /**
   * Where the parts of a transaction are.
   *
   * @default - no event moves money
   */
  readonly mapping?: HmacMapping;
}

const PROP = 'WebhookProvider.hmac';
const HEADER_NAME = /^[\w-]+$/;

/** What the adapter reads. */
export function adapterOptionsOf(options: HmacOptions, endpointUrl: string): { [option: string]: unknown } {
  const { name: _, secret: __, keyEncoding, ...scheme } = options;
  return { ...scheme, keyDecoding: keyEncoding, ...(options.signedText?.includes('{url}') && { url: options.url ?? endpointUrl }) };
}

/** Refuses what the adapter would refuse at the first webhook. */
export function checkHmacOptions(options: HmacOptions): void {
  const { header, signedText = '{body}', timestampHeader, timestampUnit, toleranceSeconds, separator, url } = options;
  for (const [option, value] of Object.entries({ header, timestampHeader, signedText })) refuseToken(`${PROP} ${option}`, value);
  for (const [option, value] of Object.entries({ header, timestampHeader })) {
    check(value === undefined || HEADER_NAME.test(value), `${PROP} ${option}`, value, 'use the name of a header, e.g. x-signature');
  }
  for (const [option, value] of Object.entries({ separator, url })) check(value !== '', `${PROP} ${option}`, value, 'leave it out, or give some text');
  checkSignedText(signedText);
  check(
    signedText.includes('{timestamp}') === (timestampHeader !== undefined), `${PROP} signedText`, signedText,
    'include {timestamp} exactly when timestampHeader is set',
  );
  for (const [option, value] of Object.entries({ timestampUnit, toleranceSeconds })) {
    check(value === undefined || timestampHeader !== undefined, `${PROP} ${option}`, value, 'set timestampHeader as well, or no time is checked');
  }
  check(url === undefined || signedText.includes('{url}'), `${PROP} url`, url, 'include {url} in signedText, or leave it out');
  check(
    toleranceSeconds === undefined || (Number.isInteger(toleranceSeconds) && toleranceSeconds > 0), `${PROP} toleranceSeconds`, toleranceSeconds,
    'use a positive whole number of seconds',
  );
  checkMapping(options.mapping ?? {}, signedText);
}

function checkSignedText(signedText: string): void {
  check(signedText.includes('{body}'), `${PROP} signedText`, signedText, 'include {body}: a signature that does not cover the body proves nothing');
  const unknown = signedText.match(/\{[^{}]*\}/g)?.find((slot) => !/^\{(?:body|timestamp|url|header:[\w-]+)\}$/.test(slot));
  check(unknown === undefined, `${PROP} signedText`, unknown, 'use {body}, {timestamp}, {url} and {header:<name>}');
}

function checkMapping(mapping: HmacMapping, signedText: string): void {
  const { moneyTypes, amountUnit: _, ...paths } = mapping;
  for (const [part, path] of Object.entries(paths)) {
    const prop = `${PROP} mapping.${part}`;
    check(path !== '', prop, path, 'leave it out, or say where it is');
    const header = /^header:(.*)$/i.exec(path ?? '')?.[1];
    if (header === undefined) continue;
    check(part === 'eventId' || part === 'eventType', prop, path, 'name a place in the body: only eventId and eventType may be a header');
    check(
      signedText.toLowerCase().includes(`{header:${header.toLowerCase()}}`), prop, path,
      `include {header:${header}} in signedText: anybody can change a header that is not signed`,
    );
  }
  const { transactionId, eventType, amount, currency, amountUnit } = mapping;
  check(
    !moneyTypes?.length || [transactionId, eventType, amount].every((path) => path !== undefined), `${PROP} mapping.moneyTypes`, moneyTypes,
    'set mapping.transactionId, mapping.eventType and mapping.amount as well',
  );
  check(
    amount === undefined || (currency !== undefined && amountUnit !== undefined), `${PROP} mapping.amount`, amount,
    'set mapping.currency and mapping.amountUnit as well',
  );
}
