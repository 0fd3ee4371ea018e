import { onlyProperties, Resource, ResourceLoaders } from '../kernel/resource';
import { Versioning } from './bucket';
import { Buckets } from './buckets';

/** Properties without effect on a laptop: access control, encryption, access logs, and what happens after months. */
const WITHOUT_EFFECT = [
  'AccessControl', 'BucketEncryption', 'LifecycleConfiguration', 'LoggingConfiguration', 'ObjectLockEnabled', 'OwnershipControls',
  'PublicAccessBlockConfiguration', 'Tags',
];

export function s3Resources(buckets: Buckets): ResourceLoaders {
  return {
    'AWS::S3::Bucket': async (resource) => {
      onlyProperties(resource, ['BucketName', 'ObjectLockConfiguration', 'VersioningConfiguration', ...WITHOUT_EFFECT]);
      await buckets.createBucket(resource.ref, versioningOf(resource), lockedDaysOf(resource));
    },
  };
}

function versioningOf({ logicalId, properties }: Resource): Versioning {
  const status = properties.VersioningConfiguration?.Status ?? 'Off';
  if (status === 'Enabled' || status === 'Suspended' || status === 'Off') return status;
  throw new Error(`${logicalId} (AWS::S3::Bucket): VersioningConfiguration.Status cannot be ${status}`);
}

/** Both modes alike: nobody here has the permission to bypass governance. */
function lockedDaysOf({ properties }: Resource): number {
  const { Days = 0, Years = 0 } = properties.ObjectLockConfiguration?.Rule?.DefaultRetention ?? {};
  return Number(Days) + 365 * Number(Years);
}
