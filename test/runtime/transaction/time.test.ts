import fc from 'fast-check';
import { fromIso, fromUnixSeconds, InvalidTime } from '../../../runtime/transaction/time';

describe('times', () => {
  test.each([
    ['2025-10-09T08:53:00Z', '2025-10-09T08:53:00.000Z'], ['2025-10-09T10:53:00+02:00', '2025-10-09T08:53:00.000Z'],
    ['2025-10-09T10:53:00+0200', '2025-10-09T08:53:00.000Z'], ['2025-10-09T23:30:00.123456-05:30', '2025-10-10T05:00:00.123Z'],
  ])('%s is %s', (text, expected) => {
    expect(fromIso(text)).toBe(expected);
  });

  test('the same moment is the same text, whatever the zone it was written in', () => {
    fc.assert(fc.property(fc.integer({ min: 0, max: 4_000_000_000 }), fc.integer({ min: -14, max: 14 }), (seconds, zone) => {
      const local = new Date((seconds + zone * 3600) * 1000).toISOString().slice(0, 19);
      const text = `${local}${zone < 0 ? '-' : '+'}${String(Math.abs(zone)).padStart(2, '0')}:00`;
      expect(fromIso(text)).toBe(fromUnixSeconds(String(seconds)));
    }));
  });

  test.each([
    '2025-10-09T08:53:00', '2025-10-09', '2025-10-09 08:53:00Z', '2025-10-09T08:53Z', '2025-13-01T00:00:00Z', '2025-10-09T25:00:00Z', '2025-10-09T08:53:00Z x', '',
    'now', '1760000000', '2025-10-09T08:53:00+99:99',
    '9999-12-31T23:30:00-01:00', '0000-01-01T00:30:00+01:00', '+010000-01-01T00:00:00Z',
  ])('%j is refused: it does not say which moment it is', (text) => {
    expect(() => fromIso(text)).toThrow(InvalidTime);
  });

  test('the last moment with a year of four digits is one', () => {
    expect(fromUnixSeconds('253402300799')).toBe('9999-12-31T23:59:59.000Z');
  });

  test.each(['', '-1', '1.5', '1e9', ' 1', 'NaN', '1760000000000', '0x10', '253402300800'])('%j is refused as Unix seconds', (text) => {
    expect(() => fromUnixSeconds(text)).toThrow(InvalidTime);
  });
});

test.each(['2025-02-30T08:53:00Z', '2025-02-29T00:00:00Z', '2025-13-01T00:00:00Z', '2025-00-10T00:00:00Z', '2025-04-31T00:00:00+02:00'])(
  '%s does not exist and is refused', (text) => {
    expect(() => fromIso(text)).toThrow(InvalidTime);
  },
);
