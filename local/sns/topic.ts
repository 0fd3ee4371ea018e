import { arn } from '../kernel/identity';
import type { TopicIdentity } from './notification';
import { Subscription } from './subscription';

export interface TopicSettings {
  readonly displayName?: string;
  readonly signatureVersion?: '1' | '2';
}

export class Topic implements TopicIdentity {
  public readonly arn: string;
  public readonly displayName?: string;
  public readonly signatureVersion: string;
  private readonly subscribers = new Map<string, Subscription>();

  public constructor(public readonly name: string, { displayName, signatureVersion = '1' }: TopicSettings) {
    this.arn = arn('sns', name);
    this.displayName = displayName;
    this.signatureVersion = signatureVersion;
  }

  public get subscriptions(): readonly Subscription[] {
    return [...this.subscribers.values()];
  }

  public add(subscription: Subscription): void {
    this.subscribers.set(subscription.arn, subscription);
  }

  public remove(subscription: Subscription): void {
    this.subscribers.delete(subscription.arn);
  }

  /** The subscription of one endpoint: there is at most one. */
  public subscriptionOf(protocol: string, endpoint: string): Subscription | undefined {
    return this.subscriptions.find((other) => other.protocol === protocol && other.endpoint === endpoint);
  }
}
