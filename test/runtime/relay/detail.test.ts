import fc from 'fast-check';
import { itemOf } from '../../../runtime/aws/store';
import { publicationOf } from '../../../runtime/relay/detail';
import { parseJson } from '../../../runtime/transaction/json';
import { conflictOf } from '../../../runtime/transaction/row';
import { imageWith, rowWith } from '../rows';

const KIBIBYTE = 1024;
const published = (options: Parameters<typeof imageWith>[0]) => publicationOf(imageWith(options))!;
const detailOf = (options: Parameters<typeof imageWith>[0]) => JSON.parse(published(options).detail) as Record<string, unknown>;

describe('what a stored transaction says on the bus', () => {
  test('everything a subscriber needs, under the names of the contract', () => {
    expect(detailOf({ amount: '1500.50', metadata: { order: 'A-1' } })).toEqual({
      transaction_id: 'pi_1',
      reference: 'pi_1',
      key: { transaction_id: 'stripe#pi_1', event_id: 'evt_1' },
      provider: 'stripe',
      endpoint: 'stripe',
      event_type: 'payment_intent.succeeded',
      amount: 1500.5,
      amount_text: '1500.50',
      currency: 'USD',
      tier: 'medium',
      customer_id: 'cus_1',
      occurred_at: '2025-10-09T08:53:00.000Z',
      received_at: '2025-10-09T08:53:20.000Z',
      received_epoch_s: 1_760_000_000,
      metadata: { order: 'A-1' },
    });
  });

  test('its time is that of arrival, and its trace that of the webhook', () => {
    expect(published({ trace: 'Root=1-a-b' })).toMatchObject({ detailType: 'Transaction Created', time: new Date('2025-10-09T08:53:20.000Z'), trace: 'Root=1-a-b' });
  });

  test('never the payload or the fingerprint', () => {
    expect(Object.keys(detailOf({}))).not.toEqual(expect.arrayContaining(['payload']));
    expect(published({ fingerprint: 'f'.repeat(64) }).detail).not.toContain('ffffffff');
  });

  test('an unknown customer is null, not absent', () => {
    expect(detailOf({ customerId: null }).customer_id).toBeNull();
  });

  test('numbers in metadata keep their digits', () => {
    const metadata = parseJson(Buffer.from('{"big":12345678901234567890,"list":[1,{"deep":0.30}]}')) as Record<string, never>;
    expect(published({ metadata }).detail).toContain('"metadata":{"big":12345678901234567890,"list":[1,{"deep":0.30}]}');
  });
});

describe('what kind of event it is', () => {
  test('no money moved: Webhook Received, without a tier', () => {
    expect(published({ moneyMoved: false }).detailType).toBe('Webhook Received');
    expect(detailOf({ moneyMoved: false })).not.toHaveProperty('tier');
  });

  test('no amount: null as text, and no number', () => {
    const detail = detailOf({ amount: null });
    expect(detail).toMatchObject({ amount_text: null, currency: null });
    expect(detail).not.toHaveProperty('amount');
  });

  test('a conflict names the row it conflicts with', () => {
    const publication = publicationOf(itemOf(conflictOf(rowWith())))!;
    expect(publication.detailType).toBe('Transaction Conflict');
    expect(JSON.parse(publication.detail)).toMatchObject({ conflicts_with: { transaction_id: 'stripe#pi_1', event_id: 'evt_1' } });
  });

  test.each(['tombstone', 'archive-intent', 'something-new'])('a %s says nothing', (record) => {
    expect(publicationOf({ ...imageWith(), record: { S: record } })).toBeUndefined();
  });
});

describe('money on the bus', () => {
  test('a number is there only when it reads back as the very amount of the text', () => {
    fc.assert(fc.property(fc.bigInt({ min: 1n, max: 10n ** 20n }), (minor) => {
      const digits = String(minor).padStart(3, '0');
      const text = `${digits.slice(0, -2)}.${digits.slice(-2)}`;
      const detail = detailOf({ amount: text });
      expect(detail.amount_text).toBe(text);
      if ('amount' in detail) expect((detail.amount as number).toFixed(2)).toBe(text);
      else expect(digits.length).toBeGreaterThan(15);
    }));
  });

  test.each([['500.00', 500], ['6000000000', 6_000_000_000], ['0.05', 0.05], ['99999999999999999.99', undefined], ['90071992547409930', undefined]])(
    '%s as a number is %p', (amount, expected) => {
      expect(detailOf({ amount })).toMatchObject({ amount_text: amount });
      expect(detailOf({ amount }).amount).toBe(expected);
    });
});

describe('metadata that is too large for a workflow', () => {
  const overhead = Buffer.byteLength(published({ metadata: { pad: '' } }).detail);
  /** Metadata that makes the detail this many bytes long; some of its characters have two. */
  const filling = (bytes: number) => ({ pad: 'ä'.repeat(1000) + 'x'.repeat(bytes - overhead - 2000) });

  test('travels up to 200 KiB', () => {
    const { detail } = published({ metadata: filling(200 * KIBIBYTE) });
    expect(Buffer.byteLength(detail)).toBe(200 * KIBIBYTE);
    expect(detail).not.toContain('metadata_omitted');
  });

  test('beyond that stays in the row, and the event says so', () => {
    const publication = published({ metadata: filling(200 * KIBIBYTE + 1) });
    expect(JSON.parse(publication.detail)).toMatchObject({ metadata: {}, metadata_omitted: true, amount_text: '10.99', tier: 'low' });
    expect(Buffer.byteLength(publication.detail)).toBeLessThan(2 * KIBIBYTE);
  });
});
