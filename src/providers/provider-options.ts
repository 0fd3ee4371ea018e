import { aws_secretsmanager as secretsmanager } from 'aws-cdk-lib';

/** Options every webhook endpoint has. */
export interface WebhookEndpointOptions {
  /**
   * Name of the endpoint: last part of its path, `/webhook/<name>`, and scope of its
   * transaction ids. Give two accounts of one provider two names.
   *
   * @default - the provider's own name, e.g. `stripe`
   */
  readonly name?: string;

  /**
   * Ranges of addresses the endpoint may be called from, e.g. those the provider publishes; everybody else is answered
   * with 403. Providers change their addresses: prefer signatures alone unless you follow their announcements.
   *
   * @default - every address
   */
  readonly allowedCidrs?: string[];
}

/** Options of providers that sign with a secret. */
export interface WebhookProviderOptions extends WebhookEndpointOptions {
  /**
   * Signing secret: plain text, or a JSON list of several that are live at once.
   * The version before the last rotation stays valid until the next.
   *
   * @default - a new secret with a random value, to be shared with the sender, or to be
   * replaced by the one the provider issues; until then every webhook is refused
   */
  readonly secret?: secretsmanager.ISecret;
}

/** Options of a sender that follows Standard Webhooks. */
export interface StandardWebhooksOptions extends WebhookProviderOptions {}

/** Options of Stripe. */
export interface StripeOptions extends WebhookProviderOptions {}

/** Options of Adyen. */
export interface AdyenOptions extends WebhookProviderOptions {
  /**
   * Which of the provider's money events count. With manual capture a sale raises
   * `AUTHORISATION` and `CAPTURE`, and a booked transfer raises `balancePlatform.transfer.updated`
   * and `balancePlatform.transaction.created`: name one of them, or it counts twice.
   *
   * @default - all that the adapter knows
   */
  readonly moneyEvents?: string[];
}

/** Options of PayPal, which signs with a certificate instead of a secret. */
export interface PayPalOptions extends WebhookEndpointOptions {
  /** Id of the webhook, as PayPal's dashboard shows it; part of what is signed. */
  readonly webhookId: string;

  /**
   * Whether the webhook belongs to the sandbox.
   *
   * @default false
   */
  readonly sandbox?: boolean;

  /**
   * Certificates, in PEM, that the one PayPal signs with has to lead to: only needed where it comes without those in between.
   * There is room for one or two.
   *
   * @default - the roots that Node.js trusts
   */
  readonly trustedRoots?: string[];
}

/** Options of Square. */
export interface SquareOptions extends WebhookProviderOptions {
  /**
   * The notification URL exactly as registered at Square, to the byte; part of what is signed.
   *
   * @default - the endpoint's own URL, `https://<api>.execute-api.<region>.amazonaws.com/prod/webhook/<name>`
   */
  readonly notificationUrl?: string;
}

/** Which of Shopify's events stand for money; counting both would count every sale twice. */
export enum ShopifyMoney {
  /** `order_transactions/create`: every sale, capture and refund by itself. */
  TRANSACTIONS = 'transactions',
  /** `orders/paid` and `refunds/create`. */
  ORDERS = 'orders',
}

/** Options of Shopify. */
export interface ShopifyOptions extends WebhookProviderOptions {
  /**
   * Which events move money.
   *
   * @default ShopifyMoney.TRANSACTIONS
   */
  readonly money?: ShopifyMoney;
}

/** Options of Razorpay. */
export interface RazorpayOptions extends WebhookProviderOptions {}

/** Options of Mollie. */
export interface MollieOptions extends WebhookProviderOptions {
  /**
   * Whether to take classic webhooks as well. They carry an id and no signature: such a
   * request is stored as a hint to be fetched, and never moves money by itself.
   *
   * @default false
   */
  readonly classic?: boolean;

  /**
   * Which of the provider's money events count. For example `payment.paid`.
   *
   * @default - all that the adapter knows
   */
  readonly moneyEvents?: string[];
}

/** Options of Paddle. */
export interface PaddleOptions extends WebhookProviderOptions {}

/** Options of Braintree. */
export interface BraintreeOptions extends WebhookProviderOptions {
  /** Public key of the API key pair whose private key is the secret. */
  readonly publicKey: string;

  /**
   * Public key of the pair that was replaced, while its private key is still live.
   *
   * @default - none
   */
  readonly previousPublicKey?: string;

  /**
   * Currency of notifications that name none, ISO 4217.
   *
   * @default - such an amount has to be fetched
   */
  readonly defaultCurrency?: string;

  /**
   * Which of the provider's money events count. A sale raises `transaction_settled` and
   * `transaction_disbursed`: name one of them, or it counts twice.
   *
   * @default - all that the adapter knows
   */
  readonly moneyEvents?: string[];
}

/** Options of Checkout.com. */
export interface CheckoutComOptions extends WebhookProviderOptions {}

/** Options of Paystack. */
export interface PaystackOptions extends WebhookProviderOptions {}

/** Options of GitHub. */
export interface GitHubOptions extends WebhookProviderOptions {}
