import type { Credentials, Verification, WebhookRequest } from './adapter';
import { singleHeader } from './adapter';
import { Rejection } from './rejection';
import { decodeBase64, decodeHex, matchHmac } from './signature';

/** The most common scheme: one header holds the HMAC of the raw body, keyed with the secret as text. */
export interface RawBodyHmac {
  /** Lower-case name of the header. */
  readonly header: string;
  readonly algorithm: 'sha256' | 'sha512';
  readonly encoding: 'hex' | 'base64';
  /** Stands before the signature, e.g. `sha256=`. */
  readonly prefix?: string;
}

const DIGEST_BYTES = { sha256: 32, sha512: 64 } as const;

export function verifyRawBody(scheme: RawBodyHmac, request: WebhookRequest, { secrets }: Credentials): Verification {
  const { header, algorithm, encoding, prefix = '' } = scheme;
  const value = singleHeader(request, header);
  if (!value) throw new Rejection('missing_signature', `no ${header} header`);
  const text = value.startsWith(prefix) ? value.slice(prefix.length) : '';
  const digest = encoding === 'hex' ? decodeHex(text, DIGEST_BYTES[algorithm]) : decodeBase64(text);
  if (digest?.length !== DIGEST_BYTES[algorithm]) {
    throw new Rejection('malformed_signature', `${header} is not ${prefix}<${encoding}> of ${DIGEST_BYTES[algorithm]} bytes`);
  }
  return { secretIndex: matchHmac(algorithm, secrets.map((secret) => Buffer.from(secret)), [request.body], [digest]) };
}
