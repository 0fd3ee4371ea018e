import { Summary } from './model';

/** What the list is narrowed to; every member that is given must hold. */
export interface Filter {
  readonly text?: string;
  readonly endpoint?: string;
  readonly tier?: string;
  readonly band?: string;
  readonly outcome?: string;
  readonly minAmount?: string;
  readonly maxAmount?: string;
}

const FIELDS = ['text', 'endpoint', 'tier', 'band', 'outcome', 'minAmount', 'maxAmount'] as const;

export function filterOf(query: URLSearchParams): Filter {
  const filter = Object.fromEntries(FIELDS.map((field) => [field, query.get(field) || undefined]));
  for (const field of ['minAmount', 'maxAmount']) {
    const value = filter[field];
    if (value !== undefined && !/^\d{1,15}(\.\d{1,6})?$/.test(value)) throw new Error(`${field} is ${JSON.stringify(value)}: use a decimal such as 99.50`);
  }
  return filter;
}

/** Whether a request belongs on the list; `searchable` is its payload and ids in lower case. */
export function matches(summary: Summary, searchable: string, filter: Filter): boolean {
  const { text, minAmount, maxAmount, endpoint, tier, band, outcome } = filter;
  if (endpoint !== undefined && summary.endpoint !== endpoint) return false;
  if (tier !== undefined && summary.tier !== tier) return false;
  if (band !== undefined && summary.band !== band) return false;
  if (outcome !== undefined && summary.outcome !== outcome) return false;
  if (minAmount !== undefined && (summary.amount === undefined || micros(summary.amount) < micros(minAmount))) return false;
  if (maxAmount !== undefined && (summary.amount === undefined || micros(summary.amount) > micros(maxAmount))) return false;
  return text === undefined || searchable.includes(text.toLowerCase());
}

/** Amounts are compared exactly, in millionths. */
function micros(amount: string): bigint {
  const [, sign, whole, fraction = ''] = /^(-?)(\d+)(?:\.(\d+))?$/.exec(amount) ?? [, '', '0'];
  const value = BigInt(whole!) * 1_000_000n + BigInt(fraction.slice(0, 6).padEnd(6, '0'));
  return sign === '-' ? -value : value;
}
