/** One metric datum as CloudWatch would read it from a log line. */
export interface Datum {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly dimensions: Readonly<Record<string, string>>;
}

/** Everything a handler printed. */
export interface Output {
  readonly lines: readonly string[];
  readonly text: string;
  readonly logs: readonly Record<string, unknown>[];
  readonly metrics: readonly Datum[];
}

const CONSOLE = ['log', 'info', 'warn', 'error', 'debug'] as const;

/** Captures stdout, stderr and the console around each test of the suite that calls it. */
export function captureOutput(): Output {
  let text = '';
  let spies: jest.SpyInstance[] = [];

  beforeEach(() => {
    text = '';
    const keep = (chunk: unknown) => {
      text += typeof chunk === 'string' ? chunk : String(chunk);
      return true;
    };
    spies = [
      jest.spyOn(process.stdout, 'write').mockImplementation(keep),
      jest.spyOn(process.stderr, 'write').mockImplementation(keep),
      ...CONSOLE.map((method) => jest.spyOn(console, method).mockImplementation((...parts) => { keep(`${parts.join(' ')}\n`); })),
    ];
  });
  afterEach(() => spies.forEach((spy) => spy.mockRestore()));

  const records = () => text.split('\n').filter((line) => line.startsWith('{')).map((line) => JSON.parse(line) as Record<string, unknown>);
  return {
    get text() { return text; },
    get lines() { return text.split('\n').filter(Boolean); },
    get logs() { return records().filter((record) => !('_aws' in record)); },
    get metrics() { return records().filter((record) => '_aws' in record).flatMap(dataOf); },
  };
}

function dataOf(record: Record<string, unknown>): Datum[] {
  const { CloudWatchMetrics: [{ Dimensions: [names], Metrics: metrics }] } = record._aws as {
    CloudWatchMetrics: [{ Dimensions: [string[]]; Metrics: { Name: string; Unit: string }[] }];
  };
  const dimensions = Object.fromEntries(names.map((name) => [name, record[name] as string]));
  return metrics.map(({ Name, Unit }) => ({ name: Name, unit: Unit, value: [record[Name]].flat()[0] as number, dimensions }));
}
