/* eslint-disable no-bitwise -- a CRC is arithmetic on bits */
import { crc32 } from 'node:zlib';

/** Letters whose last bit can be turned and that are letters then. */
const LETTER = { 0: 'b', 1: 'c' } as const;
const LENGTH = 64;

/**
 * A text made by `template` from 64 harmless letters, with the CRC-32 of `target`.
 * Turning a letter changes the sum always in the same way, so 32 equations decide.
 */
export function collisionOf(target: string, template: (filler: string) => string): string {
  const textOf = (bits: bigint) => template(Array.from({ length: LENGTH }, (_, index) => LETTER[Number((bits >> BigInt(index)) & 1n) as 0 | 1]).join(''));
  const base = crc32(textOf(0n));
  // One row for each leading bit a combination of turns can change: what it changes, and the turns.
  const rows = new Map<number, { readonly change: number; readonly turns: bigint }>();
  const reduce = (change: number, turns: bigint) => {
    let rest = { change, turns };
    for (let row = rows.get(Math.clz32(rest.change)); rest.change !== 0 && row; row = rows.get(Math.clz32(rest.change))) {
      rest = { change: (rest.change ^ row.change) >>> 0, turns: rest.turns ^ row.turns };
    }
    return rest;
  };
  for (let index = 0n; index < LENGTH; index += 1n) {
    const rest = reduce((crc32(textOf(1n << index)) ^ base) >>> 0, 1n << index);
    if (rest.change !== 0) rows.set(Math.clz32(rest.change), rest);
  }
  return textOf(reduce((crc32(target) ^ base) >>> 0, 0n).turns);
}
