import { Resource } from '../../../local/kernel/resource';
import { Functions } from '../../../local/lambda/functions';
import { QueueMappings } from '../../../local/lambda/mapping/queue-mappings';
import { StreamMappings } from '../../../local/lambda/mapping/stream-mappings';
import { lambdaResources } from '../../../local/lambda/resources';

const create = jest.fn();
const configureAsync = jest.fn();
const createStream = jest.fn();
const createQueue = jest.fn();
const loaders = lambdaResources({
  functions: { create, configureAsync } as unknown as Functions,
  streams: { create: createStream } as unknown as StreamMappings,
  queues: { create: createQueue } as unknown as QueueMappings,
  codeOf: () => ({ directory: '/assets/relay', handler: 'index.handler' }),
});

function load(type: string, properties: Record<string, unknown>) {
  const resource: Resource = { logicalId: 'Relay', type, ref: 'relay', attributes: { Arn: 'arn:relay' }, properties, metadata: {} };
  return () => void loaders[type](resource);
}

const FUNCTION = { Role: 'arn:role', Code: { ImageUri: 'x' }, PackageType: 'Image' };
const MAPPING = { FunctionName: 'relay', EventSourceArn: 'arn:aws:dynamodb:us-east-1:000000000000:table/t/stream/s', StartingPosition: 'LATEST' };

test('a function is created with the defaults of CloudFormation', () => {
  load('AWS::Lambda::Function', FUNCTION)();
  expect(create).toHaveBeenCalledWith(expect.objectContaining({
    name: 'relay', arn: 'arn:relay', codeDirectory: '/assets/relay', handler: 'index.handler', memoryMb: 128, timeoutSeconds: 3, environment: {},
  }));
});

test('a function is created with its settings', () => {
  load('AWS::Lambda::Function', {
    Runtime: 'nodejs24.x',
    Handler: 'index.handler',
    Code: {},
    MemorySize: '512',
    Timeout: 30,
    Environment: { Variables: { A: '1' } },
    ReservedConcurrentExecutions: 0,
    TracingConfig: { Mode: 'Active' },
    LoggingConfig: { LogFormat: 'JSON', LogGroup: '/relay', ApplicationLogLevel: 'WARN' },
  })();
  expect(create).toHaveBeenCalledWith(expect.objectContaining({
    memoryMb: 512, timeoutSeconds: 30, environment: { A: '1' }, reservedConcurrency: 0, tracing: 'Active', logGroup: '/relay', logFormat: 'JSON', logLevel: 'WARN',
  }));
});

test('a mapping of a stream keeps every setting', () => {
  load('AWS::Lambda::EventSourceMapping', {
    ...MAPPING,
    BatchSize: 25,
    MaximumBatchingWindowInSeconds: '1',
    Enabled: 'true',
    BisectBatchOnFunctionError: 'true',
    MaximumRetryAttempts: 3,
    MaximumRecordAgeInSeconds: 3600,
    ParallelizationFactor: 2,
    FunctionResponseTypes: ['ReportBatchItemFailures'],
    TumblingWindowInSeconds: 0,
    FilterCriteria: { Filters: [{ Pattern: '{"eventName":["INSERT"]}' }] },
    DestinationConfig: { OnFailure: { Destination: 'arn:aws:s3:::audit' } },
  })();
  expect(createStream).toHaveBeenCalledWith({
    id: 'relay',
    functionName: 'relay',
    eventSourceArn: MAPPING.EventSourceArn,
    startingPosition: 'LATEST',
    enabled: true,
    batchSize: 25,
    maximumBatchingWindowInSeconds: 1,
    filterPatterns: ['{"eventName":["INSERT"]}'],
    reportBatchItemFailures: true,
    bisectBatchOnFunctionError: true,
    maximumRetryAttempts: 3,
    maximumRecordAgeInSeconds: 3600,
    parallelizationFactor: 2,
    onFailure: 'arn:aws:s3:::audit',
  });
});

test('a mapping of a queue is told from one of a stream', () => {
  load('AWS::Lambda::EventSourceMapping', {
    FunctionName: 'relay', EventSourceArn: 'arn:aws:sqs:us-east-1:000000000000:q', ScalingConfig: { MaximumConcurrency: 3 },
  })();
  expect(createQueue).toHaveBeenCalledWith(expect.objectContaining({ id: 'relay', maximumConcurrency: 3 }));
});

test('asynchronous invocations are configured', () => {
  load('AWS::Lambda::EventInvokeConfig', {
    FunctionName: 'relay', Qualifier: '$LATEST', MaximumRetryAttempts: 0, DestinationConfig: { OnFailure: { Destination: 'arn:q' } },
  })();
  expect(configureAsync).toHaveBeenCalledWith('relay', { maximumRetryAttempts: 0, maximumEventAgeSeconds: undefined, onSuccess: undefined, onFailure: 'arn:q' });
});

test.each<[string, string, Record<string, unknown>]>([
  ['Layers', 'AWS::Lambda::Function', { ...FUNCTION, Layers: ['arn:layer'] }],
  ['DeadLetterConfig', 'AWS::Lambda::Function', { ...FUNCTION, DeadLetterConfig: {} }],
  ['python3.13', 'AWS::Lambda::Function', { Runtime: 'python3.13' }],
  ['system log level', 'AWS::Lambda::Function', { ...FUNCTION, LoggingConfig: { SystemLogLevel: 'WARN' } }],
  ['tumbling window', 'AWS::Lambda::EventSourceMapping', { ...MAPPING, TumblingWindowInSeconds: 60 }],
  ['StartingPositionTimestamp', 'AWS::Lambda::EventSourceMapping', { ...MAPPING, StartingPositionTimestamp: 1 }],
  ['kinesis', 'AWS::Lambda::EventSourceMapping', { ...MAPPING, EventSourceArn: 'arn:aws:kinesis:us-east-1:000000000000:stream/s' }],
  ['response type', 'AWS::Lambda::EventSourceMapping', { ...MAPPING, FunctionResponseTypes: ['Other'] }],
])('%s is refused', (name, type, properties) => {
  expect(load(type, properties)).toThrow(name);
});
