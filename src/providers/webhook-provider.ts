import { Annotations, aws_kms as kms, aws_secretsmanager as secretsmanager, RemovalPolicy } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { MONEY_EVENTS } from '../contract';
import { check, checkCurrency, refuseToken } from '../validate';
import { adapterOptionsOf, checkHmacOptions, HmacOptions, KeyEncoding } from './hmac-options';
import {
  AdyenOptions, BraintreeOptions, CheckoutComOptions, GitHubOptions, MollieOptions, PaddleOptions, PayPalOptions, PaystackOptions, RazorpayOptions,
  ShopifyMoney, ShopifyOptions, SquareOptions, StandardWebhooksOptions, StripeOptions, WebhookEndpointOptions, WebhookProviderOptions,
} from './provider-options';

/**
 * A payment provider whose webhooks are received. Every request must carry its signature; the one exception,
 * Mollie's classic hints, has to be asked for and raises a warning.
 */
export class WebhookProvider {
  /**
   * Any sender that signs by the Standard Webhooks scheme (`webhook-id`,
   * `webhook-timestamp`, `webhook-signature`, or the `svix-` headers). The body is a
   * transaction (`transaction_id`, `amount`, `currency`, `provider`, `customer_id`,
   * `metadata`) or the scheme's envelope (`type`, `timestamp`, `data`).
   *
   * The secret is 24 to 64 bytes in base64, with or without the prefix `whsec_`, or a
   * public key with the prefix `whpk_`.
   *
   * @see https://www.standardwebhooks.com
   */
  public static standardWebhooks(options: StandardWebhooksOptions = {}): WebhookProvider {
    return new WebhookProvider('standard-webhooks', options, { secret: secretOf(options) });
  }

  /**
   * Stripe events. The secret is the endpoint's signing secret, `whsec_…`, which Stripe
   * shows once the endpoint's URL is registered.
   *
   * @see https://docs.stripe.com/webhooks
   */
  public static stripe(options: StripeOptions = {}): WebhookProvider {
    return new WebhookProvider('stripe', options, { secret: secretOf(options) });
  }

  /**
   * Adyen payment webhooks, and platform and management webhooks. The secret is the HMAC
   * key, in hex.
   *
   * @see https://docs.adyen.com/development-resources/webhooks/secure-webhooks/verify-hmac-signatures
   */
  public static adyen(options: AdyenOptions = {}): WebhookProvider {
    checkMoneyEvents('adyen', options.moneyEvents);
    return new WebhookProvider('adyen', options, {
      secret: secretOf(options, HEX_KEY),
      adapterOptions: () => ({ moneyEvents: options.moneyEvents }),
    });
  }

  /**
   * PayPal REST webhooks, verified by PayPal's certificate. It is fetched from PayPal's own
   * hosts only.
   *
   * @see https://developer.paypal.com/api/rest/webhooks/rest/
   */
  public static payPal(options: PayPalOptions): WebhookProvider {
    check(/^[A-Z0-9_]{6,40}$/i.test(options.webhookId), 'WebhookProvider.payPal webhookId', options.webhookId, 'use the id PayPal shows for the webhook');
    const { trustedRoots } = options;
    check(trustedRoots === undefined || trustedRoots.length > 0, 'WebhookProvider.payPal trustedRoots', trustedRoots, 'name one at least, or leave it out');
    for (const root of trustedRoots ?? []) {
      check(/^-----BEGIN CERTIFICATE-----\s[^-]+-----END CERTIFICATE-----\s*$/.test(root), 'WebhookProvider.payPal trustedRoots', root, 'use one certificate in PEM for each');
    }
    return new WebhookProvider('paypal', options, {
      adapterOptions: () => ({ webhookId: options.webhookId, sandbox: options.sandbox ?? false, trustedRoots }),
    });
  }

  /**
   * Square events. The secret is the subscription's signature key.
   *
   * @see https://developer.squareup.com/docs/webhooks/step3validate
   */
  public static square(options: SquareOptions = {}): WebhookProvider {
    return new WebhookProvider('square', options, {
      secret: secretOf(options),
      adapterOptions: (url) => ({ notificationUrl: options.notificationUrl ?? url }),
    });
  }

