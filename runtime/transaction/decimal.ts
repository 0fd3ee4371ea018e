/**
 * An exact decimal: `units` × 10^-`scale`. Amounts live as text and as this,
 * never as a float.
 */
export interface Decimal {
  readonly units: bigint;
  readonly scale: number;
}

/** Digits DynamoDB keeps exactly; longer amounts are refused, not rounded. */
const MAX_DIGITS = 38;

const PLAIN = /^(-?)(0|[1-9]\d*)(?:\.(\d+))?$/;
const SCIENTIFIC = /^(-?)(0|[1-9]\d*)(?:\.(\d+))?[eE]([+-]?\d{1,3})$/;

export class InvalidDecimal extends Error {
  public constructor(text: string, problem = `${JSON.stringify(text.slice(0, 50))} is not a decimal number of at most ${MAX_DIGITS} digits`) {
    super(problem);
    this.name = 'InvalidDecimal';
  }
}

/** Reads a JSON number or decimal text exactly: `15000`, `99.90`, `1.5e3`. */
export function parseDecimal(text: string): Decimal {
  const match = PLAIN.exec(text) ?? SCIENTIFIC.exec(text);
  if (!match) throw new InvalidDecimal(text);
  const [, sign, whole, fraction = '', exponent = '0'] = match;
  const shift = fraction.length - Number(exponent);
  if (Math.abs(shift) > MAX_DIGITS) throw new InvalidDecimal(text);
  const digits = whole + fraction + '0'.repeat(Math.max(0, -shift));
  if (digits.replace(/^0+/, '').length > MAX_DIGITS) throw new InvalidDecimal(text);
  return { units: BigInt(sign + digits), scale: Math.max(0, shift) };
}

/** An integer of minor units, e.g. cents, as a decimal of major units. */
export function fromMinorUnits(text: string, exponent: number): Decimal {
  const { units, scale } = parseDecimal(text);
  if (scale !== 0) throw new InvalidDecimal(text);
  return { units, scale: exponent };
}

/** The amount without its sign. */
export function magnitude({ units, scale }: Decimal): Decimal {
  return { units: units < 0n ? -units : units, scale };
}

/** Plain decimal text with all of its decimals: `500.00` stays `500.00`. */
export function formatDecimal({ units, scale }: Decimal): string {
  const digits = (units < 0n ? -units : units).toString().padStart(scale + 1, '0');
  const whole = digits.slice(0, digits.length - scale);
  const fraction = digits.slice(digits.length - scale);
  return `${units < 0n ? '-' : ''}${whole}${fraction && '.'}${fraction}`;
}

/** Negative, zero or positive as `a` is below, equal to or above `b`. */
export function compareDecimals(a: Decimal, b: Decimal): number {
  const scale = Math.max(a.scale, b.scale);
  const [left, right] = [a, b].map((d) => d.units * 10n ** BigInt(scale - d.scale));
  return left < right ? -1 : left > right ? 1 : 0;
}

export function addDecimals(a: Decimal, b: Decimal): Decimal {
  const scale = Math.max(a.scale, b.scale);
  const [left, right] = [a, b].map((d) => d.units * 10n ** BigInt(scale - d.scale));
  return { units: left + right, scale };
}

/** The same value with no trailing zeros after the point. */
export function trimDecimal({ units, scale }: Decimal): Decimal {
  while (scale > 0 && units % 10n === 0n) {
    units /= 10n;
    scale -= 1;
  }
  return { units, scale };
}

/** Whether a double prints this value back unchanged, so that it may be a JSON number. */
export function fitsJsonNumber(value: Decimal): boolean {
  const { units, scale } = trimDecimal(value);
  const digits = units.toString().replace('-', '').length;
  return digits <= 15 && scale <= 6;
}
