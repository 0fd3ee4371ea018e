import { isFinished, missingIn } from '../../../runtime/transaction/branches';

const TIERS = { screened: ['medium', 'high'], notified: ['high'] } as const;
const LOW_RISK = { fraud_analysis: { fraud_status: 'low_risk' } };
const HIGH_RISK = { fraud_analysis: { fraud_status: 'high_risk' } };
const AT = '2025-10-09T10:00:00.000Z';

test.each([
  ['a tier that is neither screened nor told of', { tier: 'low' }, true],
  ['a tier to be screened', { tier: 'medium' }, false],
  ['screened', { tier: 'medium', ...LOW_RISK }, true],
  ['screened, its alert not sent', { tier: 'medium', ...HIGH_RISK, alert_owner: 'run' }, false],
  ['screened, its alert sent', { tier: 'medium', ...HIGH_RISK, alert_sent_at: AT }, true],
  ['screened, its alert folded', { tier: 'medium', ...HIGH_RISK, alert_folded_at: AT }, true],
  ['screened, not told of', { tier: 'high', ...LOW_RISK }, false],
  ['screened, about to be told of', { tier: 'high', ...LOW_RISK, notification_owner: 'run' }, false],
  ['told of, not screened', { tier: 'high', notified_at: AT }, false],
  ['screened and told of', { tier: 'high', ...LOW_RISK, notified_at: AT }, true],
  ['screened, its notification folded', { tier: 'high', ...LOW_RISK, notification_folded_at: AT }, true],
  ['an event without money', { record: 'event' }, true],
  ['a conflict', { record: 'conflict', tier: 'low' }, false],
  ['a conflict that was told of', { record: 'conflict', tier: 'low', notified_at: AT }, true],
])('%s', (_, row, finished) => {
  expect(isFinished({ record: 'transaction', ...row }, TIERS)).toBe(finished);
});

test('what is missing is named, whatever the tier', () => {
  expect(missingIn({})).toEqual(['screening', 'notification']);
  expect(missingIn({ ...LOW_RISK })).toEqual(['notification']);
  expect(missingIn({ ...HIGH_RISK, notified_at: AT })).toEqual(['screening']);
  expect(missingIn({ ...LOW_RISK, notified_at: AT })).toEqual([]);
});
