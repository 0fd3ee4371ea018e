import * as fc from 'fast-check';
import { PriceName, PRICES } from '../../../src/capacity/aws-facts';
import { costLines, monthlyLines, totalOf } from '../../../src/capacity/cost';
import { costOf, dollars } from '../../../src/capacity/money';
import { SystemShape } from '../../../src/capacity/shape';
import { workOf } from '../../../src/capacity/work';
import { loadOf, SHAPE } from './system';

describe('money', () => {
  it('is exact where a double is not', () => {
    expect(costOf('apiRequests', 1_000_000n)).toBe(3_500_000n);
    // 0.1 + 0.2, ten million times over.
    expect(10_000_000n * (costOf('alarmMonths', 1n) + costOf('lambdaRequests', 1_000_000n))).toBe(3_000_000_000_000n);
    expect(costOf('lambdaGbSeconds', 75_000n)).toBe(1_000_005n);
  });

  it('is rounded once, halves up', () => {
    expect(costOf('apiRequests', 1n)).toBe(4n);
    expect(costOf('lambdaRequests', 2n)).toBe(0n);
    expect(costOf('lambdaRequests', 3n)).toBe(1n);
  });

  it.each([[0n, '0.00'], [4_999n, '0.00'], [5_000n, '0.01'], [3_500_000n, '3.50'], [1_234_567_890n, '1234.57']])('%d millionths are printed as %s', (micro, text) => {
    expect(dollars(micro)).toBe(text);
  });

  it('is printed with as many digits as are wanted', () => {
    expect([dollars(1_234_567n, 6), dollars(1_234_567n, 4), dollars(1_500_000n, 0)]).toEqual(['1.234567', '1.2346', '2']);
  });

  it.each(Object.keys(PRICES) as PriceName[])('of %s does not get less with more of it', (name) => {
    fc.assert(fc.property(fc.bigInt(0n, 10n ** 12n), fc.bigInt(0n, 10n ** 12n), (amount, more) => {
      expect(costOf(name, amount + more)).toBeGreaterThanOrEqual(costOf(name, amount));
    }), { numRuns: 20 });
  });
});

function lines(props: Parameters<typeof loadOf>[0] = {}, shape: Partial<SystemShape> = {}) {
  const load = loadOf(props);
  const whole = { ...SHAPE, ...shape };
  return Object.fromEntries(costLines(load, whole, workOf(load, whole)).map(({ component, micro }) => [component, micro]));
}

describe('a million webhooks', () => {
  it('cost what the components cost, added up exactly', () => {
    const load = loadOf();
    const all = costLines(load, SHAPE, workOf(load, SHAPE));
    const cents = all.map(({ micro }) => dollars(micro, 6)).reduce((sum, text) => sum + BigInt(text.replace('.', '')), 0n);
    expect(dollars(totalOf(all), 6).replace('.', '')).toBe(String(cents));
  });

  it('cost a request each at the gateway, and an event or two', () => {
    expect(lines()['API Gateway']).toBe(3_500_000n);
    expect(lines().EventBridge).toBe(2_000_000n);
    expect(lines({}, { screenedTiers: [] }).EventBridge).toBe(1_000_000n);
  });

  it('cost less with less in the logs', () => {
    const [all, events, errors] = (['ALL', 'EVENTS', 'ERRORS'] as const).map((workflowLogs) => lines({}, { workflowLogs })['Logs of the workflow']);
    expect(events * 4n).toBeLessThan(all);
    expect(errors).toBe(0n);
  });

  it('cost nothing for traces that nobody takes', () => {
    expect([lines()['X-Ray'], lines({}, { tracing: false })['X-Ray']]).toEqual([250_000n, 0n]);
  });

  it('cost by who is told of them', () => {
    const alerts = (...protocols: string[]) => lines({}, { listeners: protocols.map((protocol) => ({ protocol })) }).Alerts;
    const published = 105_000n;
    expect([alerts(), alerts('sqs', 'lambda')]).toEqual([published, published]);
    expect(alerts('email')).toBe(published + 4_200_000n);
    expect(alerts('sms')).toBe(published + 1_354_500_000n);
    expect(alerts('https', 'https')).toBe(published + 252_000n);
  });

  it('cost more time with less memory only where the work is computing', () => {
    const [small, large] = [512, 4096].map((memoryMb) => lines({}, { validator: { ...SHAPE.validator, memoryMb } }).Validator);
    expect(large).toBeGreaterThan(small);
  });

  it('need fewer calls of the relay when there are many of them', () => {
    expect(lines({ peakPerSecond: 5000, webhooksPerDay: 86_400 * 5000 }).Relay).toBeLessThan(lines({ webhooksPerDay: 1000 }).Relay);
  });
});

it('costs by the month what is there even when nothing is sent', () => {
  expect(Object.fromEntries(monthlyLines(SHAPE).map(({ component, micro }) => [component, dollars(micro)]))).toEqual({
    Alarms: '2.00', Dashboard: '3.00', Secrets: '0.40', Metrics: '4.80',
  });
});
