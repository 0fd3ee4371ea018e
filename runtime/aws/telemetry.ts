import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import AWSXRay from 'aws-xray-sdk-core';
import { DIMENSION, ENV, METRICS_NAMESPACE } from '../../src/contract';

/** Ids, counts and reasons only: never a body, a signature or a secret. */
export const logger = new Logger({ serviceName: process.env[ENV.system] });

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

AWSXRay.setContextMissingStrategy('IGNORE_ERROR');

/** Runs `work` inside an X-Ray subsegment. */
export async function traced<T>(name: string, work: () => Promise<T>): Promise<T> {
  if (!isSampled()) return work();
  return AWSXRay.captureAsyncFunc(name, async (subsegment) => {
    try {
      return await work();
    } catch (error) {
      subsegment?.addError(error as Error);
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

/** Lets X-Ray see the calls of an SDK client. Those of invocations that are not sampled go past it. */
export function captured<T extends SdkClient>(client: T): T {
  const watched = Object.assign(Object.create(client) as T, { middlewareStack: client.middlewareStack.clone() });
  AWSXRay.captureAWSv3Client(watched as never);
  const send = client.send.bind(client);
  const sendWatched = watched.send.bind(watched);
  client.send = (...args) => (isSampled() ? sendWatched(...args) : send(...args));
  return client;
}

/** X-Ray samples a few invocations; of the others there is nothing to record. */
function isSampled(): boolean {
  return currentTrace()?.includes('Sampled=1') ?? false;
}

/** The trace this invocation belongs to, to be carried across the stream. */
export function currentTrace(): string | undefined {
  return process.env._X_AMZN_TRACE_ID || undefined;
}
