/** Values by the beginning of their period. */
export type Points = ReadonlyMap<number, number>;

/** Periods the whole expression is worked out for; `FILL` gives each of them a value. */
export interface Timeline {
  readonly periods: readonly number[];
  readonly series: (id: string) => Points;
}

type Value = number | Points | readonly Points[];
type Apply = (numbers: readonly number[]) => number;

const OPERATORS: readonly Readonly<Record<string, (a: number, b: number) => number>>[] = [
  { '||': (a, b) => Number(a !== 0 || b !== 0), 'OR': (a, b) => Number(a !== 0 || b !== 0) },
  { '&&': (a, b) => Number(a !== 0 && b !== 0), 'AND': (a, b) => Number(a !== 0 && b !== 0) },
  {
    '==': (a, b) => Number(a === b), '!=': (a, b) => Number(a !== b), '<=': (a, b) => Number(a <= b), '>=': (a, b) => Number(a >= b),
    '<': (a, b) => Number(a < b), '>': (a, b) => Number(a > b),
  },
  { '+': (a, b) => a + b, '-': (a, b) => a - b },
  { '*': (a, b) => a * b, '/': (a, b) => a / b, '%': (a, b) => a % b },
  { '^': (a, b) => a ** b },
];

/** Functions that make one number of many: of several metrics period by period, of one over all its periods. */
const FOLDS: Readonly<Record<string, Apply>> = {
  SUM: (numbers) => numbers.reduce((sum, value) => sum + value, 0),
  AVG: (numbers) => numbers.reduce((sum, value) => sum + value, 0) / numbers.length,
  MIN: (numbers) => Math.min(...numbers),
  MAX: (numbers) => Math.max(...numbers),
};
const ROUNDING: Readonly<Record<string, (value: number) => number>> = { ABS: Math.abs, CEIL: Math.ceil, FLOOR: Math.floor };

const TOKEN = /\s*(?:(\d+(?:\.\d+)?)|([A-Za-z_]\w*)|(\|\||&&|==|!=|<=|>=|[-+*/%^<>(),[\]]))/y;

/**
 * CloudWatch metric math, as far as alarms and dashboards need it: arithmetic, comparison, FILL, IF, SUM, AVG, MIN, MAX,
 * ABS, CEIL and FLOOR. Throws for anything else rather than guess.
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html
 */
export function evaluate(expression: string, timeline: Timeline): Points {
  const parser = new Parser(tokensOf(expression), timeline);
  const value = parser.expression();
  parser.end();
  if (Array.isArray(value)) throw new Error('several series are no result');
  return typeof value === 'number' ? new Map(timeline.periods.map((period) => [period, value])) : value as Points;
}

function tokensOf(expression: string): string[] {
  const tokens: string[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < expression.trimEnd().length) {
    const from = TOKEN.lastIndex;
    const found = TOKEN.exec(expression);
    if (!found) throw new Error(`"${expression.slice(from)}" is not understood here`);
    tokens.push(found[1] ?? found[2] ?? found[3]);
  }
  return tokens;
}

class Parser {
  private next = 0;

  public constructor(private readonly tokens: readonly string[], private readonly timeline: Timeline) {}

  public expression(level = 0): Value {
    if (level === OPERATORS.length) return this.unary();
    let left = this.expression(level + 1);
    for (let operator = OPERATORS[level][this.tokens[this.next]]; operator; operator = OPERATORS[level][this.tokens[this.next]]) {
      this.next += 1;
      left = combined(operator, left, this.expression(level + 1));
    }
    return left;
  }

  public end(): void {
    if (this.next < this.tokens.length) throw new Error(`"${this.tokens[this.next]}" is not expected`);
  }

