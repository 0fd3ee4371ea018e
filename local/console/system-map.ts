import { ENV } from '../../src/contract';
import { Resource } from '../kernel/resource';
import { MapEdge, MapNode, SystemMap } from './model';

/** What stands on the map, and what it is called there. */
const SHOWN: Readonly<Record<string, string>> = {
  'AWS::ApiGateway::RestApi': 'API Gateway',
  'AWS::Lambda::Function': 'Function',
  'AWS::DynamoDB::Table': 'Table',
  'AWS::Events::EventBus': 'Event bus',
  'AWS::Events::Rule': 'Rule',
  'AWS::StepFunctions::StateMachine': 'Workflow',
  'AWS::SNS::Topic': 'Topic',
  'AWS::SNS::Subscription': 'Subscriber',
  'AWS::SQS::Queue': 'Queue',
  'AWS::S3::Bucket': 'Bucket',
  'AWS::Logs::LogGroup': 'Log group',
};

const SENDERS = 'senders';

/** The system as its template describes it: no edge that is not in a property of a resource. */
export function systemMap(resources: readonly Resource[]): SystemMap {
  const shown = resources.filter(({ type }) => SHOWN[type]);
  const edges = [...new Map(shown.flatMap((resource) => edgesOf(resource, resources)).map((edge) => [`${edge.from} ${edge.to}`, edge])).values()];
  const linked = new Set(edges.flatMap(({ from, to }) => [from, to]));
  const nodes = shown.filter(({ logicalId }) => linked.has(logicalId)).map(nodeOf);
  return { nodes: [{ id: SENDERS, label: 'Providers', type: 'Senders' }, ...nodes], edges };
}

function nodeOf({ logicalId, type, ref, properties }: Resource): MapNode {
  const label = type === 'AWS::SNS::Subscription' ? `${properties.Protocol} ${properties.Endpoint}` : nameOf(ref, properties, type);
  return { id: logicalId, label, type: SHOWN[type] };
}

function nameOf(ref: string, { Name, FunctionName, StateMachineName, TopicName, QueueName }: Resource['properties'], type: string): string {
  const name = FunctionName ?? StateMachineName ?? TopicName ?? QueueName ?? (type === 'AWS::ApiGateway::RestApi' || type.startsWith('AWS::Events') ? Name : undefined) ?? ref;
  return String(name).split(/[/:|]/).filter(Boolean).at(-1)!;
}

function edgesOf(resource: Resource, all: readonly Resource[]): MapEdge[] {
  switch (resource.type) {
    case 'AWS::ApiGateway::RestApi': return apiEdges(resource, all);
    case 'AWS::Lambda::Function': return functionEdges(resource, all);
    case 'AWS::Events::Rule': return ruleEdges(resource, all);
    case 'AWS::StepFunctions::StateMachine': return workflowEdges(resource, all);
    case 'AWS::SNS::Subscription': return subscriptionEdges(resource, all);
    default: return [];
  }
}

function apiEdges({ logicalId, ref }: Resource, all: readonly Resource[]): MapEdge[] {
  const uris = all.filter(({ type, properties }) => type === 'AWS::ApiGateway::Method' && properties.RestApiId === ref).map(({ properties }) => String(properties.Integration?.Uri));
  const behind = all.filter(({ type, attributes }) => type === 'AWS::Lambda::Function' && uris.some((uri) => uri.includes(attributes.Arn)));
  return [
    { from: SENDERS, to: logicalId, counters: [`requests ${ref}`] },
    ...behind.map((fn) => ({ from: logicalId, to: fn.logicalId, counters: [`invoked ${fn.ref}`] })),
  ];
}

/** A function reaches what its environment names; a stream reaches the function it is mapped to. */
function functionEdges({ logicalId, ref, properties }: Resource, all: readonly Resource[]): MapEdge[] {
  const variables = (properties.Environment?.Variables ?? {}) as Readonly<Record<string, string>>;
  const named = (variable: string, counters: (to: Resource) => string[]): MapEdge[] => all
    .filter((other) => SHOWN[other.type] && other.type !== 'AWS::Logs::LogGroup' && variables[variable] !== undefined && [other.ref, other.attributes.Arn].includes(variables[variable]))
    .map((to) => ({ from: logicalId, to: to.logicalId, counters: counters(to) }));
  const isIngest = variables[ENV.providers] !== undefined;
  return [
    ...named(ENV.table, (table) => (isIngest ? [`ItemPut ${table.ref}`, `ConditionFailed ${table.ref}`] : [`invoked ${ref}`])),
    ...named(ENV.bus, (bus) => [`events ${bus.ref}`]),
    ...named(ENV.topic, () => []),
    ...named(ENV.bucket, (bucket) => [`objects ${bucket.ref}`]),
    ...mappingEdges({ logicalId, ref }, all),
  ];
}

