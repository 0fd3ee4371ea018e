// The synthesized system on MiniStack: deployed through its CloudFormation, driven by signed webhooks.
import { createHmac, randomBytes, randomUUID } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { DynamoDBClient, QueryCommand } from '@aws-sdk/client-dynamodb';
import { CreateBucketCommand, GetObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { ListSecretsCommand, PutSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { DescribeExecutionCommand, SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { eventually, freePort, startServer } from './server.mjs';
import { createStack, publishAssets, REGION, resourcesOf } from './stack.mjs';
import { withoutTypes } from './without-types.mjs';

/** What MiniStack does not know; docs/emulators.md says what that leaves untested. */
export const MINISTACK_GAPS = {
  'AWS::Events::Archive': 'Unrecognized resource types',
  'AWS::CloudWatch::Alarm': 'metric math',
};

const STACK = 'Emulated';
const DAY_MS = 86_400_000;

export async function startMiniStack(bin, scratch) {
  const port = await freePort();
  const endpoint = `http://127.0.0.1:${port}`;
  const env = { BIND_HOST: '127.0.0.1', GATEWAY_PORT: String(port), LAMBDA_EXECUTOR: 'local', IOT_MTLS_ENABLED: 'false', HOME: scratch };
  const { said } = await startServer(join(bin, 'ministack'), [], env, `${endpoint}/_ministack/health`);
  return { endpoint, said };
}

export class EmulatedSystem {
  constructor({ endpoint, said }, assembly, scratch) {
    Object.assign(this, { endpoint, said, assembly, scratch });
    const options = { endpoint, region: REGION, credentials: { accessKeyId: 'test', secretAccessKey: 'test' } };
    this.s3 = new S3Client({ ...options, forcePathStyle: true });
    this.dynamodb = new DynamoDBClient(options);
    this.secrets = new SecretsManagerClient(options);
    this.sfn = new SFNClient(options);
    this.sqs = new SQSClient({ ...options, useQueueUrlAsEndpoint: false });
    this.template = JSON.parse(readFileSync(join(assembly, `${STACK}.template.json`), 'utf8'));
  }

  /** Deploys the template without resources of the types named; answers with how many resources that are. */
  async deploy(leftOut) {
    const template = withoutTypes(this.template, leftOut);
    await fetch(`${this.endpoint}/_ministack/reset`, { method: 'POST' });
    writeFileSync(join(this.assembly, `${STACK}.template.json`), JSON.stringify(template));
    const { bucketName, objectKey } = await publishAssets(this.s3, (bucket) => this.createBucket(bucket), this.assembly, STACK, this.scratch);
    this.outputs = await createStack(this.endpoint, STACK, `${this.endpoint}/${bucketName}/${objectKey}`, 60).catch((error) => {
      // Why a resource failed stands only in the log.
      throw new Error(`${error.message}\n${this.said().split('\n').filter((line) => /Failed|ERROR/.test(line)).slice(-3).join('\n')}`);
    });
    await this.putSecret();
    const created = await resourcesOf(this.endpoint, STACK);
    const missing = Object.keys(template.Resources).filter((id) => created[id]?.status !== 'CREATE_COMPLETE');
    if (missing.length > 0) throw new Error(`Not created: ${missing.join(', ')}`);
    return Object.keys(created).length;
  }

  async createBucket(Bucket) {
    await this.s3.send(new CreateBucketCommand({ Bucket })).catch((error) => { if (!/BucketAlready/.test(error.name)) throw error; });
  }

  output(name) {
    const [, value] = Object.entries(this.outputs).find(([key]) => key.includes(name)) ?? [];
    if (value === undefined) throw new Error(`The stack has no output ${name}`);
    return value;
  }

  /** Posts to an endpoint as a sender of Standard Webhooks would. */
  async send(transaction, { id = `msg_${randomUUID()}`, forged = false } = {}) {
    const body = JSON.stringify(transaction);
    const timestamp = String(Math.floor(Date.now() / 1000));
    const signature = createHmac('sha256', forged ? 'another key' : this.key).update(`${id}.${timestamp}.${body}`).digest('base64');
    const api = new URL(this.output('WebhookUrl')).hostname.split('.')[0];
    const response = await fetch(`${this.endpoint}/_aws/execute-api/${api}/prod/webhook/standard-webhooks`, {
      method: 'POST', body,
      headers: { 'content-type': 'application/json', 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': `v1,${signature}` },
    });
    return { status: response.status, ...JSON.parse(await response.text()) };
  }

  /**
   * Replaces the generated secret, in which MiniStack puts punctuation although it is told not to.
   * Twice, as the version before the last is live as well.
   */
  async putSecret() {
    const { SecretList } = await this.secrets.send(new ListSecretsCommand({}));
    const { ARN } = SecretList.find(({ Name, Description }) => /standard-?webhooks/i.test(`${Name} ${Description}`));
    this.key = randomBytes(32);
    for (const _ of ['previous', 'current']) {
      await this.secrets.send(new PutSecretValueCommand({ SecretId: ARN, SecretString: `whsec_${this.key.toString('base64')}` }));
    }
  }

  /** The row of a transaction that satisfies `holds`, as soon as there is one. */
  rowOf(transactionId, what, holds) {
    return eventually(what, async () => {
      const { Items } = await this.dynamodb.send(new QueryCommand({
        TableName: this.output('TableName'), ConsistentRead: true, KeyConditionExpression: 'transaction_id = :id',
        ExpressionAttributeValues: { ':id': { S: transactionId } },
      }));
      return Items.find(holds);
    });
  }

  alert(what, holds) {
    this.alerts ??= [];
    return eventually(what, async () => {
      const { Messages = [] } = await this.sqs.send(new ReceiveMessageCommand({ QueueUrl: this.output('AlertsSeenUrl'), MaxNumberOfMessages: 10 }));
      this.alerts.push(...Messages.map(({ Body }) => JSON.parse(Body)));
      return this.alerts.find(holds);
    });
  }

  /** Runs the archive as if it were three days later; answers with the archived lines. */
  async archive() {
    const now = new Date(Date.now() + 3 * DAY_MS).toISOString();
    const { executionArn } = await this.sfn.send(new StartExecutionCommand({ stateMachineArn: this.output('ArchiveWorkflowArn'), input: JSON.stringify({ now }) }));
    const end = await eventually('the archive run', async () => {
      const execution = await this.sfn.send(new DescribeExecutionCommand({ executionArn }));
      return execution.status !== 'RUNNING' && execution;
    }, 90);
    if (end.status !== 'SUCCEEDED') throw new Error(`The archive run is ${end.status}: ${end.error} ${end.cause}`);
    const Bucket = this.output('AuditBucketName');
    const { Contents = [] } = await this.s3.send(new ListObjectsV2Command({ Bucket, Prefix: 'transactions/' }));
    const lines = await Promise.all(Contents.map(async ({ Key }) => {
      const { Body } = await this.s3.send(new GetObjectCommand({ Bucket, Key }));
      return gunzipSync(await Body.transformToByteArray()).toString('utf8').trim().split('\n').map((line) => JSON.parse(line));
    }));
    return lines.flat();
  }
}
