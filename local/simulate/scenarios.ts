import type { ProviderAdapter } from '../../runtime/providers/adapter';
import type { ProviderConfig } from '../../src/contract';
import { FAULT_TARGETS, faultScenario } from './fault-scenarios';
import { EFFECTS, NewFault } from './faults';
import { toleranceOf } from './sender';

/** A handler by what it does; its physical name is found in the system. */
export type Handler = 'validator' | 'relay' | 'fraudDetector' | 'archiver';

/** A fault of a scenario: a handler is named by what it does. */
export type ScenarioFault = Omit<NewFault, 'target'> & { readonly target?: string; readonly handler?: Handler };

/** One send, or several of the same kind. */
export interface Shot {
  /** At the same moment. Default 1. */
  readonly times?: number;
  /** What is sent: a payment of its own, or the first one of the scenario again. Default `new`. */
  readonly event?: 'new' | 'first' | 'first-with-other-amount';
  /** What is done to it: `malformed` before it is signed, the others after. */
  readonly change?: 'tampered' | 'unsigned' | 'oversize' | 'malformed';
  /** Seconds between signing and sending, or beyond what the provider allows: too long ago, or too far ahead. */
  readonly signedAgo?: number | 'too-long' | 'ahead';
  readonly secret?: 'other' | 'previous';
  /** How often it is sent again while it is answered that it should be, as providers do; the last answer counts. */
  readonly retries?: number;
  /** What happens before. */
  readonly after?: 'archive' | 'rotation' | 'cold-start';
}

export interface Expected {
  /** How many requests are answered with each status. */
  readonly answers: Readonly<Record<number, number>>;
  /** How many requests end in each way. */
  readonly outcomes: Readonly<Record<string, number>>;
  /** Reasons one of which every rejected request has. */
  readonly reasons?: readonly string[];
  readonly published: number;
  /** Rows that have a fraud verdict at the end; none where the provider's webhooks tell of no money. */
  readonly screened: number;
  readonly deadLetters?: number;
  /** At least this many messages to people. */
  readonly alerts?: number;
}

/** Something a provider or a service does wrong, and what must come of it. */
export interface Scenario {
  readonly name: string;
  readonly title: string;
  readonly group: 'provider' | 'services';
  /** What is sent, in a sentence. */
  readonly sends: string;
  /** What must come of it, in a sentence. */
  readonly expects: string;
  readonly amount?: 'low' | 'high';
  readonly faults?: readonly ScenarioFault[];
  readonly shots: readonly Shot[];
  /** Whether the archive runs at the end, as if it were tomorrow. */
  readonly archives?: boolean;
  /** Exactly what must come of it. */
  readonly expected?: Expected;
  /** What must come of it where that depends on when which call fails. */
  readonly promise?: 'nothing-lost';
  /** Why it cannot be tried with some providers. */
  readonly unfit?: (adapter: ProviderAdapter, endpoint: ProviderConfig) => string | undefined;
}

const STORED = { answers: { 200: 1 }, outcomes: { stored: 1 }, published: 1, screened: 1 } as const;
const REFUSED = { answers: { 401: 1 }, outcomes: { rejected: 1 }, published: 0, screened: 0 } as const;
const RETRIED = { answers: { 200: 1, 503: 1 }, outcomes: { unavailable: 1, stored: 1 }, published: 1, screened: 1 } as const;
const MOMENT: readonly Shot[] = [{}];

const needsTime: Scenario['unfit'] = (_, endpoint) => (toleranceOf(endpoint) === undefined ? 'this provider signs no time' : undefined);
const needsSecret: Scenario['unfit'] = (_, { secretArn, options }) => (secretArn === undefined || options?.classic === true ? 'this endpoint has no secret' : undefined);

/** Whether an event keeps its id whatever else its body says. */
const namesItsEvents = ({ kind, options = {} }: ProviderConfig): boolean =>
  ['standard-webhooks', 'stripe'].includes(kind) || (kind === 'hmac' && (options.mapping as { readonly eventId?: string } | undefined)?.eventId !== undefined);

