import { onlyProperties, Resource, ResourceLoaders } from '../kernel/resource';
import { Versioning } from './bucket';
import { Buckets } from './buckets';

/** Properties without effect on a laptop: access control, encryption, locks, access logs, and what happens after months. */
const WITHOUT_EFFECT = [
  'AccessControl', 'BucketEncryption', 'LifecycleConfiguration', 'LoggingConfiguration', 'ObjectLockConfiguration',
  'ObjectLockEnabled', 'OwnershipControls', 'PublicAccessBlockConfiguration', 'Tags',
];

export function s3Resources(buckets: Buckets): ResourceLoaders {
  return {
    'AWS::S3::Bucket': async (resource) => {
      onlyProperties(resource, ['BucketName', 'VersioningConfiguration', ...WITHOUT_EFFECT]);
      await buckets.createBucket(resource.ref, versioningOf(resource));
    },
  };
}

function versioningOf({ logicalId, properties }: Resource): Versioning {
  const status = properties.VersioningConfiguration?.Status ?? 'Off';
  if (status === 'Enabled' || status === 'Suspended' || status === 'Off') return status;
  throw new Error(`${logicalId} (AWS::S3::Bucket): VersioningConfiguration.Status cannot be ${status}`);
}
