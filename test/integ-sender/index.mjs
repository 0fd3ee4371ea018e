// Plays the provider of an integration test: signs a webhook as Standard Webhooks has it, sends it, sends it again, and
// waits for the verdict. Runs in AWS Lambda.
import { createHmac, randomUUID } from 'node:crypto';
import { DynamoDBClient, QueryCommand } from '@aws-sdk/client-dynamodb';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';

const { WEBHOOK_URL, SECRET_ARN, TABLE_NAME, ENDPOINT } = process.env;
const dynamodb = new DynamoDBClient();
const secrets = new SecretsManagerClient();

export async function handler() {
  const { SecretString } = await secrets.send(new GetSecretValueCommand({ SecretId: SECRET_ARN }));
  const id = randomUUID();
  const body = JSON.stringify({ transaction_id: id, amount: 15000, currency: 'USD', provider: 'integration-test', customer_id: id });
  const [first, again] = [await send(id, body, SecretString), await send(id, body, SecretString)];
  const forged = await send(id, body, Buffer.alloc(32).toString('base64'));
  return {
    first: first.status, again: again.status, duplicate: again.answer.duplicate === true, forged: forged.status, verdict: await verdictOn(id),
  };
}

async function send(id, body, secret) {
  const timestamp = String(Math.floor(Date.now() / 1000));
  const signature = createHmac('sha256', Buffer.from(secret.replace(/^whsec_/, ''), 'base64')).update(`${id}.${timestamp}.${body}`).digest('base64');
  const headers = { 'content-type': 'application/json', 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': `v1,${signature}` };
  const response = await fetch(WEBHOOK_URL, { method: 'POST', body, headers });
  return { status: response.status, answer: await response.json() };
}

/** Risk band of the transaction, once it has one. The time limit of the function ends the wait. */
async function verdictOn(id) {
  const key = { ':id': { S: `${ENDPOINT}#${id}` } };
  for (;;) {
    const { Items: [row] = [] } = await dynamodb.send(new QueryCommand({
      TableName: TABLE_NAME, KeyConditionExpression: 'transaction_id = :id', ExpressionAttributeValues: key, ConsistentRead: true,
    }));
    if (row?.fraud_analysis) return row.fraud_analysis.M.fraud_status.S;
    await new Promise((resolve) => setTimeout(resolve, 1000));
  }
}
