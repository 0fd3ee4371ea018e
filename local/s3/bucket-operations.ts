import { ACCOUNT, REGION } from '../kernel/identity';
import { AwsResponse, notSupported, ServiceError } from '../kernel/wire';
import { LIST_OBJECT_VERSIONS, LIST_OBJECTS } from './list-operations';
import { CHECKSUM_HEADERS } from './object-headers';
import { Call, Operation } from './operation';
import { readPayload } from './payload';
import { malformedXml, parseXml, XmlNode, XmlObject } from './xml';
import { xmlAnswer } from './xml-answer';

const MOST_DELETES = 1000;

async function listBuckets({ buckets }: Call): Promise<AwsResponse> {
  const all = buckets.all().map(({ name, createdAt }) => ({ Name: name, CreationDate: new Date(createdAt).toISOString(), BucketRegion: REGION }));
  return xmlAnswer('ListAllMyBucketsResult', { Owner: { ID: ACCOUNT }, Buckets: { Bucket: all } });
}

async function headBucket(call: Call): Promise<AwsResponse> {
  call.bucket();
  return { status: 200 };
}

/** The oldest region is the one without a name here. */
async function getBucketLocation(call: Call): Promise<AwsResponse> {
  call.bucket();
  return xmlAnswer('LocationConstraint', REGION === 'us-east-1' ? {} : REGION);
}

async function getBucketVersioning(call: Call): Promise<AwsResponse> {
  const { versioning } = call.bucket();
  return xmlAnswer('VersioningConfiguration', { Status: versioning === 'Off' ? undefined : versioning });
}

async function deleteObjects(call: Call): Promise<AwsResponse> {
  const { data, checksumSent } = readPayload(call.request);
  if (!checksumSent && call.request.headers['content-md5'] === undefined) {
    throw new ServiceError('InvalidRequest', 'Missing required header for this request: Content-MD5 OR x-amz-checksum-*');
  }
  call.bucket();
  const document = parseXml(data.toString('utf8'));
  const objects = document.all('Object');
  if (document.name !== 'Delete' || objects.length === 0 || objects.length > MOST_DELETES) throw malformedXml();
  const quiet = document.value('Quiet') === 'true';
  const results = await Promise.all(objects.map((object) => deleteOne(call, object)));
  const errors = results.flatMap(({ error }) => error ?? []);
  return xmlAnswer('DeleteResult', { Deleted: quiet ? [] : results.flatMap(({ deleted }) => deleted ?? []), Error: errors });
}

async function deleteOne(call: Call, object: XmlNode): Promise<{ deleted?: XmlObject; error?: XmlObject }> {
  const unknown = object.children.find(({ name }) => !['Key', 'VersionId', 'ETag'].includes(name));
  if (unknown) throw notSupported('S3', `${unknown.name} in DeleteObjects`);
  const key = object.value('Key');
  if (!key) throw malformedXml();
  const versionId = object.value('VersionId');
  try {
    const conditions = { ifMatch: object.value('ETag') };
    const result = await call.buckets.deleteObject(call.bucketName, key, { versionId, conditions, traceId: call.traceId });
    const marker = result?.deleteMarker ? { DeleteMarker: true, DeleteMarkerVersionId: result.versionId } : {};
    return { deleted: { Key: key, VersionId: versionId, ...marker } };
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    return { error: { Key: key, VersionId: versionId, Code: error.code, Message: error.message } };
  }
}

export const BUCKET_OPERATIONS: readonly Operation[] = [
  { name: 'ListBuckets', method: 'GET', on: 'service', run: listBuckets },
  { name: 'HeadBucket', method: 'HEAD', on: 'bucket', run: headBucket },
  { name: 'GetBucketLocation', method: 'GET', on: 'bucket', marks: ['location'], run: getBucketLocation },
  { name: 'GetBucketVersioning', method: 'GET', on: 'bucket', marks: ['versioning'], run: getBucketVersioning },
  { name: 'DeleteObjects', method: 'POST', on: 'bucket', marks: ['delete'], headers: CHECKSUM_HEADERS, run: deleteObjects },
  LIST_OBJECTS,
  LIST_OBJECT_VERSIONS,
];
