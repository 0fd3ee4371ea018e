import { aws_sns as sns } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { Naming } from '../naming';
import { AlertSubscriber } from './alert-subscriber';

export interface AlertsProps {
  readonly naming: Naming;
  readonly subscribers: AlertSubscriber[];
}

/** The alert topic and those who listen to it. */
export class Alerts extends Construct {
  public readonly topic: sns.Topic;

  public constructor(scope: Construct, id: string, props: AlertsProps) {
    super(scope, id);
    this.topic = new sns.Topic(this, 'Topic', {
      topicName: props.naming.of('transaction-alerts'),
      displayName: 'Transaction alerts',
      enforceSSL: true,
    });
    props.subscribers.forEach((subscriber) => subscriber._subscribe(this.topic));
  }
}
