import { describeAttributes } from './attributes';
import { bodyFor, Publication } from './publication';
import type { Protocol, Subscription } from './subscription';

/** What a topic tells its readers about itself. */
export interface TopicIdentity {
  readonly arn: string;
  readonly name: string;
  readonly displayName?: string;
  readonly signatureVersion: string;
}

/** A publication that was accepted. */
export interface Notification extends Publication {
  readonly messageId: string;
  /** ISO time. */
  readonly timestamp: string;
}

/** Nothing is signed locally; readers that check signatures must not be told otherwise. */
const SIGNATURE = 'NOT-SIGNED-LOCALLY';
const CERTIFICATE = 'https://sns.invalid/not-signed-locally.pem';

/** The JSON that SNS wraps a message in. */
export function envelope(notification: Notification, topic: TopicIdentity, subscription: Subscription): string {
  const { messageId, subject, timestamp, attributes = {} } = notification;
  return JSON.stringify({
    Type: 'Notification',
    MessageId: messageId,
    TopicArn: topic.arn,
    Subject: subject,
    Message: bodyFor(notification, subscription.protocol),
    Timestamp: timestamp,
    SignatureVersion: topic.signatureVersion,
    Signature: SIGNATURE,
    SigningCertURL: CERTIFICATE,
    UnsubscribeURL: unsubscribeUrl(subscription),
    MessageAttributes: Object.keys(attributes).length > 0 ? describeAttributes(attributes) : undefined,
  }, undefined, 2);
}

/** The event a subscribed function is invoked with. */
export function lambdaEvent(notification: Notification, topic: TopicIdentity, subscription: Subscription): string {
  const { messageId, subject = null, timestamp, attributes = {} } = notification;
  const Sns = {
    Type: 'Notification',
    MessageId: messageId,
    TopicArn: topic.arn,
    Subject: subject,
    Message: bodyFor(notification, 'lambda'),
    Timestamp: timestamp,
    SignatureVersion: topic.signatureVersion,
    Signature: SIGNATURE,
    SigningCertUrl: CERTIFICATE,
    UnsubscribeUrl: unsubscribeUrl(subscription),
    MessageAttributes: describeAttributes(attributes),
  };
  return JSON.stringify({ Records: [{ EventSource: 'aws:sns', EventVersion: '1.0', EventSubscriptionArn: subscription.arn, Sns }] });
}

/** What the receiver of a subscription gets. */
export function payloadFor(notification: Notification, topic: TopicIdentity, subscription: Subscription): string {
  const { protocol, raw } = subscription;
  if (protocol === 'lambda') return lambdaEvent(notification, topic, subscription);
  if (raw || protocol === 'email') return bodyFor(notification, protocol);
  if (protocol === 'sms') return shortMessage(bodyFor(notification, 'sms'), topic.displayName);
  return envelope(notification, topic, subscription);
}

/** Text messages start with the topic's display name. */
export function shortMessage(body: string, displayName: string | undefined): string {
  return displayName ? `${displayName}> ${body}` : body;
}

/** The subject line of an email, which SNS always fills. */
export function subjectFor(notification: Notification, protocol: Protocol): string | undefined {
  return protocol === 'email' || protocol === 'email-json' ? notification.subject ?? 'AWS Notification Message' : undefined;
}

function unsubscribeUrl({ arn }: Subscription): string {
  return `https://sns.invalid/?Action=Unsubscribe&SubscriptionArn=${arn}`;
}