function mappingEdges({ logicalId, ref }: Pick<Resource, 'logicalId' | 'ref'>, all: readonly Resource[]): MapEdge[] {
  return all.filter(({ type, properties }) => type === 'AWS::Lambda::EventSourceMapping' && properties.FunctionName === ref).flatMap((mapping) => {
    const { EventSourceArn, DestinationConfig } = mapping.properties;
    const source = all.find(({ attributes }) => attributes.StreamArn === EventSourceArn || attributes.Arn === EventSourceArn);
    const lost = all.find(({ attributes }) => attributes.Arn !== undefined && attributes.Arn === DestinationConfig?.OnFailure?.Destination);
    return [
      ...(source ? [{ from: source.logicalId, to: logicalId, counters: [`batch ${mapping.ref}`] }] : []),
      ...(lost ? [{ from: logicalId, to: lost.logicalId, counters: [`discarded ${mapping.ref}`], trouble: true as const }] : []),
    ];
  });
}

function ruleEdges({ logicalId, properties }: Resource, all: readonly Resource[]): MapEdge[] {
  const { Name, EventBusName, Targets = [] } = properties;
  const bus = all.find(({ type, ref }) => type === 'AWS::Events::EventBus' && ref === EventBusName);
  const byArn = (arn: string | undefined) => all.find((other) => SHOWN[other.type] && arn !== undefined && arnsOf(other).includes(arn.replace(/:\*$/, '')));
  return [
    ...(bus ? [{ from: bus.logicalId, to: logicalId, counters: [`matched ${Name}`] }] : []),
    ...(Targets as readonly { readonly Arn: string; readonly DeadLetterConfig?: { readonly Arn: string } }[]).flatMap(({ Arn, DeadLetterConfig }) => {
      const [target, dead] = [byArn(Arn), byArn(DeadLetterConfig?.Arn)];
      return [
        ...(target ? [{ from: logicalId, to: target.logicalId, counters: [`target ${Name} ${Arn}`] }] : []),
        ...(dead ? [{ from: logicalId, to: dead.logicalId, counters: [`dead ${Name} ${DeadLetterConfig!.Arn}`], trouble: true as const }] : []),
      ];
    }),
  ];
}

function arnsOf({ ref, attributes }: Resource): string[] {
  return [ref, attributes.Arn?.replace(/:\*$/, '')].filter((arn) => arn?.startsWith('arn:')) as string[];
}

/** A workflow reaches what the parameters of its tasks name. */
function workflowEdges({ logicalId, properties }: Resource, all: readonly Resource[]): MapEdge[] {
  const definition = String(properties.DefinitionString);
  return tasksIn(JSON.parse(definition)).flatMap(({ resource, called }) => all
    .filter((other) => SHOWN[other.type] && [other.ref, other.attributes.Arn, other.attributes.QueueUrl].includes(called))
    .map((to) => ({
      from: logicalId, to: to.logicalId, counters: [`task ${resource} ${called}`], ...(to.type === 'AWS::SQS::Queue' && { trouble: true as const }),
    })));
}

interface Task {
  readonly resource: string;
  readonly called: string;
}

function tasksIn(definition: unknown): Task[] {
  if (typeof definition !== 'object' || definition === null) return [];
  const { Type, Resource: resource, Parameters, Arguments } = definition as Record<string, unknown>;
  const { FunctionName, TopicArn, QueueUrl, TableName } = (Parameters ?? Arguments ?? {}) as Record<string, string | undefined>;
  const called = FunctionName ?? TopicArn ?? QueueUrl ?? TableName ?? String(resource);
  return [...(Type === 'Task' ? [{ resource: String(resource), called }] : []), ...Object.values(definition).flatMap(tasksIn)];
}

function subscriptionEdges({ logicalId, properties, ref }: Resource, all: readonly Resource[]): MapEdge[] {
  const topic = all.find(({ type, ref: arn }) => type === 'AWS::SNS::Topic' && arn === properties.TopicArn);
  return topic ? [{ from: topic.logicalId, to: logicalId, counters: [`notified ${ref}`] }] : [];
}
