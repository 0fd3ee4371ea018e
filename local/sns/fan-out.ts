import { Clock } from '../kernel/clock';
import { Journal } from '../kernel/journal';
import { Metrics } from '../kernel/metrics';
import { Invocation, Targets } from '../kernel/targets';
import { traceIdOf } from '../kernel/trace';
import { ServiceError } from '../kernel/wire';
import { SnsAttributes } from './attributes';
import { isMailProtocol, Mail } from './mailbox';
import { Notification, payloadFor, subjectFor } from './notification';
import { bodyFor, LONGEST_SMS } from './publication';
import { isFinal, retryDelay } from './retries';
import { Subscription } from './subscription';
import { Topic } from './topic';

export interface FanOutContext {
  readonly clock: Clock;
  readonly journal: Journal;
  readonly metrics: Metrics;
  readonly targets: Targets;
  mail(mail: Mail): void;
}

/** One message on its way to one subscriber. */
interface Delivery {
  readonly topic: Topic;
  readonly subscription: Subscription;
  readonly notification: Notification;
}

/** SQS takes no more attributes than this, so a raw delivery with more is lost. */
const MOST_RAW_ATTRIBUTES = 10;

/** Brings accepted messages to the subscribers whose filters let them through. */
export class FanOut {
  private underway = 0;

  public constructor(private readonly context: FanOutContext) {}

  /** Deliveries that are not settled yet, also those waiting for a retry. */
  public pending(): number {
    return this.underway;
  }

  public start(topic: Topic, notification: Notification): void {
    for (const subscription of topic.subscriptions) {
      const delivery = { topic, subscription, notification };
      const reason = subscription.filter?.filteredOut(bodyFor(notification, subscription.protocol), notification.attributes ?? {});
      if (reason !== undefined) {
        this.count(topic, 'NumberOfNotificationsFilteredOut');
        this.count(topic, `NumberOfNotificationsFilteredOut-${reason}`);
        this.record(delivery, 'NotificationFilteredOut', { reason });
      } else {
        this.underway += 1;
        void this.deliver(delivery).finally(() => { this.underway -= 1; });
      }
    }
  }

  private async deliver(delivery: Delivery): Promise<void> {
    for (let retry = 1; ; retry++) {
      try {
        await this.attempt(delivery);
        this.count(delivery.topic, 'NumberOfNotificationsDelivered');
        return;
      } catch (error) {
        const delay = isFinal(error) ? undefined : retryDelay(retry);
        if (delay === undefined) return this.giveUp(delivery, error);
        this.record(delivery, 'NotificationRetried', { error: String(error), delay });
        if (delay > 0) await this.context.clock.sleep(delay);
      }
    }
  }

  private async attempt({ topic, subscription, notification }: Delivery): Promise<void> {
    const { protocol, endpoint } = subscription;
    const body = payloadFor(notification, topic, subscription);
    if (isMailProtocol(protocol)) {
      if (protocol === 'sms' && body.length > LONGEST_SMS) throw new ServiceError('InvalidParameter', 'The text message is too long');
      const { messageId } = notification;
      this.context.mail({ protocol, endpoint, subject: subjectFor(notification, protocol), body, messageId, topicArn: topic.arn, at: this.now() });
    } else {
      await this.context.targets.deliver(endpoint, this.invocation({ topic, subscription, notification }));
    }
    this.record({ topic, subscription, notification }, 'NotificationDelivered', { body });
  }

  private invocation({ topic, subscription, notification }: Delivery): Invocation {
    const { attributes = {}, groupId, traceHeader } = notification;
    return {
      payload: payloadFor(notification, topic, subscription),
      traceHeader,
      sourceArn: topic.arn,
      parameters: subscription.protocol === 'sqs' ? sqsParameters(subscription.raw ? attributes : {}, groupId) : undefined,
    };
  }

  private async giveUp(delivery: Delivery, error: unknown): Promise<void> {
    const { topic, subscription, notification } = delivery;
    this.count(topic, 'NumberOfNotificationsFailed');
    this.record(delivery, 'NotificationFailed', { error: String(error) });
    const queue = subscription.deadLetterArn;
    if (queue === undefined) return;
    try {
      const parameters = sqsParameters(subscription.raw ? notification.attributes ?? {} : {}, undefined);
      await this.context.targets.deliver(queue, { ...this.invocation(delivery), parameters });
      this.count(topic, 'NumberOfNotificationsRedrivenToDlq');
      this.record(delivery, 'NotificationRedrivenToDlq', { queue });
    } catch (failure) {
      this.count(topic, 'NumberOfNotificationsFailedToRedriveToDlq');
      this.record(delivery, 'NotificationFailedToRedriveToDlq', { queue, error: String(failure) });
    }
  }

  private count(topic: Topic, metric: string): void {
    this.context.metrics.put('AWS/SNS', metric, { TopicName: topic.name });
  }

  private record({ topic, subscription, notification }: Delivery, type: string, data: Record<string, unknown>): void {
    const { arn: subscriptionArn, protocol, endpoint } = subscription;
    const about = { topic: topic.name, messageId: notification.messageId, subscriptionArn, protocol, endpoint };
    this.context.journal.record('sns', type, { ...about, ...data }, traceIdOf(notification.traceHeader));
  }

  private now(): string {
    return new Date(this.context.clock.now()).toISOString();
  }
}

function sqsParameters(attributes: SnsAttributes, groupId: string | undefined): Record<string, string> {
  const count = Object.keys(attributes).length;
  if (count > MOST_RAW_ATTRIBUTES) throw new ServiceError('InvalidParameter', `A raw message to SQS can have ${MOST_RAW_ATTRIBUTES} attributes, not ${count}`);
  return {
    ...(count > 0 && { MessageAttributes: JSON.stringify(attributes) }),
    ...(groupId !== undefined && { MessageGroupId: groupId }),
  };
}
