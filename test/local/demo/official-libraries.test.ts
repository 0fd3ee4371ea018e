import '@shopify/shopify-api/adapters/node';
import { execFileSync } from 'node:child_process';
import { createHmac, X509Certificate, verify as verifySignature } from 'node:crypto';
import { crc32 } from 'node:zlib';
import HmacValidator from '@adyen/api-library/lib/src/utils/hmacValidator';
import { Paddle, Webhooks } from '@paddle/paddle-node-sdk';
import { ApiVersion, shopifyApi } from '@shopify/shopify-api';
import Razorpay from 'razorpay';
import { WebhooksHelper } from 'square';
import { Webhook } from 'standardwebhooks';
import Stripe from 'stripe';
import { DEMO_CERTIFICATE } from '../../../local/demo/paypal-certificate';
import { DEMO_PROVIDERS, demoProviderOf } from '../../../local/demo/providers';
import { EndpointOptions, SignedRequest } from '../../../local/demo/providers/provider';
import { sampleTransaction } from '../../../local/demo/samples';

interface Scheme {
  readonly secret: string;
  readonly options?: EndpointOptions;
  /** Whether the provider's own library, or the documented formula where there is none, takes the request. */
  readonly accepts: (request: SignedRequest, secret: string) => unknown;
}

const TEXT_KEY = 'madeUpKeyOf44CharactersForTests0123456789ab';
const HEX_KEY = '0123456789ABCDEF'.repeat(4);
const OPTIONS = { notificationUrl: 'https://example.com/prod/webhook/square', publicKey: 'made_up_public', webhookId: 'MADEUPWEBHOOKID01' };

const text = ({ body }: SignedRequest) => body.toString('utf8');

interface MollieSdk {
  readonly SignatureValidator: { validate(body: string, secret: string, header: string): Promise<boolean> };
}
const { SignatureValidator } = jest.requireActual<MollieSdk>('mollie-api-typescript/utils/webhooks/signature_validator.js');

interface BraintreeGateway {
  readonly webhookNotification: { parse(signature: string, payload: string): Promise<{ kind: string; transaction: { id: string; amount: string } }> };
}
const braintreeSdk = jest.requireActual<{ BraintreeGateway: new (config: object) => BraintreeGateway; Environment: { Sandbox: object } }>('braintree');

