import { API_GATEWAY } from './api-gateway';
import { COMPUTE } from './compute';
import { MESSAGING } from './messaging';
import { byId, Identity, IdentityRules, Naming } from './names';
import { STORAGE } from './storage';

export type { Identity } from './names';

const RULES: IdentityRules = { ...STORAGE, ...MESSAGING, ...COMPUTE, ...API_GATEWAY };

/** Origin of resource URLs when the runner's own is not given. */
export const AWS_ENDPOINT = 'https://sqs.us-east-1.amazonaws.com';

/** Whether the runner knows what `Ref` and `Fn::GetAtt` give for this type. */
export function isKnownType(type: string): boolean {
  return Object.hasOwn(RULES, type) || type.startsWith('Custom::');
}

/** What a resource is known by: its physical name where it has one, else a stable generated name; ARNs as AWS shapes them. */
export function identityOf(
  type: string,
  logicalId: string,
  stackName: string,
  properties: Readonly<Record<string, unknown>>,
  endpoint = AWS_ENDPOINT,
): Identity {
  const rule = Object.hasOwn(RULES, type) ? RULES[type] : byId;
  return rule(new Naming(logicalId, stackName, properties, endpoint));
}
