import fc from 'fast-check';
import { maskCardNumbers } from '../../../runtime/transaction/mask';

test.each([
  ['4111111111111111', '****1111'], ['pay-5500 0000 0000 0004!', 'pay-****0004!'], ['3782-822463-10005', '****0005'], ['4111111111111111/4242424242424242', '****1111/****4242'],
  ['4111111111111112', '4111111111111112'], ['pi_1', 'pi_1'], ['2025-10-09T08:53:20.000Z', '2025-10-09T08:53:20.000Z'], ['41111111111111114111111', '41111111111111114111111'],
])('%s reads %s', (text, expected) => expect(maskCardNumbers(text)).toBe(expected));

test('no number that passes the check of card numbers is left, whatever is around it', () => {
  const digits = fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 12, maxLength: 18 }).map((list) => {
    const doubled = (digit: number) => (digit * 2 > 9 ? digit * 2 - 9 : digit * 2);
    const sum = [...list].reverse().reduce((total, digit, index) => total + (index % 2 === 0 ? doubled(digit) : digit), 0);
    return [...list, (10 - (sum % 10)) % 10].join('');
  });
  fc.assert(fc.property(digits, fc.constantFrom('', 'txn_', 'a b ', '#'), fc.constantFrom('', '_x', '.', ' end'), (card, before, after) => {
    expect(maskCardNumbers(before + card + after)).toBe(`${before}****${card.slice(-4)}${after}`);
  }));
});
