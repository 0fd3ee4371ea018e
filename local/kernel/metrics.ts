import { Clock } from './clock';

export interface Datum {
  readonly at: number;
  readonly value: number;
}

export type Dimensions = Readonly<Record<string, string>>;

/** What CloudWatch would hold: the services' own metrics and those the handlers emit. */
export class Metrics {
  private readonly series = new Map<string, Datum[]>();

  public constructor(private readonly clock: Clock) {}

  public put(namespace: string, name: string, dimensions: Dimensions, value = 1): void {
    const key = seriesKey(namespace, name, dimensions);
    const data = this.series.get(key) ?? [];
    if (data.length === 0) this.series.set(key, data);
    data.push({ at: this.clock.now(), value });
  }

  /** The data of exactly this metric, as CloudWatch matches dimensions: all of them, no others. */
  public get(namespace: string, name: string, dimensions: Dimensions): readonly Datum[] {
    return this.series.get(seriesKey(namespace, name, dimensions)) ?? [];
  }

  public names(): string[] {
    return [...this.series.keys()].sort();
  }
}

function seriesKey(namespace: string, name: string, dimensions: Dimensions): string {
  const sorted = Object.keys(dimensions).sort().map((key) => `${key}=${dimensions[key]}`);
  return [namespace, name, ...sorted].join('|');
}
