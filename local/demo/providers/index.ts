import { adyen } from './adyen';
import { braintree } from './braintree';
import { checkoutCom } from './checkout-com';
import { github } from './github';
import { hmac } from './hmac';
import { mollie } from './mollie';
import { paddle } from './paddle';
import { paypal } from './paypal';
import { paystack } from './paystack';
import { DemoProvider } from './provider';
import { razorpay } from './razorpay';
import { shopify } from './shopify';
import { square } from './square';
import { standardWebhooks } from './standard-webhooks';
import { stripe } from './stripe';

/** Every provider an endpoint can be configured for. */
export const DEMO_PROVIDERS: readonly DemoProvider[] = [
  standardWebhooks, stripe, adyen, paypal, square, shopify, razorpay, mollie, paddle, braintree, checkoutCom, paystack, github, hmac,
];

export function demoProviderOf(kind: string): DemoProvider {
  const provider = DEMO_PROVIDERS.find((candidate) => candidate.kind === kind);
  if (!provider) throw new Error(`The local runner cannot sign for providers of the kind ${kind}`);
  return provider;
}
