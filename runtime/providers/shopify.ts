import { Decimal, formatDecimal, parseDecimal } from '../transaction/decimal';
import { isObject, Json, JsonObject, member, printJson, textAt } from '../transaction/json';
import type { AdapterOptions, MappedEvent, ProviderAdapter, WebhookRequest } from './adapter';
import { singleHeader } from './adapter';
import { digestOf, idAt, majorMoney, Money, moneyFields, objectBody, present, sourceAt, timeOf, UNKNOWN_TYPE } from './mapping';
import { verifyRawBody } from './raw-body-hmac';
import { malformed } from './rejection';

/** Options of a Shopify endpoint. */
export interface ShopifyOptions {
  /**
   * Which topics count as money; both together would count each sale twice.
   * `transactions`: successful sales, captures and refunds of `order_transactions/create`.
   * `orders`: `orders/paid` and `refunds/create`.
   * @default 'transactions'
   */
  readonly money?: 'transactions' | 'orders';
}

const TRANSACTION_TOPIC = 'order_transactions/create';
const MONEY_KINDS = ['sale', 'capture', 'refund'];

/** What the body is, by the body alone: the topic is a header nobody signed. */
type Shape = 'transaction' | 'refund' | 'order' | 'other';

function shapeOf(body: JsonObject): Shape {
  const has = (...fields: string[]) => fields.every((field) => sourceAt(body, field) !== undefined);
  if (has('order_id', 'kind', 'status', 'amount')) return 'transaction';
  if (has('order_id') && Array.isArray(member(body, 'transactions'))) return 'refund';
  return has('total_price') ? 'order' : 'other';
}

function map(request: WebhookRequest, options: AdapterOptions): readonly MappedEvent[] {
  const body = objectBody(request);
  const shape = shapeOf(body);
  const digest = digestOf(request);
  const header = (name: string) => singleHeader(request, `x-shopify-${name}`, `shopify-${name}`) || undefined;
  // Only one topic sends transactions, so theirs needs no header.
  const type = shape === 'transaction' ? TRANSACTION_TOPIC : header('topic') ?? UNKNOWN_TYPE;
  const moved = movesMoney(shape, type, body, countsOrders(options));
  const id = idAt(body, 'id');
  if (moved && !id) throw malformed(`a ${type} event has an id`);
  return [{
    ...identity(shape, type, body, moved, digest),
    event: {
      transaction_id: id ?? digest,
      event_id: header('event-id') ?? header('webhook-id') ?? digest,
      event_type: type,
      ...moneyFields(moved, () => moneyOf(shape, body)),
      provider: 'shopify',
      customer_id: idAt(body, 'customer', 'id') ?? null,
      occurred_at: timeOf(request, textAt(body, 'processed_at'), textAt(body, 'created_at')),
      metadata: present({
        shop: header('shop-domain'),
        order_id: idAt(body, 'order_id'),
        order_name: member(body, 'name'),
        kind: member(body, 'kind'),
        status: member(body, 'status'),
        financial_status: member(body, 'financial_status'),
        gateway: member(body, 'gateway'),
        payment_id: member(body, 'payment_id'),
        parent_id: idAt(body, 'parent_id'),
        test: member(body, 'test'),
      }),
      needs_fetch: false,
    },
  }];
}

function countsOrders({ money = 'transactions' }: AdapterOptions): boolean {
  if (money !== 'transactions' && money !== 'orders') throw new Error('The Shopify option money is "transactions" or "orders"');
  return money === 'orders';
}

function movesMoney(shape: Shape, type: string, body: JsonObject, orders: boolean): boolean {
  if (!orders) return shape === 'transaction' && textAt(body, 'status') === 'success' && MONEY_KINDS.includes(textAt(body, 'kind')!);
  if (shape === 'refund') return type === 'refunds/create' && refundTransactions(body).length > 0;
  return shape === 'order' && type === 'orders/paid' && textAt(body, 'financial_status') === 'paid';
}

/**
 * Replayed under another topic or id, money stays the same row. The rest is told apart by topic too,
 * since Shopify sends the same bytes as `orders/create` and `orders/paid`.
 */
function identity(shape: Shape, type: string, body: JsonObject, moved: boolean, digest: string): Pick<MappedEvent, 'key' | 'content'> {
  if (shape === 'transaction') return { key: [type, textAt(body, 'kind'), textAt(body, 'status')].join(':') };
  if (!moved) return { key: `${type}:${digest}` };
  const money = moneyOf(shape, body);
  return { key: type, content: printJson([type, money?.amount, money?.currency]) };
}

function moneyOf(shape: Shape, body: JsonObject): Money | undefined {
  const currency = textAt(body, 'currency');
  if (shape === 'transaction') return majorMoney(sourceAt(body, 'amount'), currency);
  return shape === 'refund' ? refunded(body) : majorMoney(sourceAt(body, 'total_price'), currency);
}

function refundTransactions(body: JsonObject): readonly Json[] {
  const all = member(body, 'transactions') as readonly Json[];
  return all.filter((one) => isObject(one) && textAt(one, 'kind') === 'refund' && textAt(one, 'status') === 'success');
}

/** A refund may go back to several cards: their sum, as long as it is of one currency. */
function refunded(body: JsonObject): Money | undefined {
  const parts = refundTransactions(body).map((one) => majorMoney(sourceAt(one, 'amount'), textAt(one, 'currency')));
  const [first] = parts;
  if (!first || parts.some((part) => part?.currency !== first.currency)) return undefined;
  const sum = parts.map((part) => parseDecimal(part!.amount)).reduce(plus);
  return { amount: formatDecimal(sum), currency: first.currency };
}

function plus(a: Decimal, b: Decimal): Decimal {
  const scale = Math.max(a.scale, b.scale);
  const [left, right] = [a, b].map((value) => value.units * 10n ** BigInt(scale - value.scale));
  return { units: left + right, scale };
}

/**
 * Shopify orders and their transactions, signed with the app's client secret as text.
 * @see https://shopify.dev/docs/apps/build/webhooks/subscribe/https
 */
export const shopify: ProviderAdapter = {
  kind: 'shopify',
  description: {
    title: 'Shopify',
    signatureHeader: 'X-Shopify-Hmac-Sha256',
    algorithm: 'HMAC-SHA256 of the body, base64',
    contentTypes: ['application/json'],
    batch: false,
    retryHorizonDays: 2,
    unconfirmed: ['That an order_transactions/create webhook is sent once for each state of a transaction.'],
  },
  verify: (request, credentials) => {
    // Newer subscriptions name their headers without "X-".
    const header = request.headers.has('x-shopify-hmac-sha256') ? 'x-shopify-hmac-sha256' : 'shopify-hmac-sha256';
    return verifyRawBody({ header, algorithm: 'sha256', encoding: 'base64' }, request, credentials);
  },
  map,
};
