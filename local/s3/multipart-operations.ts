import { AwsResponse, ServiceError } from '../kernel/wire';
import {
  CHECKSUM_ALGORITHMS, Checksum, ChecksumAlgorithm, checksumElement, checksumHeader, ChecksumType, DEFAULT_ALGORITHM, parseAlgorithm, sentChecksum,
} from './checksums';
import { CHECKSUM_HEADERS, describeWritten, PROPERTY_HEADERS, propertiesOf } from './object-headers';
import { Call, Operation } from './operation';
import { readPayload } from './payload';
import { conditionsOf } from './preconditions';
import { assemble, NamedPart, Upload } from './uploads';
import { malformedXml, parseXml, XmlNode } from './xml';
import { xmlAnswer } from './xml-answer';

async function createMultipartUpload(call: Call): Promise<AwsResponse> {
  const { headers } = call.request;
  const named = headers['x-amz-checksum-algorithm'];
  const algorithm = named === undefined ? undefined : parseAlgorithm(named);
  const upload = call.buckets.uploads.create({
    ...propertiesOf(call.request),
    bucket: call.bucket().name,
    key: call.key,
    algorithm,
    checksumType: checksumType(algorithm ?? DEFAULT_ALGORITHM, headers['x-amz-checksum-type']),
  });
  const told = algorithm ? { 'x-amz-checksum-algorithm': algorithm, 'x-amz-checksum-type': upload.checksumType } : undefined;
  return xmlAnswer('InitiateMultipartUploadResult', { Bucket: upload.bucket, Key: upload.key, UploadId: upload.id }, told);
}

function checksumType(algorithm: ChecksumAlgorithm, asked?: string): ChecksumType {
  const type = asked ?? (algorithm === 'CRC64NVME' ? 'FULL_OBJECT' : 'COMPOSITE');
  const possible = type === 'FULL_OBJECT' ? algorithm.startsWith('CRC') : type === 'COMPOSITE' && algorithm !== 'CRC64NVME';
  if (possible) return type as ChecksumType;
  throw new ServiceError('InvalidRequest', `The ${type} checksum type cannot be used with the ${algorithm} checksum algorithm.`);
}

async function uploadPart(call: Call): Promise<AwsResponse> {
  const number = Number(call.request.query.get('partNumber'));
  const { etag, checksum } = call.buckets.uploads.addPart(uploadOf(call), number, readPayload(call.request), call.buckets.now());
  return { status: 200, headers: { etag: `"${etag}"`, [checksumHeader(checksum.algorithm)]: checksum.value } };
}

async function completeMultipartUpload(call: Call): Promise<AwsResponse> {
  const upload = uploadOf(call);
  const parts = parseXml(call.request.body.toString('utf8')).all('Part').map(namedPart);
  if (parts.length === 0) throw malformedXml();
  const { body, etag, checksum } = assemble(upload, parts);
  checkWhole(call, body, checksum);
  const { headers, metadata, storageClass } = upload;
  const conditions = conditionsOf(call.request.headers);
  const options = { headers, metadata, storageClass, etag, checksum, conditions, event: 'CompleteMultipartUpload', traceId: call.traceId } as const;
  const object = await call.buckets.putObject(call.bucketName, call.key, body, options);
  call.buckets.uploads.remove(upload);
  const { etag: _, ...described } = describeWritten(object, call.bucket().versioning);
  return xmlAnswer('CompleteMultipartUploadResult', {
    Location: call.request.path,
    Bucket: call.bucketName,
    Key: call.key,
    ETag: `"${object.etag}"`,
    [checksumElement(checksum.algorithm)]: checksum.value,
    ChecksumType: checksum.type,
  }, described);
}

/** Verifies what the client says of the assembled object. */
function checkWhole({ request: { headers } }: Call, body: Buffer, checksum: Checksum): void {
  const sent = sentChecksum(headers);
  if (sent && (sent.algorithm !== checksum.algorithm || sent.value !== checksum.value)) {
    throw new ServiceError('BadDigest', `The ${sent.algorithm} you specified did not match the calculated checksum.`);
  }
  const type = headers['x-amz-checksum-type'];
  if (type !== undefined && type !== checksum.type) {
    throw new ServiceError('InvalidRequest', `The upload was created with the ${checksum.type} checksum type, not ${type}.`);
  }
  const size = headers['x-amz-mp-object-size'];
  if (size !== undefined && Number(size) !== body.length) {
    throw new ServiceError('InvalidRequest', "The provided 'x-amz-mp-object-size' header does not match what was computed.");
  }
}

function namedPart(node: XmlNode): NamedPart {
  const [number, etag] = [node.value('PartNumber'), node.value('ETag')];
  if (number === undefined || etag === undefined) throw malformedXml();
  const checksums = CHECKSUM_ALGORITHMS
    .map((algorithm) => [algorithm, node.value(checksumElement(algorithm))])
    .filter(([, value]) => value !== undefined);
  return { number: Number(number), etag: etag.replaceAll('"', ''), checksums: Object.fromEntries(checksums) };
}

async function abortMultipartUpload(call: Call): Promise<AwsResponse> {
  call.buckets.uploads.remove(uploadOf(call));
  return { status: 204 };
}

async function listParts(call: Call): Promise<AwsResponse> {
  const upload = uploadOf(call);
  const parts = [...upload.parts.values()].sort((a, b) => a.number - b.number);
  return xmlAnswer('ListPartsResult', {
    Bucket: upload.bucket,
    Key: upload.key,
    UploadId: upload.id,
    StorageClass: upload.storageClass,
    IsTruncated: false,
    Part: parts.map((part) => ({
      PartNumber: part.number,
      LastModified: new Date(part.lastModified).toISOString(),
      ETag: `"${part.etag}"`,
      Size: part.data.length,
      [checksumElement(part.checksum.algorithm)]: part.checksum.value,
    })),
  });
}

function uploadOf({ buckets, bucketName, key, request }: Call): Upload {
  return buckets.uploads.find(bucketName, key, request.query.get('uploadId')!);
}

const TYPE_HEADER = 'x-amz-checksum-type';

export const MULTIPART_OPERATIONS: readonly Operation[] = [
  {
    name: 'CreateMultipartUpload',
    method: 'POST',
    on: 'object',
    marks: ['uploads'],
    headers: [...PROPERTY_HEADERS, 'x-amz-checksum-algorithm', TYPE_HEADER],
    run: createMultipartUpload,
  },
  { name: 'UploadPart', method: 'PUT', on: 'object', marks: ['partNumber', 'uploadId'], headers: CHECKSUM_HEADERS, run: uploadPart },
  {
    name: 'CompleteMultipartUpload',
    method: 'POST',
    on: 'object',
    marks: ['uploadId'],
    headers: [...CHECKSUM_HEADERS, TYPE_HEADER, 'x-amz-mp-object-size'],
    run: completeMultipartUpload,
  },
  { name: 'AbortMultipartUpload', method: 'DELETE', on: 'object', marks: ['uploadId'], run: abortMultipartUpload },
  { name: 'ListParts', method: 'GET', on: 'object', marks: ['uploadId'], run: listParts },
];
