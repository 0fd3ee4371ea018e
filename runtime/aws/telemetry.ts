import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import { DIMENSION, ENV, METRICS_NAMESPACE } from '../../src/contract';
import { rejectionOf } from '../providers/rejection-of';
import { maskCardNumbers } from '../transaction/mask';

/** Ids, counts and reasons only: never a body, a signature or a secret, nor a card number that somebody took for an id. */
export const logger = new Logger({
  serviceName: process.env[ENV.system],
  jsonReplacerFn: (_, value: unknown) => (typeof value === 'string' ? maskCardNumbers(value) : value),
});

const metrics = new Metrics({ namespace: METRICS_NAMESPACE });

type Unit = (typeof MetricUnit)[keyof typeof MetricUnit];

/** Emits one datum of a metric of this system. */
export function emit(name: string, dimensions: Readonly<Record<string, string>> = {}, value = 1, unit: Unit = MetricUnit.Count): void {
  metrics.clearDefaultDimensions();
  metrics.addDimensions({ [DIMENSION.system]: process.env[ENV.system] ?? 'local', ...dimensions });
  metrics.addMetric(name, unit, value);
  metrics.publishStoredMetrics();
}

export function emitMilliseconds(name: string, value: number): void {
  emit(name, {}, Math.max(0, value), MetricUnit.Milliseconds);
}

let sdk: Promise<typeof import('aws-xray-sdk-core')> | undefined;

/** Loaded by the first invocation that is sampled: it takes as long as an SDK client, and most cold starts are not. */
function xray() {
  sdk ??= import('aws-xray-sdk-core').then(({ default: loaded }) => {
    loaded.setContextMissingStrategy('IGNORE_ERROR');
    return loaded;
  });
  return sdk;
}

/** Runs `work` inside an X-Ray subsegment. What a sender got wrong is no fault in it: its words may be the sender's own. */
export async function traced<T>(name: string, work: () => Promise<T>): Promise<T> {
  if (!isSampled()) return work();
  return (await xray()).captureAsyncFunc(name, async (subsegment) => {
    try {
      return await work();
    } catch (error) {
      if (!rejectionOf(error)) subsegment?.addError(error as Error);
      throw error;
    } finally {
      subsegment?.close();
    }
  });
}

interface SdkClient {
  readonly middlewareStack: { clone(): unknown };
  send(...args: never[]): Promise<unknown>;
}

/** A client whose calls X-Ray sees. Those of invocations that are not sampled go past it. */
export function captured<T extends SdkClient>(client: T): T {
  const capturing = Object.create(client) as T;
  let watched: T | undefined;
  capturing.send = async (...args) => {
    if (!isSampled()) return client.send(...args);
    const { captureAWSv3Client } = await xray();
    watched ??= captureAWSv3Client(Object.assign(Object.create(client), { middlewareStack: client.middlewareStack.clone() }) as never) as T;
    return watched.send(...args);
  };
  return capturing;
}

/** X-Ray samples a few invocations; of the others there is nothing to record. */
function isSampled(): boolean {
  return currentTrace()?.includes('Sampled=1') ?? false;
}

/** The trace this invocation belongs to, to be carried across the stream. */
export function currentTrace(): string | undefined {
  return process.env._X_AMZN_TRACE_ID || undefined;
}