const SCHEMES: Readonly<Record<string, Scheme>> = {
  'standard-webhooks': {
    secret: TEXT_KEY,
    accepts: (request, secret) => new Webhook(secret).verify(text(request), { ...request.headers }),
  },
  'stripe': {
    secret: `whsec_${TEXT_KEY}`,
    accepts: (request, secret) => new Stripe('made_up').webhooks.constructEvent(text(request), request.headers['stripe-signature'], secret),
  },
  'adyen': {
    secret: HEX_KEY,
    accepts: (request, secret) => {
      const { notificationItems } = JSON.parse(text(request)) as { notificationItems: { NotificationRequestItem: never }[] };
      return notificationItems.every((item) => new HmacValidator().validateHMAC(item.NotificationRequestItem, secret));
    },
  },
  'paypal': {
    secret: '',
    options: OPTIONS,
    accepts: ({ headers, body }) => {
      const signed = [headers['paypal-transmission-id'], headers['paypal-transmission-time'], OPTIONS.webhookId, crc32(body)].join('|');
      const signature = Buffer.from(headers['paypal-transmission-sig'], 'base64');
      return verifySignature('sha256', Buffer.from(signed), new X509Certificate(DEMO_CERTIFICATE).publicKey, signature);
    },
  },
  'square': {
    secret: TEXT_KEY,
    options: OPTIONS,
    accepts: (request, signatureKey) => WebhooksHelper.verifySignature({
      requestBody: text(request), signatureHeader: request.headers['x-square-hmacsha256-signature'], signatureKey, notificationUrl: OPTIONS.notificationUrl,
    }),
  },
  'shopify': {
    secret: TEXT_KEY,
    accepts: async (request, apiSecretKey) => {
      const { webhooks } = shopifyApi({ apiSecretKey, apiKey: 'made-up', hostName: 'example.com', apiVersion: ApiVersion.July25, isEmbeddedApp: false, logger: { log: () => undefined } });
      const { valid } = await webhooks.validate({ rawBody: text(request), rawRequest: { headers: request.headers }, rawResponse: {} });
      return valid;
    },
  },
  'razorpay': {
    secret: TEXT_KEY,
    accepts: (request, secret) => Razorpay.validateWebhookSignature(text(request), request.headers['x-razorpay-signature'], secret),
  },
  'mollie': {
    secret: TEXT_KEY,
    accepts: (request, secret) => SignatureValidator.validate(text(request), secret, request.headers['x-mollie-signature']),
  },
  'paddle': {
    secret: TEXT_KEY,
    accepts: (request, secret) => {
      new Paddle('made-up');
      return new Webhooks().isSignatureValid(text(request), secret, request.headers['paddle-signature']);
    },
  },
  'braintree': {
    secret: TEXT_KEY,
    options: OPTIONS,
    accepts: async (request, privateKey) => {
      const form = new URLSearchParams(text(request));
      const gateway = new braintreeSdk.BraintreeGateway({
        environment: braintreeSdk.Environment.Sandbox, merchantId: 'made_up', publicKey: OPTIONS.publicKey, privateKey,
      });
      const { kind, transaction } = await gateway.webhookNotification.parse(form.get('bt_signature')!, form.get('bt_payload')!);
      return kind === 'transaction_settled' && transaction.id !== '' && Number(transaction.amount) > 0;
    },
  },
  'checkout-com': {
    secret: TEXT_KEY,
    accepts: ({ headers, body }, secret) => headers['cko-signature'] === createHmac('sha256', secret).update(body).digest('hex'),
  },
  'paystack': {
    secret: TEXT_KEY,
    accepts: ({ headers, body }, secret) => headers['x-paystack-signature'] === createHmac('sha512', secret).update(body).digest('hex'),
  },
  'github': {
    secret: TEXT_KEY,
    accepts: (request, secret) => {
      // It is an ES module only.
      const script = 'import { verify } from "@octokit/webhooks-methods"; console.log(await verify(...process.argv.slice(1)));';
      const values = [secret, text(request), request.headers['x-hub-signature-256']];
      return execFileSync(process.execPath, ['--input-type=module', '-e', script, ...values], { encoding: 'utf8' }) === 'true\n';
    },
  },
};

test('there is a scheme for every provider but the configurable one', () => {
  expect([...Object.keys(SCHEMES), 'hmac'].sort()).toEqual(DEMO_PROVIDERS.map(({ kind }) => kind).sort());
});

describe.each(Object.entries(SCHEMES))('%s', (kind, { secret, options = {}, accepts }) => {
  const { write, sign } = demoProviderOf(kind);
  const isAccepted = async (request: SignedRequest, key = secret) => {
    try {
      return Boolean(await accepts(request, key));
    } catch {
      return false;
    }
  };
  const signed = (index: number) => {
    const now = Date.now();
    const { body } = write(sampleTransaction(index), now, options);
    return sign(Buffer.from(body), secret, now, options);
  };

  test.each([0, 7, 8])('sample %i is accepted by its own library', async (index) => {
    expect(await isAccepted(signed(index))).toBe(true);
  });

  test('what is signed with another key or for another body is not', async () => {
    const request = signed(0);
    const other = secret === HEX_KEY ? HEX_KEY.replace('0', '1') : TEXT_KEY.replace('0', '1');
    if (secret !== '') expect(await isAccepted(request, other)).toBe(false);
    const at = kind === 'adyen' ? request.body.indexOf('"value":1') + '"value":'.length : request.body.length - 12;
    const changed = Buffer.from(request.body);
    changed[at] = changed[at] === 0x35 ? 0x36 : 0x35;
    expect(await isAccepted({ ...request, body: changed })).toBe(false);
  });
});
