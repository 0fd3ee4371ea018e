import { Resource, ResourceLoaders, onlyProperties } from '../kernel/resource';
import { MachineLogging } from './logging';
import { StateMachines } from './machines';

const PROPERTIES = [
  'DefinitionString', 'DefinitionSubstitutions', 'StateMachineType', 'StateMachineName', 'LoggingConfiguration', 'TracingConfiguration',
  'RoleArn', 'Tags', 'EncryptionConfiguration',
];

/** Loads `AWS::StepFunctions::StateMachine`. */
export function stateMachineResources(service: StateMachines): ResourceLoaders {
  return { 'AWS::StepFunctions::StateMachine': (resource) => load(service, resource) };
}

function load(service: StateMachines, resource: Resource): void {
  onlyProperties(resource, PROPERTIES);
  const { properties, ref } = resource;
  service.create({
    arn: ref,
    name: properties.StateMachineName ?? resource.attributes.Name ?? ref.split(':')[6],
    type: properties.StateMachineType ?? 'STANDARD',
    definition: substitute(resource),
    roleArn: properties.RoleArn,
    logging: logging(resource),
    tracing: isTrue(properties.TracingConfiguration?.Enabled),
  });
}

function substitute({ logicalId, properties }: Resource): string {
  if (typeof properties.DefinitionString !== 'string') throw new Error(`${logicalId}: DefinitionString is required`);
  const values: Record<string, unknown> = properties.DefinitionSubstitutions ?? {};
  return properties.DefinitionString.replace(/\$\{([^}]+)\}/g, (placeholder: string, name: string) =>
    (Object.hasOwn(values, name) ? String(values[name]) : placeholder));
}

function logging(resource: Resource): MachineLogging | undefined {
  const { LoggingConfiguration: configuration } = resource.properties;
  if (configuration === undefined) return undefined;
  const { Level = 'OFF', IncludeExecutionData = false, Destinations = [], ...others } = configuration;
  const unknown = Object.keys(others);
  if (unknown.length > 0) throw new Error(`${resource.logicalId}: the local runner does not support LoggingConfiguration ${unknown.join(', ')}`);
  const logGroupArn = Destinations[0]?.CloudWatchLogsLogGroup?.LogGroupArn;
  return { level: Level, includeExecutionData: isTrue(IncludeExecutionData), logGroupArn };
}

/** CloudFormation also writes booleans as text. */
function isTrue(value: unknown): boolean {
  return value === true || value === 'true';
}
