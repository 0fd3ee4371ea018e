import { aws_cloudwatch as cloudwatch, Duration } from 'aws-cdk-lib';
import { DIMENSION, METRICS_NAMESPACE } from '../contract';

/** The metrics that the handlers of one system emit. */
export class SystemMetrics {
  public constructor(private readonly system: string) {}

  /** A metric of this system, summed over five minutes unless told otherwise. */
  public metric(metricName: string, dimensions: { [name: string]: string } = {}, options: cloudwatch.MetricOptions = {}): cloudwatch.Metric {
    return new cloudwatch.Metric({
      namespace: METRICS_NAMESPACE,
      metricName,
      statistic: cloudwatch.Stats.SUM,
      period: Duration.minutes(5),
      ...options,
      dimensionsMap: { [DIMENSION.system]: this.system, ...dimensions },
    });
  }
}