  /**
   * Shopify webhooks. The secret is the app's client secret.
   *
   * @see https://shopify.dev/docs/apps/build/webhooks/subscribe/https
   */
  public static shopify(options: ShopifyOptions = {}): WebhookProvider {
    return new WebhookProvider('shopify', options, {
      secret: secretOf(options),
      adapterOptions: () => ({ money: options.money ?? ShopifyMoney.TRANSACTIONS }),
    });
  }

  /**
   * Razorpay events. The secret is the webhook's own, not the API secret.
   *
   * @see https://razorpay.com/docs/webhooks/validate-test/
   */
  public static razorpay(options: RazorpayOptions = {}): WebhookProvider {
    return new WebhookProvider('razorpay', options, { secret: secretOf(options) });
  }

  /**
   * Mollie webhooks. The secret is the subscription's signing secret.
   *
   * @see https://docs.mollie.com/reference/webhooks-new
   */
  public static mollie(options: MollieOptions = {}): WebhookProvider {
    checkMoneyEvents('mollie', options.moneyEvents);
    return new WebhookProvider('mollie', options, {
      secret: secretOf(options),
      adapterOptions: () => ({ classic: options.classic ?? false, moneyEvents: options.moneyEvents }),
      warning: options.classic
        ? { id: 'mollieClassic', text: 'takes classic Mollie webhooks, which nobody signs: anybody can send one. They are hints to be fetched and move no money.' }
        : undefined,
    });
  }

  /**
   * Paddle Billing notifications. The secret is the notification destination's.
   *
   * @see https://developer.paddle.com/webhooks/signature-verification
   */
  public static paddle(options: PaddleOptions = {}): WebhookProvider {
    return new WebhookProvider('paddle', options, { secret: secretOf(options) });
  }

  /**
   * Braintree notifications. The secret is the private API key.
   *
   * @see https://developer.paypal.com/braintree/docs/guides/webhooks/overview
   */
  public static braintree(options: BraintreeOptions): WebhookProvider {
    const { publicKey, previousPublicKey, defaultCurrency, moneyEvents } = options;
    for (const [option, key] of Object.entries({ publicKey, previousPublicKey })) {
      check(key === undefined || /^\w{1,64}$/.test(key), `WebhookProvider.braintree ${option}`, key, 'use the public key of the API key pair');
    }
    checkMoneyEvents('braintree', moneyEvents);
    const keys = [publicKey, previousPublicKey].filter((key) => key !== undefined);
    if (defaultCurrency !== undefined) checkCurrency('WebhookProvider.braintree defaultCurrency', defaultCurrency);
    return new WebhookProvider('braintree', options, {
      secret: secretOf(options),
      adapterOptions: () => ({ publicKey: keys, defaultCurrency, moneyEvents }),
      answersGet: true,
    });
  }

  /**
   * Checkout.com events. The secret is the workflow's signature key.
   *
   * @see https://www.checkout.com/docs/developer-resources/webhooks
   */
  public static checkoutCom(options: CheckoutComOptions = {}): WebhookProvider {
    return new WebhookProvider('checkout-com', options, { secret: secretOf(options) });
  }

  /**
   * Paystack events. The secret is the account's API secret key, `sk_…`.
   *
   * @see https://paystack.com/docs/payments/webhooks/
   */
  public static paystack(options: PaystackOptions = {}): WebhookProvider {
    return new WebhookProvider('paystack', options, { secret: secretOf(options) });
  }

  /**
   * GitHub events. They move no money: each is stored and published as `Webhook Received`.
   *
   * @see https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries
   */
  public static gitHub(options: GitHubOptions = {}): WebhookProvider {
    return new WebhookProvider('github', options, { secret: secretOf(options) });
  }

  /**
   * Any other sender whose webhooks carry an HMAC in a header.
   *
   * @example
   * WebhookProvider.hmac({
   *   name: 'acme',
   *   header: 'x-acme-signature',
   *   timestampHeader: 'x-acme-timestamp',
   *   signedText: '{timestamp}.{body}',
   *   mapping: {
   *     transactionId: 'data.id',
   *     eventId: 'id',
   *     eventType: 'type',
   *     moneyTypes: ['payment.settled'],
   *     amount: 'data.amount',
   *     amountUnit: AmountUnit.MINOR,
   *     currency: 'data.currency',
   *   },
   * });
   */
  public static hmac(options: HmacOptions): WebhookProvider {
    checkHmacOptions(options);
    return new WebhookProvider('hmac', options, {
      secret: secretOf(options, options.keyEncoding === KeyEncoding.HEX ? HEX_KEY : ALPHANUMERIC_KEY),
      adapterOptions: (url) => adapterOptionsOf(options, url),
    });
  }

