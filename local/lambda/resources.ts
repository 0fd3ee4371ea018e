import { onlyProperties, Resource, ResourceLoader, ResourceLoaders } from '../kernel/resource';
import { notSupported } from '../kernel/wire';
import { FunctionSpec } from './function-spec';
import { Functions } from './functions';
import { QueueMappings } from './mapping/queue-mappings';
import { StreamMappings } from './mapping/stream-mappings';

export interface LambdaResources {
  readonly functions: Functions;
  readonly streams: StreamMappings;
  readonly queues: QueueMappings;
  /** Where the code of a function's asset or image lies, and the handler to call there. */
  readonly codeOf: (resource: Resource) => { readonly directory: string; readonly handler: string };
}

const FUNCTION_PROPERTIES = [
  'FunctionName', 'Handler', 'Runtime', 'Code', 'PackageType', 'ImageConfig', 'MemorySize', 'Timeout', 'Environment',
  'ReservedConcurrentExecutions', 'TracingConfig', 'LoggingConfig',
  // Without effect on one machine.
  'Architectures', 'CodeSigningConfigArn', 'Description', 'EphemeralStorage', 'KmsKeyArn', 'RecursiveLoop', 'Role',
  'RuntimeManagementConfig', 'Tags', 'VpcConfig',
];
const MAPPING_PROPERTIES = ['BatchSize', 'Enabled', 'EventSourceArn', 'FilterCriteria', 'FunctionName', 'FunctionResponseTypes',
  'KmsKeyArn', 'MaximumBatchingWindowInSeconds', 'MetricsConfig', 'Tags'];
const STREAM_PROPERTIES = [...MAPPING_PROPERTIES, 'BisectBatchOnFunctionError', 'DestinationConfig', 'MaximumRecordAgeInSeconds',
  'MaximumRetryAttempts', 'ParallelizationFactor', 'StartingPosition', 'TumblingWindowInSeconds'];
const QUEUE_PROPERTIES = [...MAPPING_PROPERTIES, 'ScalingConfig'];
const ASYNC_PROPERTIES = ['FunctionName', 'Qualifier', 'DestinationConfig', 'MaximumEventAgeInSeconds', 'MaximumRetryAttempts'];

/** `AWS::Lambda::Function`, `EventSourceMapping` and `EventInvokeConfig`. */
export function lambdaResources({ functions, streams, queues, codeOf }: LambdaResources): ResourceLoaders {
  return {
    'AWS::Lambda::Function': (resource) => {
      const { directory, handler } = codeOf(resource);
      functions.create({ ...functionSpec(resource), codeDirectory: directory, handler });
    },
    'AWS::Lambda::EventSourceMapping': mappingLoader(streams, queues),
    'AWS::Lambda::EventInvokeConfig': (resource) => {
      onlyProperties(resource, ASYNC_PROPERTIES);
      const { properties } = resource;
      functions.configureAsync(properties.FunctionName, {
        maximumRetryAttempts: number(properties.MaximumRetryAttempts),
        maximumEventAgeSeconds: number(properties.MaximumEventAgeInSeconds),
        onSuccess: properties.DestinationConfig?.OnSuccess?.Destination,
        onFailure: properties.DestinationConfig?.OnFailure?.Destination,
      });
    },
  };
}

function functionSpec(resource: Resource): Omit<FunctionSpec, 'codeDirectory' | 'handler'> {
  onlyProperties(resource, FUNCTION_PROPERTIES);
  const { Runtime: runtime, LoggingConfig: logging = {}, ...properties } = resource.properties;
  if (properties.PackageType !== 'Image' && !/^nodejs/.test(runtime)) throw notSupported('lambda', `the runtime ${runtime} of ${resource.logicalId}`);
  if (!['INFO', 'DEBUG'].includes(logging.SystemLogLevel ?? 'INFO')) {
    throw notSupported('lambda', `the system log level ${logging.SystemLogLevel} of ${resource.logicalId}`);
  }
  return {
    name: resource.ref,
    arn: resource.attributes.Arn,
    memoryMb: number(properties.MemorySize) ?? 128,
    timeoutSeconds: number(properties.Timeout) ?? 3,
    environment: properties.Environment?.Variables ?? {},
    reservedConcurrency: number(properties.ReservedConcurrentExecutions),
    tracing: properties.TracingConfig?.Mode,
    logGroup: logging.LogGroup,
    logFormat: logging.LogFormat,
    logLevel: logging.ApplicationLogLevel,
  };
}

function mappingLoader(streams: StreamMappings, queues: QueueMappings): ResourceLoader {
  return (resource) => {
    const service = String(resource.properties.EventSourceArn).split(':')[2];
    if (service === 'dynamodb') return createStreamMapping(streams, resource);
    if (service === 'sqs') return createQueueMapping(queues, resource);
    throw notSupported('lambda', `the event source ${resource.properties.EventSourceArn} of ${resource.logicalId}`);
  };
}

function createStreamMapping(streams: StreamMappings, resource: Resource): void {
  onlyProperties(resource, STREAM_PROPERTIES);
  const { properties } = resource;
  if (number(properties.TumblingWindowInSeconds)) throw notSupported('lambda', `the tumbling window of ${resource.logicalId}`);
  streams.create({
    ...commonOptions(resource),
    startingPosition: properties.StartingPosition,
    bisectBatchOnFunctionError: boolean(properties.BisectBatchOnFunctionError),
    maximumRetryAttempts: number(properties.MaximumRetryAttempts),
    maximumRecordAgeInSeconds: number(properties.MaximumRecordAgeInSeconds),
    parallelizationFactor: number(properties.ParallelizationFactor),
    onFailure: properties.DestinationConfig?.OnFailure?.Destination,
  });
}

function createQueueMapping(queues: QueueMappings, resource: Resource): void {
  onlyProperties(resource, QUEUE_PROPERTIES);
  queues.create({ ...commonOptions(resource), maximumConcurrency: number(resource.properties.ScalingConfig?.MaximumConcurrency) });
}

function commonOptions({ logicalId, ref, properties }: Resource) {
  const responseTypes: string[] = properties.FunctionResponseTypes ?? [];
  const unknown = responseTypes.filter((type) => type !== 'ReportBatchItemFailures');
  if (unknown.length > 0) throw notSupported('lambda', `the function response type ${unknown.join(', ')} of ${logicalId}`);
  return {
    id: ref,
    functionName: String(properties.FunctionName),
    eventSourceArn: String(properties.EventSourceArn),
    enabled: boolean(properties.Enabled),
    batchSize: number(properties.BatchSize),
    maximumBatchingWindowInSeconds: number(properties.MaximumBatchingWindowInSeconds),
    filterPatterns: (properties.FilterCriteria?.Filters ?? []).map(({ Pattern: pattern }: { Pattern: string }) => pattern),
    reportBatchItemFailures: responseTypes.length > 0,
  };
}

/** Templates may hold numbers and booleans as text. */
function number(value: unknown): number | undefined {
  return value === undefined ? undefined : Number(value);
}

function boolean(value: unknown): boolean | undefined {
  return value === undefined ? undefined : String(value) === 'true';
}
