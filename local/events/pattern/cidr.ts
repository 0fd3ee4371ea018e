import { isIP } from 'node:net';
import { ValueTest } from './field-test';
import { InvalidPattern } from './invalid-pattern';

/** A string that is an address matches every spelling of that address; `undefined` if it is none. */
export function sameAddressTest(text: string): ValueTest | undefined {
  const digits = addressDigits(text);
  return digits === undefined ? undefined : between(digits, digits);
}

/** `10.0.0.0/24` or `2001:db8::/32`. A mask of the whole address is refused. */
export function cidrTest(text: string): ValueTest {
  const [network, mask, ...others] = text.split('/');
  if (mask === undefined || others.length > 0) throw new InvalidPattern("Malformed CIDR, one '/' required");
  if (!/^\d+$/.test(mask)) throw new InvalidPattern('Malformed CIDR, mask bits must be an integer');
  const digits = addressDigits(network);
  if (digits === undefined) throw new InvalidPattern(`Nonstandard IP address: ${network}`);
  const bits = digits.length * 4;
  if (Number(mask) >= bits) throw new InvalidPattern(`IPv${bits === 32 ? 4 : 6} mask bits must be < ${bits}`);
  const size = 2n ** BigInt(bits - Number(mask));
  const lowest = BigInt(`0x${digits}`) / size * size;
  return between(hex(lowest, digits.length), hex(lowest + size - 1n, digits.length));
}

/**
 * The rule engine compares addresses as texts of hexadecimal digits, so an IPv6
 * address that begins with the digits of an IPv4 range falls into it too.
 */
function between(lowest: string, highest: string): ValueTest {
  return (value) => {
    const digits = typeof value === 'string' ? addressDigits(value)?.slice(0, lowest.length) : undefined;
    if (digits === undefined) return false;
    if (digits.length === lowest.length) return lowest <= digits && digits <= highest;
    return lowest.slice(0, digits.length) < digits && digits < highest.slice(0, digits.length);
  };
}

/** 8 digits for IPv4, 32 for IPv6; `undefined` when the text is no address. */
function addressDigits(text: string): string | undefined {
  if (/^\d+\.\d+\.\d+\.\d+$/.test(text)) return v4Digits(text);
  if (/^[\da-f:]*:[\da-f:]*$/i.test(text) && isIP(text) === 6) return v6Digits(text);
  return undefined;
}

/** Leading zeros are decimal, as the rule engine reads them. */
function v4Digits(text: string): string | undefined {
  const bytes = text.split('.').map(BigInt);
  return bytes.some((byte) => byte > 255n) ? undefined : bytes.map((byte) => hex(byte, 2)).join('');
}

function v6Digits(text: string): string {
  const [head, tail] = text.split('::').map((side) => (side === '' ? [] : side.split(':')));
  const groups = tail === undefined ? head : [...head, ...Array<string>(8 - head.length - tail.length).fill('0'), ...tail];
  const digits = groups.map((group) => group.padStart(4, '0')).join('').toUpperCase();
  // An IPv4-mapped address is the IPv4 address.
  return digits.startsWith(`${'0'.repeat(20)}FFFF`) ? digits.slice(24) : digits;
}

function hex(value: bigint, length: number): string {
  return value.toString(16).toUpperCase().padStart(length, '0');
}