  /** Last part of the path of its endpoint. */
  public readonly name: string;
  /** Ranges of addresses it may be called from; every address without any. */
  public readonly allowedCidrs?: string[];

  /**
   * Which adapter it is.
   *
   * @internal
   */
  public readonly _kind: string;

  private constructor(kind: string, options: WebhookEndpointOptions, private readonly recipe: Recipe) {
    this._kind = kind;
    this.name = options.name ?? kind;
    this.allowedCidrs = options.allowedCidrs;
    refuseToken('providers.name', this.name);
    check(
      this.name.length <= 64 && /^[a-z0-9]+(?:-[a-z0-9]+)*$/.test(this.name), 'providers.name', this.name,
      'use up to 64 lower-case letters and digits, with single hyphens between them',
    );
  }

  /** @internal */
  public _bind(scope: Construct, binding: ProviderBinding): BoundProvider {
    const { secret, adapterOptions, answersGet = false, warning } = this.recipe;
    if (warning) Annotations.of(scope).addWarningV2(`cdk-webhook-processing:${warning.id}`, `The endpoint ${this.name} ${warning.text}`);
    return {
      name: this.name,
      kind: this._kind,
      secret: secret && (secret.given ?? this.generate(scope, secret.generate, binding)),
      options: adapterOptions?.(`${binding.baseUrl}/webhook/${this.name}`),
      answersGet,
    };
  }

  private generate(scope: Construct, generate: secretsmanager.SecretStringGenerator, binding: ProviderBinding): secretsmanager.ISecret {
    return new secretsmanager.Secret(scope, `${pascalCase(this.name)}Secret`, {
      description: `Signing secret of the webhook endpoint ${this.name}`,
      generateSecretString: generate,
      encryptionKey: binding.encryptionKey,
      removalPolicy: binding.removalPolicy,
    });
  }
}

/** @internal */
export interface ProviderBinding {
  readonly removalPolicy: RemovalPolicy;
  readonly encryptionKey?: kms.IKey;
  /** URL of the stage. */
  readonly baseUrl: string;
}

/** @internal */
export interface BoundProvider {
  readonly name: string;
  readonly kind: string;
  readonly secret?: secretsmanager.ISecret;
  readonly options?: { [option: string]: unknown };
  /** Whether the provider checks the endpoint by a GET. */
  readonly answersGet: boolean;
}

/** What a factory decides for its provider. */
interface Recipe {
  /** Absent for providers that sign with a certificate. */
  readonly secret?: SecretChoice;
  /** What the adapter reads at run time. */
  readonly adapterOptions?: (url: string) => { [option: string]: unknown };
  readonly answersGet?: boolean;
  /** What the owner of the endpoint should know. */
  readonly warning?: { readonly id: string; readonly text: string };
}

interface SecretChoice {
  readonly given?: secretsmanager.ISecret;
  readonly generate: secretsmanager.SecretStringGenerator;
}

/** 44 alphanumeric characters are also valid base64 of 33 bytes. */
const ALPHANUMERIC_KEY: secretsmanager.SecretStringGenerator = { passwordLength: 44, excludePunctuation: true };

const HEX_KEY: secretsmanager.SecretStringGenerator = {
  passwordLength: 64,
  excludePunctuation: true,
  excludeLowercase: true,
  excludeCharacters: 'GHIJKLMNOPQRSTUVWXYZ',
};

function secretOf({ secret }: WebhookProviderOptions, generate = ALPHANUMERIC_KEY): SecretChoice {
  return { given: secret, generate };
}

function checkMoneyEvents(kind: keyof typeof MONEY_EVENTS, chosen: string[] | undefined): void {
  const known: readonly string[] = MONEY_EVENTS[kind];
  const unknown = chosen?.find((type) => !known.includes(type));
  check(unknown === undefined, `WebhookProvider.${kind} moneyEvents`, unknown, `use some of ${known.join(', ')}`);
}

/** Different names give different ids: only a hyphen that a capital can stand for is dropped. */
function pascalCase(name: string): string {
  return name.replace(/(^|-)([a-z])/g, (_, __, letter: string) => letter.toUpperCase());
}
