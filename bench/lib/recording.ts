// Runs webhooks of each tier through the local runner, archives them, and tells what every step called and consumed.
import { runArchive } from '../../local/control/archive';
import { AwsRequest, LocalService } from '../../local/kernel/wire';
import { Runner } from '../../local/runner/runner';

export interface Recording {
  readonly app: string;
  /** Of each tier. */
  readonly webhooks: number;
  /** A webhook with this id and amount in cents, signed. */
  readonly sign: (id: string, cents: number, secret: string) => { readonly body: string; readonly headers: Record<string, string> };
}

const AT_ONCE = 8;
const AMOUNTS = { low: 1_999, medium: 245_050, high: 1_500_000 };
const DAY_MS = 86_400_000;

type Counts = Record<string, number>;
let counts: Counts = {};

function count(what: string, by = 1): void {
  counts[what] = (counts[what] ?? 0) + by;
}

function taken(): Counts {
  const all = counts;
  counts = {};
  return all;
}

/** Every SDK call a function makes, by the function, the service and the action. */
function countCalls(name: string, service: LocalService): void {
  const handle = service.handle.bind(service);
  service.handle = (request: AwsRequest) => {
    const who = /app\/(\w+)/.exec(`${request.headers['user-agent']} ${request.headers['x-amz-user-agent']}`)?.[1];
    if (who) count(`call ${who} ${name}:${request.headers['x-amz-target']?.split('.').pop() ?? s3Action(request)}`);
    return handle(request);
  };
}

function s3Action({ method, query }: AwsRequest): string {
  return `${method[0]}${method.slice(1).toLowerCase()}${query.has('list-type') ? 'List' : 'Object'}`;
}

/** Invocations, capacity and log bytes as the services meter them. */
function countMetrics({ services: { metrics } }: Runner): void {
  const put = metrics.put.bind(metrics);
  const wanted = /^(Invocations|Consumed\w+CapacityUnits|IncomingBytes|NumberOfMessagesPublished)$/;
  metrics.put = (namespace, name, dimensions, value = 1) => {
    if (wanted.test(name)) count(`metric ${name} ${Object.values(dimensions).join(' ')}`, value);
    put(namespace, name, dimensions, value);
  };
}

function countSteps({ services: { journal } }: Runner): void {
  journal.subscribe(({ service, type, data }) => {
    if (service === 'states' && type === 'StateEntered') count(`state ${machineOf(data.arn)} ${data.stateType === 'Task' ? `task ${String(data.state)}` : 'other'}`);
    if (service === 'states' && /^Execution(Succeeded|Failed|TimedOut)$/.test(type)) count(`execution ${machineOf(data.arn)} ${type}`);
    if (service === 'events' && type === 'EventReceived') count('event');
    if (service === 'sns' && type === 'MessagePublished') count('publish');
  });
}

function machineOf(arn: unknown): string {
  return String(arn).includes('Archive') ? 'archive' : 'workflow';
}

async function send(runner: Runner, tier: keyof typeof AMOUNTS, { webhooks, sign }: Recording): Promise<void> {
  const [system] = runner.systems;
  const secret = runner.services.secrets.value(system.endpoints[0].secretArn!);
  const ids = Array.from({ length: webhooks }, (_, index) => `${tier}_${index}`).values();
  await Promise.all(Array.from({ length: AT_ONCE }, async () => {
    for (const id of ids) {
      const answer = await fetch(runner.endpointUrl(system), { method: 'POST', ...sign(id, AMOUNTS[tier], secret) });
      if (answer.status !== 200) throw new Error(`Answered ${answer.status}: ${await answer.text()}`);
    }
  }));
  await runner.settled(120_000);
}

async function archive(runner: Runner): Promise<void> {
  const report = await runArchive(runner, new Date(Date.now() + 2 * DAY_MS)) as { executions: { status: string }[] };
  if (report.executions.length === 0 || report.executions.some(({ status }) => status !== 'SUCCEEDED')) throw new Error(JSON.stringify(report));
}

/** Counts of each tier, and of archiving once a number of rows and once twice as many. */
export async function record(recording: Recording): Promise<Record<string, Counts>> {
  const runner = await Runner.start({ app: recording.app });
  try {
    const { dynamodb, buckets, queues, topics, buses, machines, functions, logs, secrets } = runner.services;
    const services = {
      dynamodb, s3: buckets, sqs: queues, sns: topics, events: buses, states: machines, lambda: functions, logs, secretsmanager: secrets,
    };
    for (const [name, service] of Object.entries(services)) countCalls(name, service);
    countMetrics(runner);
    countSteps(runner);
    const recorded: Record<string, Counts> = {};
    for (const tier of Object.keys(AMOUNTS) as (keyof typeof AMOUNTS)[]) {
      await send(runner, tier, recording);
      recorded[tier] = taken();
      // Once for few rows, once for twice as many: the difference is what a row takes.
      if (tier !== 'medium') {
        await archive(runner);
        recorded[tier === 'low' ? 'archiveOfOne' : 'archiveOfTwo'] = taken();
      }
    }
    return recorded;
  } finally {
    await runner.stop();
  }
}
