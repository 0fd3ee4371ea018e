import { createServer, IncomingHttpHeaders, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { RunnerClock } from '../../../local/kernel/clock';
import { Journal } from '../../../local/kernel/journal';
import { Segment, XRayDaemon } from '../../../local/lambda/xray';
import { captured, currentTrace, traced } from '../../../runtime/aws/trace';

const TRACE = '1-67891233-abcdef012345678912345678';
const INVOCATION = '53995c3f42cd8ad8';

const clock = new RunnerClock();
const journal = new Journal(clock);
const daemon = new XRayDaemon(journal);
const requests: IncomingHttpHeaders[] = [];
let answer: { status: number; body: object } = { status: 200, body: {} };
let server: Server;
let client: DynamoDBClient;
const before = { ...process.env };

beforeAll(async () => {
  process.env.AWS_XRAY_DAEMON_ADDRESS = await daemon.start();
  server = createServer((request, response) => {
    requests.push(request.headers);
    request.resume().on('end', () => response.writeHead(answer.status, { 'content-type': 'application/x-amz-json-1.0', 'x-amzn-requestid': 'request-1' }).end(JSON.stringify(answer.body)));
  });
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  client = captured(new DynamoDBClient({
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, region: 'eu-west-1', credentials: { accessKeyId: 'a', secretAccessKey: 's' }, maxAttempts: 1,
  }));
});
afterAll(() => {
  client.destroy();
  server.closeAllConnections();
  server.close();
  daemon.stop();
  clock.stop();
  process.env = before;
});
beforeEach(() => {
  requests.length = 0;
  answer = { status: 200, body: {} };
  sampled(true);
});

function sampled(is: boolean): void {
  process.env._X_AMZN_TRACE_ID = `Root=${TRACE};Parent=${INVOCATION};Sampled=${is ? 1 : 0};Lineage=1:fc3b4ff1:0`;
}

/** The next `count` documents the daemon is sent while `work` runs, by name. */
async function segmentsOf(count: number, work: () => Promise<unknown>): Promise<Record<string, Segment>> {
  const found: Segment[] = [];
  const all = new Promise<void>((resolve) => {
    const unsubscribe = journal.subscribe(({ data }) => {
      found.push(data.segment as Segment);
      if (found.length < count) return;
      unsubscribe();
      resolve();
    });
  });
  await work();
  await all;
  return Object.fromEntries(found.map((segment) => [segment.name, segment]));
}

const put = () => client.send(new PutItemCommand({ TableName: 'transactions', Item: { id: { S: '1' } } }));

test('work and the calls in it are subsegments of the invocation, one within the other', async () => {
  const { store, DynamoDB } = await segmentsOf(2, () => traced('store', put));
  expect(store).toMatchObject({ type: 'subsegment', trace_id: TRACE, parent_id: INVOCATION });
  expect(store.end_time).toBeGreaterThanOrEqual(store.start_time);
  expect(DynamoDB).toMatchObject({
    parent_id: store.id, namespace: 'aws', http: { response: { status: 200 } },
    aws: { operation: 'PutItem', region: 'eu-west-1', table_name: 'transactions', request_id: 'request-1', retries: 0 },
  });
  expect(requests[0]['x-amzn-trace-id']).toBe(`Root=${TRACE};Parent=${DynamoDB.id};Sampled=1`);
});

test('work that runs side by side keeps its own calls', async () => {
  const { left, right, DynamoDB } = await segmentsOf(3, () => Promise.all([traced('left', async () => 1), traced('right', put)]));
  expect([left.parent_id, right.parent_id, DynamoDB.parent_id]).toEqual([INVOCATION, INVOCATION, right.id]);
});

test.each([
  [400, { __type: 'ConditionalCheckFailedException', message: 'The conditional request failed' }, { error: true }, 'fault'],
  [500, { __type: 'InternalServerError', message: 'out of order' }, { fault: true }, 'error'],
] as const)('a call answered with %d is marked, and so is the work that failed with it', async (status, body, mark, other) => {
  answer = { status, body };
  const { store, DynamoDB } = await segmentsOf(2, () => traced('store', put).catch(() => undefined));
  const cause = { exceptions: [{ type: body.__type, message: body.message }] };
  expect(DynamoDB).toMatchObject({ ...mark, http: { response: { status } }, cause });
  expect(store).toMatchObject({ ...mark, cause });
  expect(store).not.toHaveProperty(other);
});

test('an invocation that is not sampled, or has no trace, sends nothing', async () => {
  const seen = journal.entries().length;
  sampled(false);
  expect(await traced('quiet', async () => 'done')).toBe('done');
  await put();
  delete process.env._X_AMZN_TRACE_ID;
  expect(currentTrace()).toBeUndefined();
  await traced('quiet', put);
  sampled(true);
  // Datagrams of one socket arrive in order: this one would be the second.
  await segmentsOf(1, () => traced('loud', async () => undefined));
  expect(journal.entries().slice(seen).map(({ data }) => (data.segment as Segment).name)).toEqual(['loud']);
});

test('a daemon that is not there is never noticed', async () => {
  const address = process.env.AWS_XRAY_DAEMON_ADDRESS;
  process.env.AWS_XRAY_DAEMON_ADDRESS = '127.0.0.1:9';
  expect(await traced('lost', async () => 'done')).toBe('done');
  process.env.AWS_XRAY_DAEMON_ADDRESS = address;
});
