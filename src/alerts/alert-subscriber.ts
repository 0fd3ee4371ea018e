import {
  aws_kinesisfirehose as firehose, aws_lambda as lambda, aws_sns as sns, aws_sns_subscriptions as subscriptions, aws_sqs as sqs, Names,
} from 'aws-cdk-lib';
import { check } from '../validate';
import { AlertFilter, filterPolicyOf } from './alert-filter';

/** Options of every subscriber. */
export interface AlertSubscriberOptions {
  /**
   * Which alerts are wanted.
   *
   * @default - all
   */
  readonly filter?: AlertFilter;
}

/** Options of subscribers that can have the bare alert. */
export interface MachineSubscriberOptions extends AlertSubscriberOptions {
  /**
   * Whether the body is the alert itself instead of the envelope of SNS around it. The alert is a
   * JSON object whose `text` Slack-compatible receivers show.
   *
   * @default false
   */
  readonly rawMessage?: boolean;
}

/** Somebody who is told of high-value, medium-value and high-risk transactions. */
export abstract class AlertSubscriber {
  /**
   * An email address. AWS asks it to confirm the subscription once.
   *
   * @param address - e.g. `payments@example.com`
   */
  public static email(address: string, options: AlertSubscriberOptions = {}): AlertSubscriber {
    check(/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(address), 'alertSubscribers email', address, 'use an address such as payments@example.com');
    return new TopicSubscriber(address, new subscriptions.EmailSubscription(address, { filterPolicy: filterPolicyOf(options.filter) }));
  }

  /**
   * A phone number in E.164 format.
   *
   * @param phoneNumber - e.g. `+14155550100`
   */
  public static sms(phoneNumber: string, options: AlertSubscriberOptions = {}): AlertSubscriber {
    check(/^\+[1-9]\d{6,14}$/.test(phoneNumber), 'alertSubscribers sms', phoneNumber, 'use E.164, e.g. +14155550100');
    return new TopicSubscriber(phoneNumber, new subscriptions.SmsSubscription(phoneNumber, { filterPolicy: filterPolicyOf(options.filter) }));
  }

  /**
   * A server of your own. It has to confirm the subscription, as SNS asks it to, before it gets alerts.
   *
   * @param url - e.g. `https://alerts.example.com/payments`
   * @see https://docs.aws.amazon.com/sns/latest/dg/sns-http-https-endpoint-as-subscriber.html
   */
  public static https(url: string, options: MachineSubscriberOptions = {}): AlertSubscriber {
    check(/^https:\/\/[^\s/]+/.test(url), 'alertSubscribers https', url, 'use an address such as https://alerts.example.com/payments');
    return new TopicSubscriber(url, new subscriptions.UrlSubscription(url, {
      protocol: sns.SubscriptionProtocol.HTTPS, rawMessageDelivery: options.rawMessage, filterPolicy: filterPolicyOf(options.filter),
    }));
  }

  /** A standard queue. */
  public static queue(queue: sqs.IQueue, options: MachineSubscriberOptions = {}): AlertSubscriber {
    check(!queue.fifo, 'alertSubscribers queue', queue.node.path, 'use a standard queue: SNS lets no FIFO queue listen to a standard topic');
    return new TopicSubscriber(Names.nodeUniqueId(queue.node), new subscriptions.SqsSubscription(queue, {
      rawMessageDelivery: options.rawMessage, filterPolicy: filterPolicyOf(options.filter),
    }));
  }

  /** A function. */
  public static function(fn: lambda.IFunction, options: AlertSubscriberOptions = {}): AlertSubscriber {
    return new TopicSubscriber(Names.nodeUniqueId(fn.node), new subscriptions.LambdaSubscription(fn, {
      filterPolicy: filterPolicyOf(options.filter),
    }));
  }

  /** A delivery stream of Amazon Data Firehose, e.g. into a data lake. */
  public static firehose(stream: firehose.IDeliveryStream, options: MachineSubscriberOptions = {}): AlertSubscriber {
    return new TopicSubscriber(Names.nodeUniqueId(stream.node), new subscriptions.FirehoseSubscription(stream, {
      rawMessageDelivery: options.rawMessage, filterPolicy: filterPolicyOf(options.filter),
    }));
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
