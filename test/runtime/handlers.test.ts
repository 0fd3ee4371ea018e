import { DynamoDBClient, PutItemCommand, QueryCommand, ScanCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { S3Client } from '@aws-sdk/client-s3';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import type { APIGatewayProxyEvent, Context, DynamoDBStreamEvent } from 'aws-lambda';
import { mockClient } from 'aws-sdk-client-mock';
import { ENV } from '../../src/contract';
import { captureOutput } from '../helpers/output';
import { NOW, STRIPE_SECRET, stripeEvent, stripeHeader } from '../helpers/signed-webhooks';
import { CONFIG, RISKY } from './fraud-detector/setup';
import { imageWith } from './rows';

const dynamodb = mockClient(DynamoDBClient);
const eventBridge = mockClient(EventBridgeClient);
const s3 = mockClient(S3Client);
const secrets = mockClient(SecretsManagerClient);
const sns = mockClient(SNSClient);
const output = captureOutput();

const ENVIRONMENT = {
  AWS_REGION: 'eu-west-1',
  [ENV.system]: 'payments',
  [ENV.table]: 'transactions',
  [ENV.bus]: 'payment-events',
  [ENV.topic]: 'arn:aws:sns:eu-west-1:111122223333:transaction-alerts',
  [ENV.bucket]: 'audit',
  [ENV.providers]: JSON.stringify([{ name: 'stripe', kind: 'stripe', secretArn: 'arn:secret', isDefault: true }]),
  [ENV.thresholds]: JSON.stringify({ medium: { default: '1000' }, high: { default: '10000' } }),
  [ENV.maxBodyBytes]: '4096',
  [ENV.fraud]: JSON.stringify(CONFIG),
  [ENV.dedupeDays]: '35',
  [ENV.archiveAfterHours]: '24',
  [ENV.archiveUnfinishedAfterHours]: '360',
  [ENV.workflowTiers]: JSON.stringify({ screened: ['high'], notified: ['high'] }),
};
const before = { ...process.env };

beforeEach(() => {
  process.env = { ...before, ...ENVIRONMENT };
  for (const mock of [dynamodb, eventBridge, s3, secrets, sns]) mock.reset();
});
afterAll(() => { process.env = before; });

const metricNames = () => output.metrics.map(({ name, dimensions: { System } }) => `${System} ${name}`);

test('the validator answers a proxy event, with its configuration from the environment', async () => {
  secrets.on(GetSecretValueCommand).resolves({ SecretString: STRIPE_SECRET });
  dynamodb.on(PutItemCommand).resolves({});
  const { handler } = jest.requireActual<typeof import('../../runtime/validator/index')>('../../runtime/validator/index');
  const body = stripeEvent();
  const answer = await handler({
    body: Buffer.from(body).toString('base64'),
    isBase64Encoded: true,
    httpMethod: 'POST',
    pathParameters: null,
    multiValueHeaders: { 'Content-Type': ['application/json'], 'Stripe-Signature': [stripeHeader(body)] },
    requestContext: { requestTimeEpoch: NOW * 1000 },
  } as unknown as APIGatewayProxyEvent);
  expect(answer.statusCode).toBe(200);
  expect(dynamodb.commandCalls(PutItemCommand)[0].args[0].input.TableName).toBe('transactions');
  expect(metricNames()).toEqual(['payments WebhooksAccepted']);
});

test('the relay takes records of the stream to the bus', async () => {
  eventBridge.on(PutEventsCommand).resolves({ Entries: [{ EventId: '1' }] });
  const { handler } = jest.requireActual<typeof import('../../runtime/relay/index')>('../../runtime/relay/index');
  const event = { Records: [{ eventName: 'INSERT', dynamodb: { SequenceNumber: '1', NewImage: imageWith() } }] } as DynamoDBStreamEvent;
  expect(await handler(event)).toEqual({ batchItemFailures: [] });
  expect(eventBridge.commandCalls(PutEventsCommand)[0].args[0].input.Entries).toMatchObject([{ EventBusName: 'payment-events' }]);
  expect(metricNames()).toContain('payments EventsPublished');
});

test('the fraud detector keeps the verdict and alerts the topic', async () => {
  dynamodb.on(UpdateItemCommand).resolves({});
  sns.on(PublishCommand).resolves({});
  const { handler } = jest.requireActual<typeof import('../../runtime/fraud-detector/index')>('../../runtime/fraud-detector/index');
  expect(await handler({ transaction: RISKY, execution: 'arn:execution' })).toMatchObject({ fraud_analysis: { fraud_status: 'high_risk' }, alert: 'sent' });
  expect(sns.commandCalls(PublishCommand)[0].args[0].input.TopicArn).toBe(ENVIRONMENT[ENV.topic]);
  expect(metricNames()).toEqual(['payments TransactionsScreened', 'payments StoreToVerdictLatency', 'payments AlertsSent']);
});

test('the archiver works through a segment and says that it is done', async () => {
  dynamodb.on(UpdateItemCommand).resolves({ Attributes: { event_id: { S: '0/1' } } });
  dynamodb.on(QueryCommand).resolves({ Items: [] });
  dynamodb.on(ScanCommand).resolves({ Items: [imageWith()] });
  const { handler } = jest.requireActual<typeof import('../../runtime/archiver/index')>('../../runtime/archiver/index');
  const request = { now: '2025-10-12T02:00:00Z', run: 'run-1', segment: 0, total_segments: 1, archived: 0 };
  expect(await handler(request, { getRemainingTimeInMillis: () => 300_000 } as Context)).toMatchObject({ ...request, archived: 1, done: true });
  expect(s3.calls()).toHaveLength(1);
  expect(metricNames()).toEqual(['payments RowsArchived']);
});

test.each([
  ['validator', ENV.providers], ['relay', ENV.bus], ['fraud-detector', ENV.fraud], ['archiver', ENV.bucket],
])('the %s refuses to start without %s, and names it', (handler, variable) => {
  delete process.env[variable];
  expect(() => jest.isolateModules(() => jest.requireActual(`../../runtime/${handler}/index`))).toThrow(`The environment variable ${variable} is not set`);
});
