import { crc32 } from 'node:zlib';
import { itemsOf } from '../../runtime/providers/adyen';
import { hmacScheme } from '../../runtime/providers/hmac-options';
import type { ProviderConfig } from '../../src/contract';
import { Capture, headerOf } from './capture';
import { requestOf } from './request';

/** What was signed and when, as the provider's documentation has it. */
export interface Signed {
  /** One text, or one for each part that is signed by itself. */
  readonly texts: readonly string[];
  /** Unix seconds. */
  readonly time?: number;
}

type Read = (capture: Capture, endpoint: ProviderConfig) => Signed;

const bodyOf = ({ body }: Capture) => body.toString('utf8');
const bodyAlone: Read = (capture) => ({ texts: [bodyOf(capture)] });

function pairsIn(header: string | undefined, separator: string): Readonly<Record<string, string>> {
  return Object.fromEntries((header ?? '').split(separator).map((part) => part.trim().split(/=(.*)/s).slice(0, 2) as [string, string]));
}

function standardWebhooks(capture: Capture): Signed {
  const [id, time] = ['id', 'timestamp'].map((name) => headerOf(capture, `webhook-${name}`) ?? headerOf(capture, `svix-${name}`) ?? '');
  return { texts: [`${id}.${time}.${bodyOf(capture)}`], time: seconds(time) };
}

function stripe(capture: Capture): Signed {
  const { t = '' } = pairsIn(headerOf(capture, 'stripe-signature'), ',');
  return { texts: [`${t}.${bodyOf(capture)}`], time: seconds(t) };
}

function paddle(capture: Capture): Signed {
  const { ts = '' } = pairsIn(headerOf(capture, 'paddle-signature'), ';');
  return { texts: [`${ts}:${bodyOf(capture)}`], time: seconds(ts) };
}

function paypal(capture: Capture, { options = {} }: ProviderConfig): Signed {
  const [id, time] = ['id', 'time'].map((name) => headerOf(capture, `paypal-transmission-${name}`) ?? '');
  return { texts: [[id, time, options.webhookId, crc32(capture.body)].join('|')], time: Date.parse(time) / 1000 || undefined };
}

/** Eight fields of each item of a payment notification; the whole body of a platform's. */
function adyen(capture: Capture): Signed {
  if (headerOf(capture, 'hmacsignature') !== undefined) return { texts: [bodyOf(capture)] };
  try {
    return { texts: itemsOf(requestOf(capture)).map(({ signed }) => signed.join(':')) };
  } catch {
    return { texts: [] };
  }
}

function hmac(capture: Capture, { options = {} }: ProviderConfig): Signed {
  const { parts, timestamp } = hmacScheme(options);
  const time = timestamp && headerOf(capture, timestamp.header);
  const text = parts.map((part) => {
    if ('text' in part) return part.text;
    if ('header' in part) return headerOf(capture, part.header) ?? '';
    return part.slot === 'body' ? bodyOf(capture) : time ?? '';
  }).join('');
  const at = time === undefined ? undefined : seconds(time);
  return { texts: [text], time: at !== undefined && timestamp?.unit === 'ms' ? at / 1000 : at };
}

function braintree(capture: Capture): Signed {
  return { texts: [new URLSearchParams(bodyOf(capture)).get('bt_payload') ?? ''] };
}

/** Every kind of endpoint there is. */
const SIGNED: Readonly<Record<string, Read>> = {
  'standard-webhooks': standardWebhooks,
  'stripe': stripe,
  'adyen': adyen,
  'paypal': paypal,
  'paddle': paddle,
  'braintree': braintree,
  'hmac': hmac,
  'square': (capture, { options = {} }) => ({ texts: [`${String(options.notificationUrl)}${bodyOf(capture)}`] }),
  'shopify': bodyAlone,
  'razorpay': bodyAlone,
  'mollie': bodyAlone,
  'checkout-com': bodyAlone,
  'paystack': bodyAlone,
  'github': bodyAlone,
};

export function signedOf(capture: Capture): Signed {
  const { endpoint, truncated } = capture;
  if (!endpoint || truncated) return { texts: [] };
  return SIGNED[endpoint.kind](capture, endpoint);
}

function seconds(text: string): number | undefined {
  return /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}
