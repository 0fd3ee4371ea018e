import { aws_secretsmanager as secretsmanager, RemovalPolicy } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { check } from '../validate';

/** Options every provider has. */
export interface WebhookProviderOptions {
  /**
   * Name of the endpoint: last part of its path, `/webhook/<name>`, and scope of its
   * transaction ids. Give two accounts of one provider two names.
   *
   * @default - the provider's own name, e.g. `stripe`
   */
  readonly name?: string;

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

/** A payment provider whose webhooks are received. Every request must carry its signature; there is no endpoint without one. */
export class WebhookProvider {
  /**
   * Any sender that signs by the Standard Webhooks scheme (`webhook-id`,
   * `webhook-timestamp`, `webhook-signature`, or the `svix-` headers). The body is a
   * transaction (`transaction_id`, `amount`, `currency`, `provider`, `customer_id`,
   * `metadata`) or the scheme's envelope (`type`, `timestamp`, `data`).
   *
   * The secret is 24 to 64 bytes in base64, with or without the prefix `whsec_`.
   *
   * @see https://www.standardwebhooks.com
   */
  public static standardWebhooks(options: StandardWebhooksOptions = {}): WebhookProvider {
    return new WebhookProvider('standard-webhooks', options);
  }

  /**
   * Stripe events. The secret is the endpoint's signing secret, `whsec_…`, which Stripe
   * shows once the endpoint's URL is registered.
   *
   * @see https://docs.stripe.com/webhooks
   */
  public static stripe(options: StripeOptions = {}): WebhookProvider {
    return new WebhookProvider('stripe', options);
  }

  /** Last part of the path of its endpoint. */
  public readonly name: string;

  private constructor(private readonly kind: string, private readonly options: WebhookProviderOptions) {
    this.name = options.name ?? kind;
    check(/^[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?$/.test(this.name), 'providers.name', this.name, 'use 1 to 64 lower-case letters, digits and inner hyphens');
  }

  /** @internal */
  public _bind(scope: Construct, removalPolicy: RemovalPolicy): BoundProvider {
    const secret = this.options.secret ?? new secretsmanager.Secret(scope, `${pascalCase(this.name)}Secret`, {
      description: `Signing secret of the webhook endpoint ${this.name}`,
      // 44 alphanumeric characters are also valid base64 of 33 bytes.
      generateSecretString: { passwordLength: 44, excludePunctuation: true },
      removalPolicy,
    });
    return { name: this.name, kind: this.kind, secret };
  }
}

/** @internal */
export interface BoundProvider {
  readonly name: string;
  readonly kind: string;
  readonly secret: secretsmanager.ISecret;
}

function pascalCase(name: string): string {
  return name.split('-').map((word) => word[0].toUpperCase() + word.slice(1)).join('');
}
