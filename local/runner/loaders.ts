import { apiGatewayResources } from '../apigateway';
import { Assembly, AssemblyError, codeOf } from '../assembly';
import { tableResources } from '../dynamodb';
import { eventResources } from '../events/resources';
import { Resource, ResourceLoaders } from '../kernel/resource';
import { lambdaResources } from '../lambda/resources';
import { logResources } from '../logs/resources';
import { modelsIn } from '../models/models';
import { s3Resources } from '../s3/resources';
import { secretResources } from '../secretsmanager/resources';
import { snsResources } from '../sns/resources';
import { sqsResources } from '../sqs/resources';
import { stateMachineResources } from '../states/resources';
import { Services } from './services';

/** Permissions, keys and views: nothing a webhook passes through. */
const WITHOUT_EFFECT = [
  /^AWS::IAM::/, /^AWS::KMS::/, /^AWS::CloudWatch::/, /^AWS::CDK::Metadata$/, /^AWS::Lambda::Permission$/,
  /Policy$/, /^Custom::S3AutoDeleteObjects$/, /^Custom::LogRetention$/, /^Custom::CloudwatchLogResourcePolicy$/,
];

/** Brings every resource to life that a service can run; answers with those that none can. */
export async function loadResources(resources: readonly Resource[], services: Services, assembly: Assembly): Promise<Resource[]> {
  const loaders: ResourceLoaders = {
    ...apiGatewayResources(services.apis),
    ...tableResources(services.dynamodb),
    ...s3Resources(services.buckets),
    ...sqsResources(services.queues),
    ...snsResources(services.topics),
    ...secretResources(services.secrets),
    ...logResources(services.logs),
    ...eventResources(services.buses),
    ...stateMachineResources(services.machines),
    ...lambdaResources({
      functions: services.functions,
      streams: services.streams,
      queues: services.queueMappings,
      codeOf: (resource) => codeOf(assembly, resource),
    }),
  };
  const models = modelsIn(resources).filter(({ kind }) => kind === 'function').map(({ name }) => name);
  const unknown: Resource[] = [];
  for (const resource of resources) {
    const loader = loaders[resource.type];
    if (loader && (!models.includes(resource.ref) || isRunnable(assembly, resource))) await loader(resource);
    else if (!WITHOUT_EFFECT.some((type) => type.test(resource.type))) unknown.push(resource);
  }
  const running = services.functions.list().map(({ name }) => name);
  models.filter((name) => !running.includes(name)).forEach((name) => services.models.standInFor(name));
  return unknown;
}

/** Whether a model of the app's own runs here: it may be of any runtime, or in another stack. */
function isRunnable(assembly: Assembly, resource: Resource): boolean {
  try {
    codeOf(assembly, resource);
    return true;
  } catch (error) {
    if (error instanceof AssemblyError) return false;
    throw error;
  }
}
