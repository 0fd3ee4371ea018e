import { RestApis } from '../apigateway';
import { DynamoDb } from '../dynamodb';
import { EventBuses } from '../events/buses';
import { Clock } from '../kernel/clock';
import { ACCOUNT, REGION } from '../kernel/identity';
import { Journal } from '../kernel/journal';
import { Metrics } from '../kernel/metrics';
import { Targets } from '../kernel/targets';
import { Environment, Launch } from '../lambda/execution-environment';
import { Functions } from '../lambda/functions';
import { FailureRecord } from '../lambda/mapping/failure-record';
import { QueueMappings } from '../lambda/mapping/queue-mappings';
import { StreamMappings } from '../lambda/mapping/stream-mappings';
import { XRayDaemon } from '../lambda/xray';
import { LogGroups, groupNameOf } from '../logs/log-groups';
import { Models } from '../models/models';
import { Outside } from '../outside/outside';
import { Buckets } from '../s3/buckets';
import { Secrets } from '../secretsmanager/secrets';
import { Faults } from '../simulate/faults';
import { Topics } from '../sns/topics';
import { Queues } from '../sqs/queues';
import { StateMachines } from '../states/machines';
import { TaskHandlers } from '../states/run';
import { queueSource } from './queue-source';
import { faultyTasks, taskHandlers } from './tasks';

export interface ServicesOptions {
  readonly clock: Clock;
  /** Where the runner listens, `http://127.0.0.1:<port>`. */
  readonly endpoint: string;
  /** Where tables and objects are kept; in memory without it. */
  readonly directory?: string;
  /** Address of the X-Ray socket. */
  readonly xrayAddress: string;
  /** Where models listen that do not run here. */
  readonly modelEndpoint?: string;
  /** Where handlers run; each in a process of its own without it. */
  readonly newEnvironment?: (launch: Launch) => Environment;
  /** Comes between the workflows and the services they call. */
  readonly aroundTasks?: (tasks: TaskHandlers) => TaskHandlers;
}

export type Services = ReturnType<typeof createServices>;

/** Every service, and what each hands to the others. */
export function createServices(
  { clock, endpoint, directory, xrayAddress, modelEndpoint, newEnvironment, aroundTasks = (tasks) => tasks }: ServicesOptions,
  journal: Journal,
  xray: XRayDaemon,
) {
  const metrics = new Metrics(clock);
  const shared = { clock, journal, metrics };
  const faults = new Faults(clock, journal);
  // Functions meet their faults when they are invoked.
  const targets = new Targets(async (service) => (service === 'lambda' ? undefined : faults.beforeInside(service, 'Delivery')));
  const logs = new LogGroups(shared);
  const writeLog = (groupArn: string, line: string) => logs.put(groupNameOf(groupArn), 'local', line);

  const dynamodb = new DynamoDb({ ...shared, directory: directory && `${directory}/dynamodb` });
  const buckets = new Buckets({ ...shared, directory: directory && `${directory}/s3` });
  const queues = new Queues({ ...shared, baseUrl: endpoint });
  const topics = new Topics({ ...shared, targets });
  const secrets = new Secrets(shared);
  const buses = new EventBuses({ ...shared, targets });
  const outside = new Outside(endpoint, journal);
  const models = new Models({ clock, journal, endpoint: modelEndpoint });
  const functions = new Functions({
    ...shared,
    logs,
    targets,
    newEnvironment,
    environment: () => ({
      AWS_REGION: REGION,
      AWS_DEFAULT_REGION: REGION,
      AWS_ACCESS_KEY_ID: ACCOUNT,
      AWS_SECRET_ACCESS_KEY: 'local',
      AWS_ENDPOINT_URL: endpoint,
      AWS_EC2_METADATA_DISABLED: 'true',
      AWS_XRAY_DAEMON_ADDRESS: xrayAddress,
      // The runner uses the Node.js it runs on; the deployed functions use their own.
      NODE_NO_WARNINGS: '1',
      ...outside.environment(),
    }),
  });
  functions.beforeInvoke = ({ functionName }) => faults.before('lambda', functionName);
  const machines: StateMachines = new StateMachines({
    ...shared,
    logs: writeLog,
    tasks: aroundTasks(faultyTasks(taskHandlers({ functions, topics, queues, dynamodb, buses, machines: () => machines }), faults)),
  });
  const apis = new RestApis({ ...shared, logs: writeLog, invoke: (arn, payload, traceHeader) => functions.invoke(arn, payload, { traceHeader }) });
  const putFailure = async (destinationArn: string, record: FailureRecord) => {
    if (record.key) await buckets.putObject(destinationArn.split(':::')[1], record.key, record.body);
    else await targets.deliver(destinationArn, { payload: record.body });
  };
  const mapping = { ...shared, invoke: functions.invoke.bind(functions), putFailure };
  const streams = new StreamMappings({ ...mapping, streamOf: (arn) => dynamodb.streamByArn(arn) });
  const queueMappings = new QueueMappings({ ...mapping, queueOf: (arn) => queueSource(queues, arn) });

  targets.register('lambda', (arn, invocation) => functions.deliver(arn, invocation));
  targets.register('logs', (arn, invocation) => logs.deliver(arn, invocation));
  targets.register('sqs', (arn, invocation) => queues.deliver(arn, invocation));
  targets.register('sns', (arn, invocation) => topics.deliver(arn, invocation));
  targets.register('states', async (arn, { payload, traceHeader }) => {
    machines.startExecution(arn, payload, { traceHeader });
  });
  targets.register('events', async (arn, { payload, traceHeader }) => {
    const event = JSON.parse(payload);
    buses.putEvents([{ EventBusName: arn, Source: event.source, DetailType: event['detail-type'], Detail: JSON.stringify(event.detail) }], traceHeader);
  });

  return {
    clock, journal, metrics, targets, logs, xray, outside, models, faults,
    dynamodb, buckets, queues, topics, secrets, buses, functions, machines, apis, streams, queueMappings,
  };
}

/** Work under way by service: all zero when every webhook has come to rest. */
export function pendingWork({ streams, queueMappings, buses, machines, functions, topics }: Services): Record<string, number> {
  const busy = { streams, queueMappings, buses, machines, functions, topics };
  return Object.fromEntries(Object.entries(busy).map(([name, service]) => [name, service.pending()]));
}

/** Stops whatever would keep the process alive. */
export async function stopServices({ streams, queueMappings, functions, dynamodb, outside, xray }: Services): Promise<void> {
  streams.stop();
  queueMappings.stop();
  functions.stop();
  outside.stop();
  xray.stop();
  await dynamodb.close();
}
