import { AssemblyStack } from '../assembly';
import { Resource } from '../kernel/resource';

/** A webhook endpoint of a system: what a sender needs to know. */
export interface Endpoint {
  readonly name: string;
  readonly kind: string;
  /** Absent where the provider signs with a certificate. */
  readonly secretArn?: string;
  readonly isDefault?: true;
  readonly options?: Readonly<Record<string, unknown>>;
}

/** One deployed `WebhookProcessingSystem`, found in its resources. */
export interface System {
  readonly name: string;
  readonly apiId: string;
  readonly stage: string;
  readonly endpoints: readonly Endpoint[];
  readonly thresholds: { readonly medium: Readonly<Record<string, string>>; readonly high: Readonly<Record<string, string>> };
  readonly tableName: string;
}

/** Variables only a validator has. */
const MARKS = ['SYSTEM_NAME', 'PROVIDERS', 'TIER_THRESHOLDS', 'TABLE_NAME'];

/** Whether a synthesized stack contains the construct. */
export function holdsSystem(stack: AssemblyStack): boolean {
  const text = JSON.stringify(stack.template);
  return MARKS.every((mark) => text.includes(`"${mark}"`));
}

/** What to tell of an app in which no stack does. */
export function withoutSystem(app: string, stacks: readonly AssemblyStack[]): string {
  const nested = stacks.filter(({ template }) => Object.values(template.Resources ?? {}).some(({ Type }) => Type === 'AWS::CloudFormation::Stack'));
  const fix = nested.length > 0
    ? `Nested stacks, as in ${nested.map(({ name }) => name).join(', ')}, do not run here: give the system a stack of its own`
    : 'Synthesize the app that has one, or name its folder with --app';
  return `No stack in ${app} contains a WebhookProcessingSystem; it has ${stacks.map(({ name }) => name).join(', ')}. ${fix}`;
}

export function systemsIn(resources: readonly Resource[]): System[] {
  return resources
    .filter(({ type, properties }) => type === 'AWS::Lambda::Function' && MARKS.every((mark) => properties.Environment?.Variables?.[mark] !== undefined))
    .map((validator) => {
      const {
        SYSTEM_NAME: name, PROVIDERS: providers, TIER_THRESHOLDS: thresholds, TABLE_NAME: tableName,
      } = validator.properties.Environment.Variables;
      const method = find(resources, 'AWS::ApiGateway::Method', ({ Integration }) => String(Integration?.Uri).includes(validator.attributes.Arn));
      const stage = find(resources, 'AWS::ApiGateway::Stage', ({ RestApiId }) => RestApiId === method.properties.RestApiId);
      return {
        name,
        tableName,
        apiId: method.properties.RestApiId,
        stage: stage.ref,
        endpoints: JSON.parse(providers),
        thresholds: JSON.parse(thresholds),
      };
    });
}

function find(resources: readonly Resource[], type: string, matches: (properties: Resource['properties']) => boolean): Resource {
  const found = resources.find((resource) => resource.type === type && matches(resource.properties));
  if (!found) throw new Error(`The synthesized system has no ${type} for its validator`);
  return found;
}
