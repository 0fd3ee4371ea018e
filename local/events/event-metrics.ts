import { Metrics } from '../kernel/metrics';
import { DeliveryStep } from './delivery';
import { DEFAULT_BUS, Rule } from './rule';

const NAMESPACE = 'AWS/Events';

const OF_DELIVERY: Readonly<Record<DeliveryStep, readonly string[]>> = {
  attempt: ['InvocationAttempts'],
  retry: ['RetryInvocationAttempts'],
  success: ['Invocations', 'SuccessfulInvocationAttempts'],
  attemptFailed: [],
  failed: ['Invocations', 'FailedInvocations'],
  deadLettered: ['InvocationsSentToDlq'],
  deadLetterFailed: ['InvocationsFailedToBeSentToDlq'],
};

/** EventBridge's own metrics. Rules of a custom bus are counted with and without the bus. */
export class EventMetrics {
  public constructor(private readonly metrics: Metrics) {}

  public requested(entries: number, failed: number): void {
    this.metrics.put(NAMESPACE, 'PutEventsEntriesCount', {}, entries);
    this.metrics.put(NAMESPACE, 'PutEventsFailedEntriesCount', {}, failed);
  }

  public matched(rule: Rule): void {
    this.ofRule(rule, 'MatchedEvents');
    this.ofRule(rule, 'TriggeredRules');
  }

  public delivered(rule: Rule, step: DeliveryStep): void {
    for (const name of OF_DELIVERY[step]) this.ofRule(rule, name);
  }

  private ofRule(rule: Rule, name: string): void {
    this.metrics.put(NAMESPACE, name, { RuleName: rule.name });
    if (rule.busName !== DEFAULT_BUS) this.metrics.put(NAMESPACE, name, { EventBusName: rule.busName, RuleName: rule.name });
  }
}
