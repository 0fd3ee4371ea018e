import { ServiceError } from '../kernel/wire';
import { ObjectVersion } from './object-version';

/** Storage classes and what CloudWatch calls them in the `StorageType` dimension. */
const STORAGE_TYPES: Readonly<Record<string, string>> = {
  STANDARD: 'StandardStorage',
  REDUCED_REDUNDANCY: 'ReducedRedundancyStorage',
  STANDARD_IA: 'StandardIAStorage',
  ONEZONE_IA: 'OneZoneIAStorage',
  INTELLIGENT_TIERING: 'IntelligentTieringFAStorage',
  GLACIER: 'GlacierStorage',
  DEEP_ARCHIVE: 'DeepArchiveStorage',
  GLACIER_IR: 'GlacierInstantRetrievalStorage',
};

export const DEFAULT_STORAGE_CLASS = 'STANDARD';

export function storageType(storageClass: string): string {
  return STORAGE_TYPES[storageClass];
}

export function parseStorageClass(name: string | undefined): string {
  if (name === undefined) return DEFAULT_STORAGE_CLASS;
  if (Object.hasOwn(STORAGE_TYPES, name)) return name;
  throw new ServiceError('InvalidStorageClass', 'The storage class you specified is not valid', 400, { StorageClassRequested: name });
}

/** Objects in the cold classes cannot be read before a restore. */
export function checkReadable({ storageClass }: ObjectVersion): void {
  if (storageClass !== 'GLACIER' && storageClass !== 'DEEP_ARCHIVE') return;
  const message = "The operation is not valid for the object's storage class";
  throw new ServiceError('InvalidObjectState', message, 403, { StorageClass: storageClass });
}
