import { onlyProperties, Resource } from '../kernel/resource';
import { unknownVariables } from './context-variables';
import { MethodSetting, Stage } from './model';
import { onlyValues, refuse } from './refusals';
import { RestApis } from './rest-apis';

/** Opens a stage of an API that is loaded. */
export function loadStage(apis: RestApis, resource: Resource): void {
  const { properties } = resource;
  onlyProperties(resource, [
    'AccessLogSetting', 'CacheClusterEnabled', 'DeploymentId', 'MethodSettings', 'RestApiId', 'StageName', 'Variables',
    // The trace header is passed on whether or not API Gateway writes a segment of its own.
    'TracingEnabled',
    'Description', 'DocumentationVersion', 'Tags',
  ]);
  onlyValues(resource, properties, { CacheClusterEnabled: [false] });
  apis.get(properties.RestApiId).stages.set(properties.StageName, {
    name: properties.StageName,
    deploymentId: properties.DeploymentId,
    variables: properties.Variables ?? {},
    settings: (properties.MethodSettings ?? []).map((setting: Record<string, unknown>) => methodSetting(resource, setting)),
    accessLog: accessLog(resource),
    buckets: new Map(),
  });
}

function accessLog(resource: Resource): Stage['accessLog'] {
  const { DestinationArn: destinationArn, Format: format } = resource.properties.AccessLogSetting ?? {};
  if (destinationArn === undefined) return undefined;
  if (destinationArn.split(':')[2] !== 'logs') refuse(resource, `an access log in ${destinationArn}`);
  const unknown = unknownVariables(format ?? '');
  if (unknown.length > 0) refuse(resource, `$context.${unknown[0]} in the access log format`);
  return { destinationArn, format: format ?? '' };
}

const KNOWN_SETTINGS = [
  'HttpMethod', 'ResourcePath', 'ThrottlingRateLimit', 'ThrottlingBurstLimit', 'MetricsEnabled',
  // Execution logs are not written; the journal holds what they would.
  'LoggingLevel', 'DataTraceEnabled',
  'CachingEnabled', 'CacheDataEncrypted',
];

function methodSetting(resource: Resource, setting: Readonly<Record<string, unknown>>): MethodSetting {
  const unknown = Object.keys(setting).filter((key) => !KNOWN_SETTINGS.includes(key));
  if (unknown.length > 0) refuse(resource, `MethodSettings.${unknown[0]}`);
  onlyValues(resource, setting, { CachingEnabled: [false] });
  const path = String(setting.ResourcePath ?? '*').replace(/^\/?\*$/, '*');
  return {
    path: path === '*' ? path : pathOf(path),
    httpMethod: String(setting.HttpMethod ?? '*'),
    rateLimit: limit(setting.ThrottlingRateLimit),
    burstLimit: limit(setting.ThrottlingBurstLimit),
    detailedMetrics: setting.MetricsEnabled === true,
  };
}

/** Settings write the slashes of a path as `~1` after the first one. */
function pathOf(path: string): string {
  return path.replace(/~1/g, '/').replace(/^\/+/, '/');
}

/** -1 says "no limit of its own". */
function limit(value: unknown): number | undefined {
  return value === undefined || Number(value) < 0 ? undefined : Number(value);
}
