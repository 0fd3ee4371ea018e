// Webhooks in the flat form of the default endpoint, signed by Standard Webhooks.
import { createHmac } from 'node:crypto';

export const SECRET = 'c2VjcmV0LW9mLXRoZS1iZW5jaG1hcmtzLTMyLWJ5dGVz';
export const SECRET_ARN = 'arn:aws:secretsmanager:us-east-1:000000000000:secret:bench-AbCdEf';

export function bodyOf(id, amount = 1999) {
  return JSON.stringify({
    transaction_id: id, amount: amount / 100, currency: 'USD', provider: 'stripe', customer_id: `cus_${id}`,
    metadata: { order_id: `order_${id}`, channel: 'web', country: 'DE', card_country: 'DE', items: '3' },
  });
}

export function signatureHeaders(id, body, secret = SECRET) {
  const timestamp = String(Math.floor(Date.now() / 1000));
  const signature = createHmac('sha256', Buffer.from(secret.replace(/^whsec_/, ''), 'base64')).update(`${id}.${timestamp}.${body}`).digest('base64');
  return { 'content-type': 'application/json', 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': `v1,${signature}` };
}

/** What API Gateway hands to the validator. */
export function proxyEvent(id, body) {
  const headers = { 'host': 'api.example.com', 'user-agent': 'webhooks/1.0', 'x-forwarded-for': '192.0.2.1', ...signatureHeaders(id, body) };
  return {
    httpMethod: 'POST', path: '/webhook', resource: '/webhook', pathParameters: null, queryStringParameters: null, isBase64Encoded: true,
    headers, multiValueHeaders: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]])),
    body: Buffer.from(body).toString('base64'), requestContext: { requestTimeEpoch: Date.now(), requestId: id },
  };
}

/** One in twenty is sampled, as by X-Ray's default rule. */
export function traceHeader(index) {
  const id = index.toString(16).padStart(24, '0');
  return `Root=1-67891233-${id};Parent=53995c3f42cd8ad8;Sampled=${index % 20 === 0 ? 1 : 0}`;
}

/** The environment of the validator, as the construct sets it. */
export function validatorEnvironment(table = 'transactions') {
  return {
    TABLE_NAME: table,
    SYSTEM_NAME: 'bench',
    MAX_BODY_BYTES: '131072',
    PROVIDERS: JSON.stringify([{ name: 'standard-webhooks', kind: 'standard-webhooks', secretArn: SECRET_ARN, isDefault: true }]),
    TIER_THRESHOLDS: JSON.stringify({ medium: { default: '1000' }, high: { default: '10000' } }),
  };
}
