import { aws_kms as kms, aws_sns as sns } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { Naming } from '../naming';
import { check } from '../validate';
import { AlertSubscriber } from './alert-subscriber';

export interface AlertsProps {
  readonly naming: Naming;
  readonly subscribers: AlertSubscriber[];
  readonly encryptionKey?: kms.IKey;
  readonly topic?: sns.ITopic;
}

/** The alert topic and those who listen to it. */
export class Alerts extends Construct {
  public readonly topic: sns.ITopic;

  public constructor(scope: Construct, id: string, props: AlertsProps) {
    super(scope, id);
    this.topic = props.topic ?? new sns.Topic(this, 'Topic', {
      topicName: props.naming.of('transaction-alerts'),
      displayName: 'Transaction alerts',
      enforceSSL: true,
      masterKey: props.encryptionKey,
    });
    const endpoints = props.subscribers.map(({ _endpoint }) => _endpoint);
    const twice = endpoints.find((endpoint, index) => endpoints.indexOf(endpoint) !== index);
    check(twice === undefined, 'alertSubscribers', twice, 'name each subscriber once');
    props.subscribers.forEach((subscriber) => subscriber._subscribe(this.topic));
  }
}
