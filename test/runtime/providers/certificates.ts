import { createSign, generateKeyPairSync, KeyObject } from 'node:crypto';

/** A certificate and the key it is for. */
export interface Issued {
  readonly pem: string;
  readonly name: string;
  readonly privateKey: KeyObject;
}

export interface CertificateParts {
  /** Common names, usually one. */
  readonly name?: string | readonly string[];
  /** Who signs; by itself when absent. */
  readonly issuer?: Issued;
  readonly from?: string;
  readonly to?: string;
  readonly authority?: boolean;
  /** Ids of its extended key usages. */
  readonly usages?: readonly string[];
  readonly nameConstraints?: boolean;
  readonly keys?: { readonly publicKey: KeyObject; readonly privateKey: KeyObject };
}

export const PURPOSE = { server: '1.3.6.1.5.5.7.3.1', mail: '1.3.6.1.5.5.7.3.4', any: '2.5.29.37.0' } as const;

const SHA256_WITH_RSA = '1.2.840.113549.1.1.11';
const COMMON_NAME = '2.5.4.3';
const BASIC_CONSTRAINTS = '2.5.29.19';
const EXTENDED_USAGE = '2.5.29.37';
const NAME_CONSTRAINTS = '2.5.29.30';
const TRUE = Buffer.from([0x01, 0x01, 0xff]);

const made: ReturnType<typeof generateKeyPairSync>[] = [];
let taken = 0;
let kept: number | undefined;
beforeEach(() => {
  kept ??= taken;
  taken = kept;
});

/** Keys that nobody else has in the same test. Those of earlier tests are taken again, as making them is what takes time. */
export const rsaKeys = () => made[taken++] ??= generateKeyPairSync('rsa', { modulusLength: 2048 });

/** An X.509 certificate made by hand, so that everything about it can be wrong. */
export function issue({
  name = 'messageverificationcerts.paypal.com', issuer, from = '2025-01-01', to = '2035-01-01', authority = false, usages, nameConstraints = false, keys = rsaKeys(),
}: CertificateParts = {}): Issued {
  const names = [name].flat();
  const extensions = [
    ...(authority ? [extension(BASIC_CONSTRAINTS, sequence(TRUE))] : []),
    ...(usages ? [extension(EXTENDED_USAGE, sequence(...usages.map(objectId)))] : []),
    // Permits the names under corp.example only.
    ...(nameConstraints ? [extension(NAME_CONSTRAINTS, sequence(der(0xa0, sequence(der(0x82, Buffer.from('corp.example'))))))] : []),
  ];
  const algorithm = sequence(objectId(SHA256_WITH_RSA), der(0x05));
  const body = sequence(
    der(0xa0, integer(2)),
    integer(1),
    algorithm,
    distinguishedName([issuer?.name ?? names[0]]),
    sequence(time(from), time(to)),
    distinguishedName(names),
    keys.publicKey.export({ type: 'spki', format: 'der' }),
    ...(extensions.length > 0 ? [der(0xa3, sequence(...extensions))] : []),
  );
  const signature = createSign('sha256').update(body).sign(issuer?.privateKey ?? keys.privateKey);
  const certificate = sequence(body, algorithm, der(0x03, Buffer.from([0]), signature));
  const lines = certificate.toString('base64').match(/.{1,64}/g)!.join('\n');
  return { pem: `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`, name: names[0], privateKey: keys.privateKey };
}

function der(tag: number, ...contents: Buffer[]): Buffer {
  const content = Buffer.concat(contents);
  const { length } = content;
  const size = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, Math.floor(length / 256), length % 256];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
}

function sequence(...contents: Buffer[]): Buffer {
  return der(0x30, ...contents);
}

function integer(value: number): Buffer {
  return der(0x02, Buffer.from([value]));
}

function objectId(dotted: string): Buffer {
  const [first, second, ...rest] = dotted.split('.').map(Number);
  const septets = (value: number): number[] => (value < 128 ? [value] : [...septets(Math.floor(value / 128)), value % 128]);
  const bytes = rest.flatMap((value) => septets(value).map((septet, index, { length }) => (index < length - 1 ? septet + 128 : septet)));
  return der(0x06, Buffer.from([first * 40 + second, ...bytes]));
}

function distinguishedName(names: readonly string[]): Buffer {
  return sequence(...names.map((name) => der(0x31, sequence(objectId(COMMON_NAME), der(0x0c, Buffer.from(name))))));
}

function time(text: string): Buffer {
  return der(0x18, Buffer.from(`${new Date(text).toISOString().replace(/[-:T]|\.\d+/g, '')}`));
}

function extension(id: string, value: Buffer): Buffer {
  return sequence(objectId(id), TRUE, der(0x04, value));
}