  private unary(): Value {
    const token = this.tokens[this.next++];
    if (token === undefined) throw new Error('the expression ends too early');
    if (token === '-') return combined((a, b) => a - b, 0, this.unary());
    if (/^\d/.test(token)) return Number(token);
    if (token === '(') return this.closing(this.expression(), ')');
    if (token === '[') return this.list(']') as readonly Points[];
    if (!/^\w/.test(token)) throw new Error(`"${token}" is not expected`);
    if (this.tokens[this.next] !== '(') return this.timeline.series(token);
    this.next += 1;
    return this.call(token);
  }

  private call(name: string): Value {
    if (name === 'FILL') return this.fill();
    const values = this.list(')');
    if (name === 'IF' && values.length >= 2) return conditional(values);
    if (ROUNDING[name] && values.length === 1) return mapped(ROUNDING[name], values[0]);
    if (FOLDS[name] && values.length === 1) return folded(FOLDS[name], values[0]);
    throw new Error(`${name}(…) is not worked out here`);
  }

  private fill(): Value {
    const value = this.expression();
    this.expect(',');
    const token = this.tokens[this.next];
    if (token === 'REPEAT') {
      this.next += 1;
      return this.closing(repeated(value, this.timeline.periods), ')');
    }
    if (/^[A-Z]/.test(token)) throw new Error(`FILL with ${token} is not worked out here`);
    const by = this.closing(this.expression(), ')');
    return new Map(this.timeline.periods.flatMap((period) => {
      const filled = at(value, period) ?? at(by, period);
      return filled === undefined ? [] : [[period, filled] as const];
    }));
  }

  private list(closing: string): Value[] {
    const values: Value[] = [];
    while (this.tokens[this.next] !== closing) {
      if (values.length > 0) this.expect(',');
      values.push(this.expression());
    }
    return this.closing(values, closing);
  }

  private closing<T>(value: T, token: string): T {
    this.expect(token);
    return value;
  }

  private expect(token: string): void {
    if (this.tokens[this.next] !== token) throw new Error(`"${token}" is missing`);
    this.next += 1;
  }
}

function at(value: Value, period: number): number | undefined {
  return typeof value === 'number' ? value : (value as Points).get(period);
}

/** Period by period; where one side has no value, there is none. */
function combined(operator: (a: number, b: number) => number, left: Value, right: Value): Value {
  if (typeof left === 'number' && typeof right === 'number') return operator(left, right);
  const periods = (typeof left === 'number' ? right : left) as Points;
  return new Map([...periods.keys()].flatMap((period) => {
    const [a, b] = [at(left, period), at(right, period)];
    const result = a === undefined || b === undefined ? undefined : operator(a, b);
    return result === undefined || !Number.isFinite(result) ? [] : [[period, result] as const];
  }));
}

function mapped(work: (value: number) => number, value: Value): Value {
  return typeof value === 'number' ? work(value) : new Map([...value as Points].map(([period, one]) => [period, work(one)]));
}

function folded(fold: Apply, value: Value): Value {
  if (typeof value === 'number') return value;
  if (!Array.isArray(value)) return (value as Points).size === 0 ? value : fold([...(value as Points).values()]);
  const periods = [...new Set((value as readonly Points[]).flatMap((points) => [...points.keys()]))];
  return new Map(periods.map((period) => [period, fold((value as readonly Points[]).flatMap((points) => points.get(period) ?? []))]));
}

function conditional([condition, yes, no]: readonly Value[]): Value {
  if (typeof condition === 'number') return condition !== 0 ? yes : no ?? new Map<number, number>();
  return new Map([...(condition as Points)].flatMap(([period, holds]) => {
    const chosen = holds !== 0 ? yes : no;
    const value = chosen === undefined ? undefined : at(chosen, period);
    return value === undefined ? [] : [[period, value] as const];
  }));
}

function repeated(value: Value, periods: readonly number[]): Value {
  let last: number | undefined;
  return new Map(periods.flatMap((period) => {
    last = at(value, period) ?? last;
    return last === undefined ? [] : [[period, last] as const];
  }));
}
