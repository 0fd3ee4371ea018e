import { DETAIL_TYPE, ENV, EVENT_SOURCE, Tier, TIERS } from '../../src/contract';
import { parsePattern } from '../events/rule';
import { Resource } from '../kernel/resource';
import { System } from '../runner/systems';

/** What the template has happen to a transaction. */
export interface Road {
  /** Rules that take it, by name. */
  readonly rules: readonly string[];
  /** Executions they start. */
  readonly workflows: number;
  readonly screened: boolean;
  /** Whether people are told of its value. */
  readonly notified: boolean;
}

export interface Roads {
  readonly byTier: Readonly<Record<Tier, Road>>;
  /** Every rule whose judgement needs no more than the tier; others, of the app's own, may match or not. */
  readonly rules: readonly string[];
}

/** Fields of `detail` that are known before anything is sent. */
const KNOWN = ['tier', 'replay'];

/** Where the rules of the system's bus lead, read from the template. */
export function roadsOf(system: Pick<System, 'name'>, resources: readonly Resource[]): Roads {
  const bus = resources.map(({ properties }) => properties.Environment?.Variables ?? {})
    .find((variables) => variables[ENV.system] === system.name && variables[ENV.bus] !== undefined)?.[ENV.bus];
  const rules = resources.filter(({ type, properties }) => type === 'AWS::Events::Rule' && properties.EventBusName === bus
    && Object.keys(properties.EventPattern?.detail ?? {}).every((field) => KNOWN.includes(field)));
  return {
    rules: rules.map(nameOf),
    byTier: Object.fromEntries(TIERS.map((tier) => [tier, roadOf(rules.filter((rule) => takes(rule, tier)))])) as Record<Tier, Road>,
  };
}

function takes({ properties }: Resource, tier: Tier): boolean {
  const event = { 'source': EVENT_SOURCE, 'detail-type': DETAIL_TYPE.transactionCreated, 'detail': { tier } };
  return parsePattern(JSON.stringify(properties.EventPattern)).matches(event);
}

function roadOf(rules: readonly Resource[]): Road {
  const targets = rules.flatMap(({ properties }) => properties.Targets as { Arn: string; InputTransformer?: { InputTemplate: string } }[]);
  const started = targets.filter(({ Arn }) => Arn.split(':')[2] === 'states');
  const says = (flag: string) => started.some(({ InputTransformer }) => InputTransformer?.InputTemplate.includes(`"${flag}":true`));
  return { rules: rules.map(nameOf).sort(), workflows: started.length, screened: says('screen'), notified: says('notify') };
}

/** A rule of a custom bus has `bus|rule` as its `Ref`. */
function nameOf({ properties, ref }: Resource): string {
  return properties.Name ?? ref.split('|').pop();
}
