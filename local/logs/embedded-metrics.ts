import { Dimensions } from '../kernel/metrics';

export interface EmbeddedDatum {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Dimensions;
  readonly values: readonly number[];
}

interface Directive {
  readonly Namespace: string;
  readonly Dimensions: readonly (readonly string[])[];
  readonly Metrics: readonly { readonly Name: string }[];
}

/** Raised for a line that claims to hold metrics CloudWatch would not extract. */
export class InvalidEmbeddedMetrics extends Error {}

const MAX_VALUES = 100;
const MAX_DIMENSIONS = 30;

/**
 * The metrics inside a line of the CloudWatch embedded metric format, or none. Text before the JSON
 * is skipped: the Node runtime of Lambda puts a time, request id and level in front of every console line.
 */
export function embeddedMetrics(line: string): EmbeddedDatum[] {
  if (!line.includes('"CloudWatchMetrics"')) return [];
  const root = parse(line.slice(Math.max(0, line.indexOf('{'))));
  const directives = (root?._aws as { CloudWatchMetrics?: unknown } | undefined)?.CloudWatchMetrics;
  if (directives === undefined) return [];
  if (!Array.isArray(directives)) throw new InvalidEmbeddedMetrics('CloudWatchMetrics must be a list');
  return directives.flatMap((directive: Directive) => dataOf(directive, root!));
}

function parse(text: string): Record<string, unknown> | undefined {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}

function dataOf(directive: Directive, root: Record<string, unknown>): EmbeddedDatum[] {
  const { Namespace: namespace, Metrics: metrics } = directive;
  if (typeof namespace !== 'string' || !namespace) throw new InvalidEmbeddedMetrics('Namespace is missing');
  if (!Array.isArray(metrics)) throw new InvalidEmbeddedMetrics(`Metrics of ${namespace} must be a list`);
  if (!Array.isArray(directive.Dimensions)) throw new InvalidEmbeddedMetrics(`Dimensions of ${namespace} must be a list of lists`);
  const sets = directive.Dimensions.length > 0 ? directive.Dimensions : [[]];
  return sets.flatMap((names) => {
    const dimensions = dimensionsOf(names, root);
    return metrics.map(({ Name: name }: { Name: string }) => ({ namespace, name, dimensions, values: valuesOf(name, root) }));
  });
}

function dimensionsOf(names: readonly string[], root: Record<string, unknown>): Dimensions {
  if (!Array.isArray(names)) throw new InvalidEmbeddedMetrics('Each dimension set must be a list');
  if (names.length > MAX_DIMENSIONS) throw new InvalidEmbeddedMetrics(`A dimension set has more than ${MAX_DIMENSIONS} dimensions`);
  return Object.fromEntries(names.map((name) => {
    if (typeof root[name] !== 'string') throw new InvalidEmbeddedMetrics(`The dimension ${name} has no text value`);
    return [name, root[name]];
  }));
}

function valuesOf(name: string, root: Record<string, unknown>): number[] {
  const value = root[name];
  const values: unknown[] = Array.isArray(value) ? value : [value];
  if (values.length > MAX_VALUES) throw new InvalidEmbeddedMetrics(`The metric ${name} has more than ${MAX_VALUES} values`);
  return values.map((each) => {
    if (typeof each !== 'number') throw new InvalidEmbeddedMetrics(`The metric ${name} has no number as its value`);
    return each;
  });
}
