import { createHmac, randomUUID } from 'node:crypto';

export interface SignedRequest {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Signs a body as a provider would, at `now` in milliseconds. */
export type Sign = (body: string, secret: string, now: number) => SignedRequest;

const JSON_TYPE = { 'content-type': 'application/json' };

function signStandardWebhooks(body: string, secret: string, now: number): SignedRequest {
  const id = `msg_${randomUUID().replaceAll('-', '')}`;
  const timestamp = String(Math.floor(now / 1000));
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  const signature = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64');
  return { headers: { ...JSON_TYPE, 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': `v1,${signature}` }, body };
}

function signStripe(body: string, secret: string, now: number): SignedRequest {
  const timestamp = String(Math.floor(now / 1000));
  const signature = createHmac('sha256', secret).update(`${timestamp}.${body}`).digest('hex');
  return { headers: { ...JSON_TYPE, 'stripe-signature': `t=${timestamp},v1=${signature}` }, body };
}

const SIGNERS: Readonly<Record<string, Sign>> = {
  'standard-webhooks': signStandardWebhooks,
  'stripe': signStripe,
};

export function signerOf(kind: string): Sign {
  const sign = SIGNERS[kind];
  if (!sign) throw new Error(`There is no signer for providers of the kind ${kind}`);
  return sign;
}

/** The same request as a command to paste. */
export function curlCommand(url: string, { headers, body }: SignedRequest): string {
  const quoted = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;
  const flags = Object.entries(headers).map(([name, value]) => `-H ${quoted(`${name}: ${value}`)}`);
  return ['curl', '-sS', '-X POST', quoted(url), ...flags, `--data-raw ${quoted(body)}`].join(' ');
}
