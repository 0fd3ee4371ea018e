import { KeyObject, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { rootCertificates } from 'node:tls';
import { Rejection } from './rejection';

/** What a signing certificate is held against. */
export interface CertificatePolicy {
  /** Common names it may have. */
  readonly names: readonly string[];
  /** When it must be valid, milliseconds since the epoch. */
  readonly at: number;
  /** Trust anchors, PEM; default those of the runtime. */
  readonly trustedRoots?: readonly string[];
}

/** Certificates one answer may hold: a signer, its issuers and no more. */
const MAX_CERTIFICATES = 6;
const MIN_RSA_BITS = 2048;

const PEM = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;
const SERVER_AUTH = '1.3.6.1.5.5.7.3.1';
const ANY_USAGE = '2.5.29.37.0';
/** DER of the id of the name constraints extension. */
const NAME_CONSTRAINTS = Buffer.from('0603551d1e', 'hex');

let runtimeRoots: readonly X509Certificate[] | undefined;

/**
 * The key of the first certificate of a chain, if the chain leads to a trusted
 * root. Revocation is not asked for.
 */
export function signingKey(chain: string, { names, at, trustedRoots }: CertificatePolicy): KeyObject {
  const [signer, ...issuers] = certificatesIn(chain);
  const name: unknown = signer.toLegacyObject().subject.CN;
  if (typeof name !== 'string' || !names.includes(name)) throw untrusted('it is made out to another name');
  if (!isCurrent(signer, at)) throw untrusted('it was not valid when the webhook arrived');
  if (signer.ca || !isForServers(signer)) throw untrusted('it was issued for another purpose');
  const { publicKey } = signer;
  if (publicKey.asymmetricKeyType !== 'rsa' || publicKey.asymmetricKeyDetails!.modulusLength! < MIN_RSA_BITS) {
    throw untrusted(`its key is not RSA of at least ${MIN_RSA_BITS} bits`);
  }
  const roots = trustedRoots?.map((pem) => new X509Certificate(pem)) ?? rootsOfRuntime();
  if (!leadsToRoot(signer, issuers, roots, at)) throw untrusted('it does not lead to a trusted root');
  return publicKey;
}

/** What Node.js itself trusts: its own roots and those its owner adds with NODE_EXTRA_CA_CERTS. */
function rootsOfRuntime(): readonly X509Certificate[] {
  return (runtimeRoots ??= [...rootCertificates, ...addedRoots()].map((pem) => new X509Certificate(pem)));
}

function addedRoots(): readonly string[] {
  const file = process.env.NODE_EXTRA_CA_CERTS;
  return file ? readFileSync(file, 'utf8').match(PEM) ?? [] : [];
}

function certificatesIn(chain: string): X509Certificate[] {
  const blocks = chain.match(PEM) ?? [];
  if (blocks.length === 0 || blocks.length > MAX_CERTIFICATES) throw untrusted(`1 to ${MAX_CERTIFICATES} certificates are expected`);
  try {
    return blocks.map((block) => {
      const certificate = new X509Certificate(block);
      // Reading a key of an unknown kind throws.
      return certificate.publicKey && certificate;
    });
  } catch {
    throw untrusted('it cannot be read');
  }
}

/** Any order of issuers will do; each is used once, so this ends. */
function leadsToRoot(certificate: X509Certificate, issuers: readonly X509Certificate[], roots: readonly X509Certificate[], at: number): boolean {
  return roots.some((root) => isIssuer(root, certificate, at)) || issuers.some((issuer) => {
    const others = issuers.filter((other) => other !== issuer);
    return isForServers(issuer) && isUnconstrained(issuer) && isIssuer(issuer, certificate, at) && leadsToRoot(issuer, others, roots, at);
  });
}

function isIssuer(issuer: X509Certificate, certificate: X509Certificate, at: number): boolean {
  return certificate.checkIssued(issuer) && issuer.ca && isCurrent(issuer, at) && certificate.verify(issuer.publicKey);
}

function isCurrent({ validFrom, validTo }: X509Certificate, at: number): boolean {
  return Date.parse(validFrom) <= at && at <= Date.parse(validTo);
}

/** Authorities for mail or code under the same roots may put any name into a certificate. */
function isForServers({ keyUsage }: X509Certificate): boolean {
  return !keyUsage || keyUsage.includes(SERVER_AUTH) || keyUsage.includes(ANY_USAGE);
}

/** Name constraints are not evaluated here, so an authority that has them is not believed. */
function isUnconstrained({ raw }: X509Certificate): boolean {
  return !raw.includes(NAME_CONSTRAINTS);
}

function untrusted(why: string): Rejection {
  return new Rejection('unknown_key', `the signing certificate is not trusted: ${why}`);
}
