import { notSupported, ServiceError } from '../kernel/wire';
import { FilterPolicy, FilterScope } from './filter-policy';
import { isPhoneNumber, parseObject } from './publication';
import { invalidParameter } from './query';

const PROTOCOLS = ['sqs', 'lambda', 'firehose', 'email', 'email-json', 'sms', 'http', 'https'] as const;
export type Protocol = typeof PROTOCOLS[number];

/** Attributes of a subscription by AWS's names; everything is text. */
export type SubscriptionAttributes = Readonly<Record<string, string>>;

/** The attributes that have an effect, and the role that has none here. */
const KNOWN = ['FilterPolicy', 'FilterPolicyScope', 'RawMessageDelivery', 'RedrivePolicy', 'SubscriptionRoleArn'];
const RAW_PROTOCOLS: readonly Protocol[] = ['sqs', 'firehose', 'http', 'https'];

export interface Endpoint {
  readonly protocol: Protocol;
  readonly endpoint: string;
}

/** One receiver of a topic's messages. */
export class Subscription implements Endpoint {
  public readonly protocol: Protocol;
  public readonly endpoint: string;
  public raw = false;
  public filter?: FilterPolicy;
  /** The queue for messages that could not be delivered. */
  public deadLetterArn?: string;
  private given: SubscriptionAttributes = {};

  public constructor(
    public readonly arn: string,
    public readonly topicArn: string,
    protocol: string,
    endpoint: string,
    attributes: SubscriptionAttributes,
    /** Whether the template names it; others live in the snapshot. */
    public readonly declared: boolean,
  ) {
    this.protocol = parseProtocol(protocol);
    this.endpoint = endpoint;
    checkEndpoint(this);
    this.set(attributes);
  }

  public get attributes(): SubscriptionAttributes {
    return this.given;
  }

  /** Sets some attributes; an empty filter or redrive policy removes it. */
  public set(changes: SubscriptionAttributes): void {
    const unknown = Object.keys(changes).find((name) => !KNOWN.includes(name));
    if (unknown !== undefined) throw notSupported('SNS', `the subscription attribute ${unknown}`);
    const next = { ...this.given, ...changes };
    const filter = filterOf(next);
    const deadLetterArn = deadLetterOf(next.RedrivePolicy);
    const raw = next.RawMessageDelivery?.toLowerCase() === 'true';
    if (raw && !RAW_PROTOCOLS.includes(this.protocol)) {
      throw invalidParameter(`Attributes Reason: Delivery protocol [${this.protocol}] does not support raw message delivery.`);
    }
    Object.assign(this, { filter, deadLetterArn, raw });
    this.given = next;
  }
}

function parseProtocol(name: string): Protocol {
  const protocol = PROTOCOLS.find((known) => known === name);
  if (!protocol) throw name === 'application' ? notSupported('SNS', 'the protocol application') : invalidParameter(`Does not support this protocol string: ${name}`);
  return protocol;
}

const ENDPOINTS: Readonly<Record<Protocol, (endpoint: string) => boolean>> = {
  'sqs': (endpoint) => endpoint.startsWith('arn:aws:sqs:'),
  'lambda': (endpoint) => endpoint.startsWith('arn:aws:lambda:'),
  'firehose': (endpoint) => endpoint.startsWith('arn:aws:firehose:'),
  'email': isEmail,
  'email-json': isEmail,
  'sms': isPhoneNumber,
  'http': (endpoint) => endpoint.startsWith('http://'),
  'https': (endpoint) => endpoint.startsWith('https://'),
};

function checkEndpoint({ protocol, endpoint }: Endpoint): void {
  if (!ENDPOINTS[protocol](endpoint)) throw invalidParameter(`Endpoint Reason: ${endpoint} is no endpoint for ${protocol}`);
  if (protocol === 'sqs' && endpoint.endsWith('.fifo')) {
    throw invalidParameter('Endpoint Reason: FIFO SQS Queues can not be subscribed to standard SNS topics');
  }
}

function isEmail(endpoint: string): boolean {
  return /^[^\s@]+@[^\s@]+$/.test(endpoint);
}

function filterOf({ FilterPolicy: text, FilterPolicyScope: scope = 'MessageAttributes' }: SubscriptionAttributes): FilterPolicy | undefined {
  if (scope !== 'MessageAttributes' && scope !== 'MessageBody') throw invalidParameter(`FilterPolicyScope: Invalid value [${scope}]`);
  const policy = jsonAttribute('FilterPolicy', text);
  return policy && new FilterPolicy(policy, scope satisfies FilterScope);
}

function deadLetterOf(text: string | undefined): string | undefined {
  const policy = jsonAttribute('RedrivePolicy', text);
  if (!policy) return undefined;
  const { deadLetterTargetArn, ...unknown } = policy;
  if (typeof deadLetterTargetArn === 'string' && deadLetterTargetArn.startsWith('arn:aws:sqs:') && Object.keys(unknown).length === 0) return deadLetterTargetArn;
  throw new ServiceError('InvalidParameter', 'Invalid parameter: RedrivePolicy: deadLetterTargetArn is an invalid arn');
}

function jsonAttribute(name: string, text: string | undefined): Record<string, unknown> | undefined {
  if (text === undefined || text === '') return undefined;
  const value = parseObject(text);
  if (!value) throw invalidParameter(`${name}: failed to parse JSON.`);
  return Object.keys(value).length === 0 ? undefined : value;
}
