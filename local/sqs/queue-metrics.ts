import { Metrics } from '../kernel/metrics';

const NAMESPACE = 'AWS/SQS';

/** One queue's figures in CloudWatch. */
export class QueueMetrics {
  private readonly gauges = new Map<string, number>();

  public constructor(private readonly metrics: Metrics, private readonly queueName: string) {}

  public count(name: string, value = 1): void {
    this.metrics.put(NAMESPACE, name, { QueueName: this.queueName }, value);
  }

  /** Puts a datum only when the value differs from the last one. */
  public gauge(name: string, value: number): void {
    if (this.gauges.get(name) === value) return;
    this.gauges.set(name, value);
    this.count(name, value);
  }
}
