/** `{{resolve:<service>:<reference>}}`: a value CloudFormation reads when it deploys. */
export interface DynamicReference {
  readonly service: 'ssm' | 'ssm-secure' | 'secretsmanager';
  /** What follows the service, e.g. `arn:…:SecretString:password::`. */
  readonly reference: string;
}

const PATTERN = /\{\{resolve:(ssm|ssm-secure|secretsmanager):([^{}]+)\}\}/g;

/** Replaces the dynamic references in every text of `value`. */
export function replaceDynamicReferences(value: unknown, lookUp: (reference: DynamicReference) => string): unknown {
  if (typeof value === 'string') {
    return value.replace(PATTERN, (_, service: DynamicReference['service'], reference: string) => lookUp({ service, reference }));
  }
  if (Array.isArray(value)) return value.map((item) => replaceDynamicReferences(item, lookUp));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, replaceDynamicReferences(item, lookUp)]));
}
