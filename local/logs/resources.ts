import { onlyProperties, Resource, ResourceLoaders } from '../kernel/resource';
import { notSupported } from '../kernel/wire';
import { LogGroups } from './log-groups';

const LOG_GROUP_PROPERTIES = [
  'LogGroupName', 'RetentionInDays', 'LogGroupClass',
  // Without effect on one machine.
  'KmsKeyId', 'Tags', 'ResourcePolicyDocument', 'DeletionProtectionEnabled',
];

/** `AWS::Logs::LogGroup`. */
export function logResources(logs: LogGroups): ResourceLoaders {
  return {
    'AWS::Logs::LogGroup': (resource: Resource) => {
      onlyProperties(resource, LOG_GROUP_PROPERTIES);
      const { LogGroupClass: logClass = 'STANDARD', RetentionInDays: retentionDays } = resource.properties;
      if (logClass !== 'STANDARD') throw notSupported('logs', `the log group class ${logClass} of ${resource.logicalId}`);
      logs.create(resource.ref, { retentionDays: retentionDays === undefined ? undefined : Number(retentionDays) });
    },
  };
}
