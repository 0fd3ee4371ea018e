/** Headers in which providers send signatures, tokens and passwords; they stay out of every log. */
export const SIGNATURE_HEADERS = [
  'authorization', 'cko-signature', 'event-signature', 'hmacsignature', 'paddle-signature', 'paypal-transmission-sig', 'shopify-hmac-sha256',
  'stripe-signature', 'svix-signature', 'webhook-signature', 'x-hub-signature', 'x-hub-signature-256', 'x-mollie-signature', 'x-paystack-signature',
  'x-razorpay-signature', 'x-shopify-hmac-sha256', 'x-square-hmacsha256-signature', 'x-square-signature',
];