const BY_PROVIDER: readonly Omit<Scenario, 'group'>[] = [
  { name: 'good', title: 'A good webhook', sends: 'One payment, signed as it should be', expects: 'Stored, published and screened once', shots: MOMENT, expected: STORED },
  {
    name: 'duplicate', title: 'Duplicate × 5', sends: 'An event, and the same four times more at the same moment', expects: 'All are answered 200; one is stored and published',
    shots: [{}, { times: 4, event: 'first' }], expected: { ...STORED, answers: { 200: 5 }, outcomes: { stored: 1, duplicate: 4 } },
  },
  {
    name: 'reorder', title: 'Out of order', sends: 'Three payments, the newest first', expects: 'All three are stored and published',
    shots: [{}, { signedAgo: 30 }, { signedAgo: 60 }], expected: { answers: { 200: 3 }, outcomes: { stored: 3 }, published: 3, screened: 3 },
  },
  {
    name: 'late-retry', title: 'Retry after archiving', sends: 'A payment, and the same again once its row is archived', expects: 'The tombstone knows it: a duplicate, published once',
    shots: [{}, { event: 'first', after: 'archive' }], expected: { ...STORED, answers: { 200: 2 }, outcomes: { stored: 1, duplicate: 1 }, screened: 0 },
  },
  {
    name: 'conflict', title: 'Same id, other body', sends: 'A payment, and its id again with another amount', expects: 'Both are kept; people are alerted',
    shots: [{}, { event: 'first-with-other-amount' }],
    expected: { answers: { 200: 2 }, outcomes: { stored: 1, conflict: 1 }, published: 2, screened: 1, alerts: 1 },
    unfit: (_, endpoint) => (namesItsEvents(endpoint) ? undefined : 'whether another body is another event depends on this provider'),
  },
  {
    name: 'stale', title: 'Signed too long ago', sends: 'A payment that was signed longer ago than the provider allows', expects: 'Refused: timestamp_too_old', shots: [{ signedAgo: 'too-long' }],
    expected: { ...REFUSED, reasons: ['timestamp_too_old'] }, unfit: needsTime,
  },
  {
    name: 'future', title: 'Signed in the future', sends: 'A payment whose signed time is further ahead than clocks differ', expects: 'Refused: timestamp_in_future', shots: [{ signedAgo: 'ahead' }],
    expected: { ...REFUSED, reasons: ['timestamp_in_future'] }, unfit: needsTime,
  },
  {
    name: 'tampered', title: 'Tampered with', sends: 'A payment whose digits were changed after it was signed', expects: 'Refused: signature_mismatch', shots: [{ change: 'tampered' }],
    expected: { ...REFUSED, reasons: ['signature_mismatch', 'malformed_signature'] }, unfit: (_, { options }) => (options?.classic === true ? 'this endpoint takes unsigned hints' : undefined),
  },
  {
    name: 'wrong-secret', title: 'Wrong secret', sends: 'A payment signed with a secret nobody shares', expects: 'Refused: signature_mismatch', shots: [{ secret: 'other' }],
    expected: { ...REFUSED, reasons: ['signature_mismatch'] }, unfit: needsSecret,
  },
  {
    name: 'old-secret', title: 'Rotated secret', sends: 'A payment signed with the secret that was rotated out a moment ago', expects: 'Accepted: the previous secret is still live',
    shots: [{ secret: 'previous', after: 'rotation' }], expected: STORED, unfit: needsSecret,
  },
  {
    name: 'unsigned', title: 'No signature', sends: 'A payment without its signature', expects: 'Refused: missing_signature', shots: [{ change: 'unsigned' }],
    expected: { ...REFUSED, reasons: ['missing_signature'] },
    unfit: ({ description: { signatureHeader } }, { options }) => (options?.classic === true || /item|body|field/i.test(signatureHeader) ? 'the signature is inside the body' : undefined),
  },
  {
    name: 'oversize', title: 'Too large', sends: 'A body above the limit', expects: 'Refused: body_too_large', shots: [{ change: 'oversize' }],
    expected: { ...REFUSED, answers: { 413: 1 }, reasons: ['body_too_large'] },
  },
  {
    name: 'malformed', title: 'Not a transaction', sends: 'A signed body that ends in the middle', expects: 'Refused: malformed_body', shots: [{ change: 'malformed' }],
    expected: { ...REFUSED, answers: { 400: 1 }, reasons: ['malformed_body'] },
  },
  {
    name: 'burst', title: 'Burst of 100', sends: 'A hundred payments at the same moment, and what is answered 503 again', expects: 'Every one is stored, published and screened once',
    shots: [{ times: 100, retries: 3 }],
    expected: { answers: { 200: 100 }, outcomes: { stored: 100 }, published: 100, screened: 100 },
  },
];

