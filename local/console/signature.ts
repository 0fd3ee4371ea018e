import { crc32 } from 'node:zlib';
import { adapterOf } from '../../runtime/providers/registry';
import type { ProviderConfig } from '../../src/contract';
import { Capture, headerOf } from './capture';
import { Judgement } from './judgement';
import { Check, Stage } from './model';

/** What was signed and when, as the provider's documentation has it. */
export interface Signed {
  /** Shown to people; long bodies are named, not repeated. */
  readonly text: string;
  /** Unix seconds. */
  readonly time?: number;
}

type Read = (capture: Capture, endpoint: ProviderConfig) => Signed;

const bodyOf = ({ body }: Capture) => body.toString('utf8');
const bodyAlone: Read = (capture) => ({ text: bodyOf(capture) });

function pairsIn(header: string | undefined, separator: string): Readonly<Record<string, string>> {
  return Object.fromEntries((header ?? '').split(separator).map((part) => part.split(/=(.*)/s).slice(0, 2) as [string, string]));
}

function standardWebhooks(capture: Capture): Signed {
  const [id, time] = ['id', 'timestamp'].map((name) => headerOf(capture, `webhook-${name}`) ?? headerOf(capture, `svix-${name}`) ?? '');
  return { text: `${id}.${time}.${bodyOf(capture)}`, time: seconds(time) };
}

function stripe(capture: Capture): Signed {
  const { t = '' } = pairsIn(headerOf(capture, 'stripe-signature'), ',');
  return { text: `${t}.${bodyOf(capture)}`, time: seconds(t) };
}

function paddle(capture: Capture): Signed {
  const { ts = '' } = pairsIn(headerOf(capture, 'paddle-signature'), ';');
  return { text: `${ts}:${bodyOf(capture)}`, time: seconds(ts) };
}

function paypal(capture: Capture, { options = {} }: ProviderConfig): Signed {
  const [id, time] = ['id', 'time'].map((name) => headerOf(capture, `paypal-transmission-${name}`) ?? '');
  return { text: [id, time, options.webhookId, crc32(capture.body)].join('|'), time: Date.parse(time) / 1000 || undefined };
}

function braintree(capture: Capture): Signed {
  return { text: new URLSearchParams(bodyOf(capture)).get('bt_payload') ?? '' };
}

const SIGNED: Readonly<Record<string, Read>> = {
  'standard-webhooks': standardWebhooks,
  'stripe': stripe,
  'paddle': paddle,
  'paypal': paypal,
  'braintree': braintree,
  'square': (capture, { options = {} }) => ({ text: `${String(options.notificationUrl)}${bodyOf(capture)}` }),
  'shopify': bodyAlone,
  'razorpay': bodyAlone,
  'mollie': bodyAlone,
  'checkout-com': bodyAlone,
  'paystack': bodyAlone,
  'github': bodyAlone,
};

export function signedOf(capture: Capture): Signed | undefined {
  const { endpoint } = capture;
  return endpoint && SIGNED[endpoint.kind]?.(capture, endpoint);
}

function seconds(text: string): number | undefined {
  return /^\d{1,12}$/.test(text) ? Number(text) : undefined;
}

/** Reasons by the step at which a request is turned away; the steps before it were passed. */
const STEPS: readonly (readonly [string, readonly string[]])[] = [
  ['Endpoint', ['unknown_provider']],
  ['Size', ['body_too_large']],
  ['Content type', ['wrong_content_type']],
  ['Signature is there', ['missing_signature']],
  ['Signature is readable', ['malformed_signature', 'unknown_key']],
  ['Signature is of these bytes', ['signature_mismatch']],
  ['Signed at about this time', ['timestamp_too_old', 'timestamp_in_future']],
];

export function signatureStage(capture: Capture, judgement: Judgement): Stage {
  const { endpoint } = capture;
  const failedAt = STEPS.findIndex(([, reasons]) => reasons.includes(judgement.reason ?? ''));
  const failed = failedAt >= 0;
  const signed = signedOf(capture);
  const { algorithm, signatureHeader, toleranceSeconds } = endpoint ? adapterOf(endpoint.kind).description : {};
  const known = judgement.unknown === undefined;
  return {
    id: 'signature',
    title: 'Signature',
    state: failed ? 'failed' : known ? 'done' : 'skipped',
    sentence: failed ? `Refused: ${judgement.detail ?? judgement.reason}` : known ? secretSentence(judgement, endpoint) : `Not retraced: ${judgement.unknown}`,
    facts: [
      ...(algorithm === undefined ? [] : [['Scheme', algorithm] as const, ['Signature in', signatureHeader!] as const]),
      ...(judgement.secretIndex === undefined ? [] : [['Secret', secretName(judgement.secretIndex, endpoint)] as const]),
    ],
    groups: known ? [{ title: 'Steps', verdict: failed ? 'refused' : 'passed', passed: !failed, checks: stepsUntil(failedAt, capture, judgement, signed, toleranceSeconds) }] : [],
    texts: signed && !capture.truncated ? [{ title: 'Signed text', text: signed.text }] : [],
  };
}

function stepsUntil(failedAt: number, capture: Capture, { detail = '' }: Judgement, signed: Signed | undefined, tolerance: number | undefined): Check[] {
  const last = failedAt < 0 ? STEPS.length - 1 : failedAt;
  return STEPS.slice(0, last + 1).filter((_, index) => index < STEPS.length - 1 || tolerance !== undefined).map(([subject], index) => ({
    subject,
    passed: index !== failedAt,
    ...(index === STEPS.length - 1
      ? { expected: `within ${tolerance} s`, actual: differenceOf(capture, signed) }
      : { expected: 'yes', actual: index === failedAt ? detail : 'yes' }),
  }));
}

function differenceOf({ at }: Capture, signed: Signed | undefined): string {
  if (signed?.time === undefined) return 'not known';
  const age = Math.floor(Date.parse(at) / 1000) - Math.floor(signed.time);
  return age === 0 ? 'the same second' : age > 0 ? `${age} s before arrival` : `${-age} s after arrival`;
}

function secretSentence({ secretIndex }: Judgement, endpoint: ProviderConfig | undefined): string {
  if (secretIndex === undefined && endpoint?.secretArn !== undefined) return 'Not looked at';
  return `Good, by the ${secretName(secretIndex ?? 0, endpoint)}`;
}

function secretName(index: number, endpoint: ProviderConfig | undefined): string {
  if (endpoint?.secretArn === undefined) return "provider's certificate";
  return index === 0 ? 'current secret' : 'previous secret, which was rotated out and is still live';
}
