import { DIMENSION, ENV, METRICS_NAMESPACE } from '../../src/contract';
import { currentTrace } from './trace';

export { captured, currentTrace, traced } from './trace';

type Fields = Readonly<Record<string, unknown>>;
type Unit = 'Count' | 'Milliseconds';

/** A JSON line each. Ids, counts and reasons only: never a body, a signature or a secret. */
export const logger = {
  info: (message: string, fields: Fields) => log('INFO', message, fields),
  warn: (message: string, fields: Fields) => log('WARN', message, fields),
  error: (message: string, fields: Fields) => log('ERROR', message, fields),
};

function log(level: string, message: string, fields: Fields): void {
  const trace = /Root=([^;]+)/.exec(currentTrace() ?? '')?.[1];
  print({ level, message, timestamp: new Date().toISOString(), service: process.env[ENV.system], xray_trace_id: trace, ...fields });
}

/**
 * Emits one datum of a metric of this system, in the embedded metric format.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
export function emit(name: string, dimensions: Readonly<Record<string, string>> = {}, value = 1, unit: Unit = 'Count'): void {
  const all = { [DIMENSION.system]: process.env[ENV.system] ?? 'local', ...dimensions };
  print({
    _aws: {
      Timestamp: Date.now(),
      CloudWatchMetrics: [{ Namespace: METRICS_NAMESPACE, Dimensions: [Object.keys(all)], Metrics: [{ Name: name, Unit: unit }] }],
    },
    ...all,
    [name]: value,
  });
}

export function emitMilliseconds(name: string, value: number): void {
  emit(name, {}, Math.max(0, value), 'Milliseconds');
}

/** Past the console, whose lines Lambda would prefix. */
function print(line: object): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}
