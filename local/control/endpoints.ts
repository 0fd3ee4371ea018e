import { ACCOUNT, REGION } from '../kernel/identity';
import { Runner } from '../runner/runner';

/** Services an SDK or the AWS CLI can be pointed at; all share one URL. */
const SERVICES = ['dynamodb', 's3', 'sqs', 'sns', 'events', 'stepfunctions', 'lambda', 'logs', 'secretsmanager'];

/** Where everything is: webhook endpoints, service URLs, and the physical name of each resource. */
export function endpoints(runner: Runner): object {
  return {
    url: runner.url,
    region: REGION,
    account: ACCOUNT,
    credentials: { AWS_ACCESS_KEY_ID: ACCOUNT, AWS_SECRET_ACCESS_KEY: 'local' },
    webhooks: runner.systems.flatMap((system) => system.endpoints.map(({ name, kind, secretArn, isDefault }) => ({
      system: system.name,
      name,
      kind,
      url: runner.endpointUrl(system, name),
      ...(isDefault && { also: runner.endpointUrl(system) }),
      secret_arn: secretArn,
    }))),
    services: Object.fromEntries(SERVICES.map((service) => [service, runner.url])),
    resources: runner.resources.map(({ logicalId, type, ref, attributes, metadata }) => ({
      logical_id: logicalId, type, physical_id: ref, arn: attributes.Arn, path: metadata['aws:cdk:path'],
    })),
    not_run: runner.unsupported.map(({ logicalId, type }) => ({ logical_id: logicalId, type })),
  };
}