const BY_SERVICE: readonly Omit<Scenario, 'group'>[] = [
  {
    name: 'table-throttled', title: 'Table throttled', sends: 'A payment while the table refuses writes, and the provider\'s retry', expects: 'Answered 503 first, then stored once',
    faults: [{ service: 'dynamodb', target: 'PutItem', effect: 'throttle', times: 3 }], shots: [{}, { event: 'first' }], expected: RETRIED,
  },
  {
    name: 'table-slow', title: 'Table slow', sends: 'A payment while a write takes a second', expects: 'Stored once',
    faults: [{ service: 'dynamodb', target: 'PutItem', effect: 'slow', delayMs: 1_000, times: 1 }], shots: MOMENT, expected: STORED,
  },
  {
    name: 'validator-crashes', title: 'Validator crashes', sends: 'A payment whose validator is killed at work, and the provider\'s retry', expects: 'Answered 502 first, then stored once',
    faults: [{ service: 'lambda', handler: 'validator', effect: 'crash', times: 1 }], shots: [{}, { event: 'first' }], expected: { ...RETRIED, answers: { 200: 1, 502: 1 } },
  },
  {
    name: 'relay-crashes', title: 'Relay crashes', sends: 'A payment whose relay is killed at work', expects: 'The stream tries again: published once',
    faults: [{ service: 'lambda', handler: 'relay', effect: 'crash', times: 1 }], shots: MOMENT, expected: STORED,
  },
  {
    name: 'bus-throttled', title: 'Event bus throttled', sends: 'A payment while the event bus refuses events', expects: 'The relay tries again: published once',
    faults: [{ service: 'events', target: 'PutEvents', effect: 'throttle', times: 4 }], shots: MOMENT, expected: STORED,
  },
  {
    name: 'fraud-detector-fails', title: 'Fraud detector fails once', sends: 'A payment whose first screening fails', expects: 'The workflow tries again: screened',
    faults: [{ service: 'lambda', handler: 'fraudDetector', effect: 'fail', times: 1 }], shots: MOMENT, expected: STORED,
  },
  {
    name: 'fraud-detector-down', title: 'Fraud detector down', sends: 'A high payment while every screening fails', expects: 'People are still notified; the input is kept in the dead letters',
    amount: 'high', faults: [{ service: 'lambda', handler: 'fraudDetector', effect: 'fail' }], shots: MOMENT, expected: { ...STORED, screened: 0, deadLetters: 1, alerts: 1 },
  },
  {
    name: 'alerts-down', title: 'Alerts down', sends: 'A high payment while the alert topic fails', expects: 'Screened all the same; the notification is kept in the dead letters',
    amount: 'high', faults: [{ service: 'sns', target: 'Publish', effect: 'fail' }], shots: MOMENT, expected: { ...STORED, deadLetters: 1 },
  },
];

/** Everything that can be tried: the page and the command line show the same list. */
export const SCENARIOS: readonly Scenario[] = [
  ...BY_PROVIDER.map((scenario) => ({ ...scenario, group: 'provider' as const })),
  ...BY_SERVICE.map((scenario) => ({ ...scenario, group: 'services' as const })),
];

export function scenarioOf(name: string): Scenario {
  const scenario = SCENARIOS.find((candidate) => candidate.name === name) ?? faultScenario(name);
  if (!scenario) {
    const names = SCENARIOS.map((one) => one.name).join(', ');
    throw new Error(`There is no scenario ${JSON.stringify(name)}: use one of ${names}, or ${EFFECTS.join('|')}:${FAULT_TARGETS.join('|')}`);
  }
  return scenario;
}
