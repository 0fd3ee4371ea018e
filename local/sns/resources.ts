import { REGION } from '../kernel/identity';
import { onlyProperties, Resource, ResourceLoaders } from '../kernel/resource';
import { SubscriptionAttributes } from './subscription';
import { Topics } from './topics';

/** Properties without effect on a laptop: encryption, tags, and tracing, which is always on. */
const WITHOUT_EFFECT = ['KmsMasterKeyId', 'Tags', 'TracingConfig'];
const SUBSCRIPTION_ATTRIBUTES = ['FilterPolicy', 'FilterPolicyScope', 'RawMessageDelivery', 'RedrivePolicy', 'SubscriptionRoleArn'];

export function snsResources(topics: Topics): ResourceLoaders {
  return {
    'AWS::SNS::Topic': (resource) => loadTopic(topics, resource),
    'AWS::SNS::Subscription': (resource) => loadSubscription(topics, resource),
  };
}

function loadTopic(topics: Topics, resource: Resource): void {
  const { properties } = resource;
  onlyProperties(resource, ['TopicName', 'DisplayName', 'SignatureVersion', 'FifoTopic', 'Subscription', ...WITHOUT_EFFECT]);
  if (String(properties.FifoTopic ?? false) !== 'false') throw unsupported(resource, 'FIFO topics');
  const { DisplayName: displayName, SignatureVersion: signatureVersion } = properties;
  const topic = topics.createTopic(resource.ref.split(':').pop()!, { displayName, signatureVersion });
  for (const { Protocol, Endpoint } of properties.Subscription ?? []) {
    topics.subscribe({ topicArn: topic.arn, protocol: Protocol, endpoint: Endpoint }, true);
  }
}

function loadSubscription(topics: Topics, resource: Resource): void {
  const { properties, ref } = resource;
  onlyProperties(resource, ['TopicArn', 'Protocol', 'Endpoint', 'Region', ...SUBSCRIPTION_ATTRIBUTES]);
  if ((properties.Region ?? REGION) !== REGION) throw unsupported(resource, `the region ${properties.Region}`);
  const { TopicArn: topicArn, Protocol: protocol, Endpoint: endpoint } = properties;
  topics.subscribe({ topicArn, protocol, endpoint, attributes: attributesOf(properties), arn: ref }, true);
}

/** Template values may be objects or booleans where the API takes text. */
function attributesOf(properties: Resource['properties']): SubscriptionAttributes {
  const given = SUBSCRIPTION_ATTRIBUTES.filter((name) => properties[name] !== undefined);
  return Object.fromEntries(given.map((name) => {
    const value: unknown = properties[name];
    return [name, typeof value === 'object' ? JSON.stringify(value) : String(value)];
  }));
}

function unsupported({ logicalId, type }: Resource, what: string): Error {
  return new Error(`${logicalId} (${type}): the local runner does not support ${what}`);
}
