import { randomUUID } from 'node:crypto';
import { Clock } from '../kernel/clock';
import { Journal } from '../kernel/journal';
import { Metrics } from '../kernel/metrics';
import { Invocation, Targets } from '../kernel/targets';
import { traceIdOf } from '../kernel/trace';
import { AwsRequest, AwsResponse, LocalService, ServiceError } from '../kernel/wire';
import { actions } from './actions';
import { FanOut } from './fan-out';
import { Mail } from './mailbox';
import { Notification } from './notification';
import { bodyFor, checkPublication, Publication, sizeOfPublication } from './publication';
import { invalidParameter, serveQuery } from './query';
import { Subscription, SubscriptionAttributes } from './subscription';
import { Topic, TopicSettings } from './topic';

export interface TopicsOptions {
  readonly clock: Clock;
  readonly journal: Journal;
  readonly metrics: Metrics;
  readonly targets: Targets;
}

export interface SubscriptionRequest {
  readonly topicArn: string;
  readonly protocol: string;
  readonly endpoint: string;
  readonly attributes?: SubscriptionAttributes;
  /** Given for those a template declares, made up for others. */
  readonly arn?: string;
}

interface State {
  readonly mails: readonly Mail[];
  readonly subscriptions: readonly Required<SubscriptionRequest>[];
}

/** How CloudWatch files text messages without a topic. */
const NO_TOPIC = { PhoneNumber: 'PhoneNumberDirect' };

/** The local SNS. Messages to people and outside servers end in a mailbox; subscriptions need no confirmation. */
export class Topics implements LocalService {
  private readonly topics = new Map<string, Topic>();
  private readonly mails: Mail[] = [];
  private readonly fanOut: FanOut;
  /** Subscriptions of an earlier run whose topics are yet to be created. */
  private restored: Required<SubscriptionRequest>[] = [];

  public constructor(private readonly options: TopicsOptions) {
    this.fanOut = new FanOut({ ...options, mail: (mail) => this.mails.push(mail) });
  }

  public createTopic(name: string, settings: TopicSettings = {}): Topic {
    if (!/^[\w-]{1,256}$/.test(name)) throw invalidParameter('Topic Name');
    const topic = new Topic(name, settings);
    if (this.topics.has(topic.arn)) throw invalidParameter('Attributes Reason: Topic already exists');
    this.topics.set(topic.arn, topic);
    for (const subscription of this.restored.filter(({ topicArn }) => topicArn === topic.arn)) this.subscribe(subscription);
    this.restored = this.restored.filter(({ topicArn }) => topicArn !== topic.arn);
    return topic;
  }

  public all(): Topic[] {
    return [...this.topics.values()];
  }

  public topic(topicArn: string): Topic {
    const topic = this.topics.get(topicArn);
    if (!topic) throw new ServiceError('NotFound', 'Topic does not exist', 404);
    return topic;
  }

  /** Adds a subscriber; a second request for the same endpoint gives the subscription there is. */
  public subscribe(request: SubscriptionRequest, declared = false): Subscription {
    const { topicArn, protocol, endpoint, attributes = {}, arn = `${topicArn}:${randomUUID()}` } = request;
    const topic = this.topic(topicArn);
    const existing = topic.subscriptionOf(protocol, endpoint);
    if (existing) {
      if (Object.entries(attributes).every(([name, value]) => existing.attributes[name] === value)) return existing;
      throw invalidParameter('Attributes Reason: Subscription already exists with different attributes');
    }
    const subscription = new Subscription(arn, topicArn, protocol, endpoint, attributes, declared);
    topic.add(subscription);
    return subscription;
  }

  public subscription(arn: string): Subscription {
    const subscription = this.all().flatMap(({ subscriptions }) => subscriptions).find((other) => other.arn === arn);
    if (!subscription) throw new ServiceError('NotFound', 'Subscription does not exist', 404);
    return subscription;
  }

  public unsubscribe(arn: string): void {
    const subscription = this.subscription(arn);
    this.topic(subscription.topicArn).remove(subscription);
  }

  /** Accepts a message; deliveries go on after it returned. */
  public publish(publication: Publication): { readonly messageId: string } {
    const { topicArn, phoneNumber } = publication;
    if ((topicArn === undefined) === (phoneNumber === undefined)) throw invalidParameter('TopicArn or PhoneNumber Reason: exactly one is required');
    const topic = topicArn === undefined ? undefined : this.topic(topicArn);
    checkPublication(publication);
    const notification = { ...publication, messageId: randomUUID(), timestamp: new Date(this.options.clock.now()).toISOString() };
    this.accepted(notification, topic);
    if (topic) this.fanOut.start(topic, notification);
    else this.text(notification, phoneNumber!);
    return { messageId: notification.messageId };
  }

  /** Takes what another service sends. */
  public async deliver(topicArn: string, { payload, traceHeader }: Invocation): Promise<void> {
    this.publish({ topicArn, message: payload, traceHeader });
  }

  /** Everything that would have left the machine, in order. */
  public mailbox(): readonly Mail[] {
    return this.mails;
  }

  /** Deliveries that are not settled yet. */
  public pending(): number {
    return this.fanOut.pending();
  }

  public snapshot(): unknown {
    const added = this.all().flatMap(({ subscriptions }) => subscriptions).filter(({ declared }) => !declared);
    const subscriptions = added.map(({ arn, topicArn, protocol, endpoint, attributes }) => ({ arn, topicArn, protocol, endpoint, attributes }));
    return { mails: [...this.mails], subscriptions: [...subscriptions, ...this.restored] } satisfies State;
  }

  /** Brings back an earlier run's mail and the subscriptions that no template declares. */
  public restore(state: unknown): void {
    const { mails, subscriptions } = state as State;
    this.mails.push(...mails);
    this.restored = subscriptions.filter(({ topicArn }) => !this.topics.has(topicArn));
    for (const subscription of subscriptions) if (this.topics.has(subscription.topicArn)) this.subscribe(subscription);
  }

  public async handle(request: AwsRequest): Promise<AwsResponse> {
    return serveQuery(actions(this, request.headers['x-amzn-trace-id']), request);
  }

  private accepted(notification: Notification, topic: Topic | undefined): void {
    const { messageId, message, subject, structure, attributes, phoneNumber, traceHeader } = notification;
    const { journal, metrics } = this.options;
    const data = { topic: topic?.name, topicArn: topic?.arn, phoneNumber, messageId, subject, message, structure, attributes };
    journal.record('sns', 'MessagePublished', data, traceIdOf(traceHeader));
    const dimensions = topic ? { TopicName: topic.name } : NO_TOPIC;
    metrics.put('AWS/SNS', 'NumberOfMessagesPublished', dimensions);
    metrics.put('AWS/SNS', 'PublishSize', dimensions, sizeOfPublication(notification));
  }

  private text(notification: Notification, endpoint: string): void {
    const { messageId, timestamp: at, traceHeader } = notification;
    const body = bodyFor(notification, 'sms');
    this.mails.push({ protocol: 'sms', endpoint, body, messageId, at });
    this.options.metrics.put('AWS/SNS', 'NumberOfNotificationsDelivered', NO_TOPIC);
    this.options.journal.record('sns', 'NotificationDelivered', { messageId, protocol: 'sms', endpoint, body }, traceIdOf(traceHeader));
  }
}
