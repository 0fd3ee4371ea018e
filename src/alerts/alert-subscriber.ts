import { aws_sns as sns, aws_sns_subscriptions as subscriptions } from 'aws-cdk-lib';
import { check } from '../validate';

/** Somebody who is told of high-value, medium-value and high-risk transactions. */
export abstract class AlertSubscriber {
  /**
   * An email address. AWS asks it to confirm the subscription once.
   *
   * @param address - e.g. `payments@example.com`
   */
  public static email(address: string): AlertSubscriber {
    check(/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(address), 'alertSubscribers email', address, 'use an address such as payments@example.com');
    return new TopicSubscriber(address, new subscriptions.EmailSubscription(address));
  }

  /**
   * A phone number in E.164 format.
   *
   * @param phoneNumber - e.g. `+14155550100`
   */
  public static sms(phoneNumber: string): AlertSubscriber {
    check(/^\+[1-9]\d{6,14}$/.test(phoneNumber), 'alertSubscribers sms', phoneNumber, 'use E.164, e.g. +14155550100');
    return new TopicSubscriber(phoneNumber, new subscriptions.SmsSubscription(phoneNumber));
  }

  /** @internal */
  public abstract readonly _endpoint: string;

  /** @internal */
  public abstract _subscribe(topic: sns.ITopic): void;
}

class TopicSubscriber extends AlertSubscriber {
  public constructor(public readonly _endpoint: string, private readonly subscription: sns.ITopicSubscription) {
    super();
  }

  public _subscribe(topic: sns.ITopic): void {
    topic.addSubscription(this.subscription);
  }
}
