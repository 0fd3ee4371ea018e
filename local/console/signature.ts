import { adapterOf } from '../../runtime/providers/registry';
import { contentTypeOf } from '../../runtime/validator/request';
import type { ProviderConfig } from '../../src/contract';
import { toleranceOf } from '../simulate/sender';
import { Capture, headerOf } from './capture';
import { Judgement } from './judgement';
import { Check, Stage } from './model';
import { requestOf } from './request';
import { Signed, signedOf } from './signed-texts';

/** Reasons by the step at which a request is turned away; the steps before it were passed. */
const STEPS: readonly (readonly [string, readonly string[]])[] = [
  ['Size', ['body_too_large']],
  ['Content type', ['wrong_content_type']],
  ['Signature is there', ['missing_signature']],
  ['Signature is readable', ['malformed_signature', 'unknown_key']],
  ['Signature is of these bytes', ['signature_mismatch']],
  ['Signed at about this time', ['timestamp_too_old', 'timestamp_in_future']],
];
const [SIZE, TYPE, PRESENT, READABLE, MATCH, TIME] = [0, 1, 2, 3, 4, 5];

/** What the stage needs beside the request. */
export interface SignatureContext {
  readonly judgement: Judgement;
  readonly maxBodyBytes: number;
  /** What a signature that fits nothing would fit. */
  readonly nearMiss?: string;
}

/** The signature step by step: what was signed, when, and which secret signed it. */
export function signatureStage(capture: Capture, { judgement, maxBodyBytes, nearMiss }: SignatureContext): Stage {
  const { endpoint } = capture;
  const signed = signedOf(capture);
  const failedAt = STEPS.findIndex(([, reasons]) => reasons.includes(judgement.reason ?? ''));
  const failed = failedAt >= 0;
  const isHint = isUnsigned(capture);
  const known = judgement.unknown === undefined && !isHint;
  const { algorithm, signatureHeader } = endpoint ? adapterOf(endpoint.kind).description : {};
  const retraced = { capture, judgement, signed, maxBodyBytes, tolerance: endpoint && toleranceOf(endpoint) };
  const checks = stepsUntil(failed ? failedAt : STEPS.length, retraced);
  return {
    id: 'signature',
    title: 'Signature',
    state: failed ? 'failed' : known ? 'done' : 'skipped',
    sentence: sentenceOf(failed, isHint, judgement, endpoint),
    facts: [
      ...(nearMiss === undefined ? [] : [['Most likely', nearMiss] as const]),
      ...(algorithm === undefined ? [] : [['Scheme', algorithm] as const, ['Signature in', headerNameOf(endpoint!, signatureHeader!)] as const]),
      ...(judgement.secretIndex === undefined || isHint ? [] : [['Secret', secretName(judgement.secretIndex, endpoint)] as const]),
      ...(signed.time === undefined ? [] : [['Signed at', `${isoOf(signed.time)}, ${differenceOf(capture, signed.time)}`] as const]),
    ],
    groups: known ? [{ title: 'Steps', verdict: failed ? 'refused' : 'passed', passed: !failed, checks }] : [],
    texts: isHint ? [] : textsOf(signed, judgement.parts, endpoint),
  };
}

function sentenceOf(failed: boolean, isHint: boolean, judgement: Judgement, endpoint: ProviderConfig | undefined): string {
  const { reason, detail, unknown, secretIndex } = judgement;
  if (failed) return `Refused: ${detail ?? reason}`;
  if (isHint) return 'Not signed: a classic webhook, which says no more than "fetch this"';
  if (unknown !== undefined) return `Not retraced: ${unknown}`;
  if (secretIndex === undefined && endpoint?.secretArn !== undefined) return 'Not looked at';
  return `Good, by the ${secretName(secretIndex ?? 0, endpoint)}`;
}

interface Retraced {
  readonly capture: Capture;
  readonly judgement: Judgement;
  readonly signed: Signed;
  readonly maxBodyBytes: number;
  readonly tolerance?: number;
}

/** Steps up to the one that failed; where the time failed it, the signature was looked at apart. */
function stepsUntil(failedAt: number, retraced: Retraced): Check[] {
  const { capture, judgement, signed, maxBodyBytes, tolerance } = retraced;
  const { detail = '', parts, goodButForTime } = judgement;
  const described = capture.endpoint && adapterOf(capture.endpoint.kind).description;
  const step = (index: number, expected: string, actual: string, passed = index !== failedAt): Check => (
    { subject: STEPS[index][0], expected, actual, passed });
  const yes = (index: number) => step(index, 'yes', index === failedAt ? detail : 'yes');
  const match = parts && parts.length > 1
    ? parts.map((secretIndex, index): Check => ({
      subject: `Signature of item ${index + 1}`, expected: 'of its eight fields', actual: secretIndex === undefined ? 'no live secret gives it' : `by the ${secretName(secretIndex, capture.endpoint)}`, passed: secretIndex !== undefined,
    }))
    : [failedAt === TIME && goodButForTime === false ? step(MATCH, 'yes', 'no live secret gives this signature', false) : yes(MATCH)];
  const time = signed.time === undefined ? detail || 'not known' : differenceOf(capture, signed.time);
  const all: Check[][] = [
    [step(SIZE, `at most ${maxBodyBytes} bytes`, `${capture.bytes} bytes`)],
    [step(TYPE, described?.contentTypes.join(' or ') ?? 'any', contentTypeOf(requestOf(capture)) || 'missing')],
    [yes(PRESENT)],
    [yes(READABLE)],
    match,
    tolerance === undefined ? [] : [step(TIME, `within ${tolerance} s`, time)],
  ];
  return all.slice(0, failedAt + 1).flat();
}

function textsOf({ texts }: Signed, parts: Judgement['parts'], endpoint: ProviderConfig | undefined): NonNullable<Stage['texts']> {
  if (texts.length === 1) return [{ title: 'Signed text', text: texts[0] }];
  return texts.map((text, index) => {
    const secret = parts?.[index];
    return { title: `Signed text of item ${index + 1}, ${secret === undefined ? 'by no live secret' : `by the ${secretName(secret, endpoint)}`}`, text };
  });
}

function headerNameOf({ kind, options }: ProviderConfig, described: string): string {
  return kind === 'hmac' ? String(options?.header) : described;
}

function isUnsigned(capture: Capture): boolean {
  const { endpoint } = capture;
  return endpoint?.kind === 'mollie' && endpoint.options?.classic === true && headerOf(capture, 'x-mollie-signature') === undefined;
}

function isoOf(time: number): string {
  const date = new Date(time * 1000);
  return Number.isNaN(date.getTime()) ? `${time}` : date.toISOString().replace('.000', '');
}

function differenceOf({ at }: Capture, time: number): string {
  const age = Math.floor(Date.parse(at) / 1000) - Math.floor(time);
  return age === 0 ? 'the same second' : age > 0 ? `${age} s before arrival` : `${-age} s after arrival`;
}

function secretName(index: number, endpoint: ProviderConfig | undefined): string {
  if (endpoint?.secretArn === undefined) return "provider's certificate";
  return index === 0 ? 'current secret' : 'previous secret, which was rotated out and is still live';
}
