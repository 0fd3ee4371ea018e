import { arn } from '../kernel/identity';
import { notSupported, ServiceError } from '../kernel/wire';
import { DeliveryTarget } from './delivery';
import { CompiledPattern, compilePattern, InvalidPattern } from './pattern';
import { compileTargetInput, InputDefinition, TargetInput } from './target-input';

export const DEFAULT_BUS = 'default';

/** A rule as the API and CloudFormation describe it. */
export interface RuleDefinition {
  readonly Name: string;
  readonly EventBusName?: string;
  /** JSON text or the pattern itself. */
  readonly EventPattern?: string | object;
  readonly ScheduleExpression?: string;
  readonly State?: string;
  readonly Description?: string;
}

export interface TargetDefinition extends InputDefinition {
  readonly Id: string;
  readonly Arn: string;
  readonly RoleArn?: string;
  readonly SqsParameters?: { readonly MessageGroupId: string };
  readonly RetryPolicy?: RetryPolicy;
  readonly DeadLetterConfig?: { readonly Arn?: string };
}

export interface RetryPolicy {
  readonly MaximumRetryAttempts?: number;
  readonly MaximumEventAgeInSeconds?: number;
}

export interface RuleTarget {
  readonly definition: TargetDefinition;
  readonly delivery: DeliveryTarget;
  readonly input: TargetInput;
}

export interface Rule {
  readonly name: string;
  readonly arn: string;
  readonly busName: string;
  readonly description?: string;
  readonly patternText?: string;
  readonly pattern?: CompiledPattern;
  readonly scheduleExpression?: string;
  readonly enabled: boolean;
  readonly targets: Map<string, RuleTarget>;
}

const RULE_FIELDS = ['Name', 'EventBusName', 'EventPattern', 'ScheduleExpression', 'State', 'Description', 'RoleArn', 'Tags'];
const TARGET_FIELDS = [
  'Id', 'Arn', 'RoleArn', 'Input', 'InputPath', 'InputTransformer', 'SqsParameters', 'RetryPolicy', 'DeadLetterConfig',
];

export function newRule(definition: RuleDefinition, targets: Map<string, RuleTarget>): Rule {
  onlyFields('a rule', definition, RULE_FIELDS);
  const { Name: name, EventPattern, ScheduleExpression, State = 'ENABLED', Description } = definition;
  if (State !== 'ENABLED' && State !== 'DISABLED') throw notSupported('EventBridge', `the rule state ${State}`);
  if (EventPattern === undefined && ScheduleExpression === undefined) {
    throw new ServiceError('ValidationException', 'Parameter(s) EventPattern or ScheduleExpression must be specified.');
  }
  const busName = busNameOf(definition.EventBusName);
  if (ScheduleExpression !== undefined && busName !== DEFAULT_BUS) {
    throw new ServiceError('ValidationException', 'ScheduleExpression is supported only on the default event bus.');
  }
  const patternText = typeof EventPattern === 'object' ? JSON.stringify(EventPattern) : EventPattern;
  return {
    name,
    arn: arn('events', busName === DEFAULT_BUS ? `rule/${name}` : `rule/${busName}/${name}`),
    busName,
    description: Description,
    patternText,
    pattern: patternText === undefined ? undefined : parsePattern(patternText),
    scheduleExpression: ScheduleExpression,
    enabled: State === 'ENABLED',
    targets,
  };
}

export function newTarget(definition: TargetDefinition): RuleTarget {
  onlyFields('a rule target', definition, TARGET_FIELDS);
  const { Arn, SqsParameters, RetryPolicy: policy, DeadLetterConfig } = definition;
  const delivery = { arn: Arn, parameters: sqsParameters(SqsParameters), ...retries(policy), deadLetterArn: DeadLetterConfig?.Arn };
  return { definition, delivery, input: compileTargetInput(definition) };
}

/** A rule on a schedule has no pattern, so events of the bus pass it by. */
export function ruleMatches(rule: Rule, event: unknown): boolean {
  return rule.pattern?.matches(event) ?? false;
}

/** Retries of a target: 185 within 24 hours unless it says otherwise. */
export function retries(policy: RetryPolicy = {}): Pick<DeliveryTarget, 'maximumRetries' | 'maximumAge'> {
  onlyFields('a retry policy', policy, ['MaximumRetryAttempts', 'MaximumEventAgeInSeconds']);
  const { MaximumRetryAttempts: attempts = 185, MaximumEventAgeInSeconds: age = 86_400 } = policy;
  between('MaximumRetryAttempts', attempts, 0, 185);
  between('MaximumEventAgeInSeconds', age, 60, 86_400);
  return { maximumRetries: Number(attempts), maximumAge: Number(age) * 1000 };
}

export function sqsParameters(given?: { readonly MessageGroupId: string }): Record<string, string> | undefined {
  if (given) onlyFields('SqsParameters', given, ['MessageGroupId']);
  return given && { MessageGroupId: given.MessageGroupId };
}

/** A bus is named by its name or its ARN. */
export function busNameOf(nameOrArn: string = DEFAULT_BUS): string {
  return nameOrArn.startsWith('arn:') ? nameOrArn.slice(nameOrArn.indexOf('/') + 1) : nameOrArn;
}

export function parsePattern(text: string): CompiledPattern {
  let pattern: unknown;
  try {
    pattern = JSON.parse(text);
  } catch {
    throw new InvalidPattern('it is not JSON');
  }
  return compilePattern(pattern);
}

/** Refuses what would otherwise be ignored silently. */
export function onlyFields(what: string, given: object, allowed: readonly string[]): void {
  const unknown = Object.entries(given).filter(([name, value]) => value !== undefined && !allowed.includes(name)).map(([name]) => name);
  if (unknown.length > 0) throw notSupported('EventBridge', `${unknown.join(', ')} of ${what}`);
}

function between(name: string, value: number, least: number, most: number): void {
  const number = Number(value);
  if (Number.isInteger(number) && number >= least && number <= most) return;
  throw new ServiceError('ValidationException', `${name} must be between ${least} and ${most}, not ${value}`);
}
