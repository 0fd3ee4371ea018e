import { ServiceError } from '../kernel/wire';
import { noSuchKey } from './errors';
import { ObjectVersion } from './object-version';

/** Conditional headers of a request. */
export interface Conditions {
  readonly ifMatch?: string;
  readonly ifNoneMatch?: string;
  readonly ifModifiedSince?: string;
  readonly ifUnmodifiedSince?: string;
}

/** Reads conditional headers; copies carry theirs under a prefix. */
export function conditionsOf(headers: Readonly<Record<string, string>>, prefix = ''): Conditions {
  return {
    ifMatch: headers[`${prefix}if-match`],
    ifNoneMatch: headers[`${prefix}if-none-match`],
    ifModifiedSince: headers[`${prefix}if-modified-since`],
    ifUnmodifiedSince: headers[`${prefix}if-unmodified-since`],
  };
}

/** Refuses a write whose conditions the current object does not meet. */
export function checkWrite(conditions: Conditions, key: string, current: ObjectVersion | undefined): void {
  const { ifMatch, ifNoneMatch } = conditions;
  if (ifNoneMatch !== undefined && ifNoneMatch !== '*') {
    throw new ServiceError('NotImplemented', 'A header you provided implies functionality that is not implemented: If-None-Match', 501);
  }
  if (ifNoneMatch === '*' && current) throw preconditionFailed('If-None-Match');
  if (ifMatch === undefined) return;
  if (!current) throw noSuchKey(key);
  if (!matches(ifMatch, current)) throw preconditionFailed('If-Match');
}

/** Refuses a read whose conditions fail: 412, or 304 when the client's copy is still good. */
export function checkRead(conditions: Conditions, object: ObjectVersion): void {
  const { ifMatch, ifNoneMatch, ifModifiedSince, ifUnmodifiedSince } = conditions;
  if (ifMatch !== undefined) {
    if (!matches(ifMatch, object)) throw preconditionFailed('If-Match');
  } else if (ifUnmodifiedSince !== undefined && object.lastModified > Date.parse(ifUnmodifiedSince)) {
    throw preconditionFailed('If-Unmodified-Since');
  }
  if (ifNoneMatch !== undefined) {
    if (matches(ifNoneMatch, object)) throw notModified(object);
  } else if (ifModifiedSince !== undefined && object.lastModified <= Date.parse(ifModifiedSince)) {
    throw notModified(object);
  }
}

function matches(header: string, { etag }: ObjectVersion): boolean {
  return header.split(',').map((tag) => tag.trim().replace(/^W\//, '').replace(/^"(.*)"$/, '$1')).some((tag) => tag === '*' || tag === etag);
}

export function preconditionFailed(condition: string): ServiceError {
  const message = 'At least one of the pre-conditions you specified did not hold';
  return new ServiceError('PreconditionFailed', message, 412, { Condition: condition });
}

function notModified(object: ObjectVersion): ServiceError {
  return new ServiceError('NotModified', 'Not Modified', 304, { ETag: `"${object.etag}"` });
}
