import type { ProviderAdapter } from './adapter';
import { adyen } from './adyen';
import { braintree } from './braintree';
import { checkoutCom } from './checkout-com';
import { github } from './github';
import { hmac } from './hmac';
import { mollie } from './mollie';
import { paddle } from './paddle';
import { paypal } from './paypal';
import { paystack } from './paystack';
import { razorpay } from './razorpay';
import { shopify } from './shopify';
import { square } from './square';
import { standardWebhooks } from './standard-webhooks';
import { stripe } from './stripe';

/** Every provider that can be configured. */
export const ADAPTERS: readonly ProviderAdapter[] = [
  standardWebhooks, stripe, adyen, paypal, square, shopify, razorpay, mollie, paddle, braintree, checkoutCom, paystack, github, hmac,
];

export function adapterOf(kind: string): ProviderAdapter {
  const adapter = ADAPTERS.find((candidate) => candidate.kind === kind);
  if (!adapter) throw new Error(`There is no adapter of the kind ${kind}`);
  return adapter;
}
