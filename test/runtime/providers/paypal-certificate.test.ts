import { generateKeyPairSync, X509Certificate } from 'node:crypto';
import { rootCertificates } from 'node:tls';
import { signingKey } from '../../../runtime/providers/paypal-certificate';
import { CertificateParts, Issued, issue, PURPOSE, rsaKeys } from './certificates';
import { because, NOW } from './harness';

const NAME = 'messageverificationcerts.paypal.com';
const ROOT = issue({ name: 'Made-up root', authority: true });
const OTHER_ROOT = issue({ name: 'Another root', authority: true });
const KEYS = rsaKeys();

const signer = (parts: CertificateParts = {}) => issue({ name: NAME, issuer: ROOT, keys: KEYS, ...parts });
const authority = (parts: CertificateParts = {}) => issue({ name: 'Made-up authority', issuer: ROOT, authority: true, ...parts });

interface Setting { readonly roots?: readonly Issued[]; readonly at?: number; readonly names?: readonly string[] }

const keyOf = (chain: readonly Issued[], { roots = [ROOT], at = NOW, names = [NAME] }: Setting = {}) =>
  signingKey(chain.map(({ pem }) => pem).join('\n'), { names, at: at * 1000, trustedRoots: roots.map(({ pem }) => pem) });
const untrusted = because('unknown_key');

describe('a chain that leads to a root', () => {
  test('gives the key of its first certificate', () => {
    expect(keyOf([signer()]).equals(KEYS.publicKey)).toBe(true);
  });

  test('through authorities in any order, with more than are needed, or with the root', () => {
    const [first, unrelated] = [authority(), authority({ name: 'Unrelated', issuer: OTHER_ROOT })];
    const second = authority({ name: 'Second', issuer: first });
    const leaf = signer({ issuer: second });
    for (const chain of [[leaf, first, second], [leaf, second, first], [leaf, unrelated, second, first, ROOT], [leaf, second, second, first]]) {
      expect(keyOf(chain).equals(KEYS.publicKey)).toBe(true);
    }
  });

  test('through one of two authorities of the same name', () => {
    const keys = rsaKeys();
    const [crossed, direct] = [authority({ keys, issuer: OTHER_ROOT }), authority({ keys })];
    const leaf = signer({ issuer: direct });
    expect(keyOf([leaf, crossed, direct]).equals(KEYS.publicKey)).toBe(true);
    expect(keyOf([leaf, direct, crossed], { roots: [OTHER_ROOT] }).equals(KEYS.publicKey)).toBe(true);
  });

  test('that is an authority the receiver has named itself', () => {
    const named = authority();
    expect(keyOf([signer({ issuer: named })], { roots: [named] }).equals(KEYS.publicKey)).toBe(true);
  });

  test.each([[[PURPOSE.server]], [[PURPOSE.mail, PURPOSE.server]], [[PURPOSE.any]]])('for servers: %j', (usages) => {
    const issuer = authority({ usages });
    expect(keyOf([signer({ issuer, usages }), issuer]).equals(KEYS.publicKey)).toBe(true);
  });

  test('on its first and on its last day', () => {
    const chain = [signer({ from: '2025-10-09T08:53:20Z', to: '2025-10-09T08:53:20Z' })];
    expect(keyOf(chain, { at: NOW }).equals(KEYS.publicKey)).toBe(true);
    for (const at of [NOW - 1, NOW + 1]) expect(() => keyOf(chain, { at })).toThrow(untrusted);
  });
});

describe('not trusted:', () => {
  test.each<[string, () => unknown]>([
    ['a root nobody trusts', () => keyOf([signer({ issuer: OTHER_ROOT }), OTHER_ROOT])],
    ['no root at all', () => keyOf([signer()], { roots: [] })],
    ['a signer that signed itself', () => keyOf([signer({ issuer: undefined })])],
    ['a signer that signed itself and is an authority', () => keyOf([signer({ issuer: undefined, authority: true })])],
    ['a trusted root as signer', () => keyOf([ROOT], { names: [ROOT.name] })],
    ['a root of the trusted name with another key', () => keyOf([signer({ issuer: issue({ name: ROOT.name, authority: true }) })])],
    ['that root sent along', () => {
      const forged = issue({ name: ROOT.name, authority: true });
      return keyOf([signer({ issuer: forged }), forged]);
    }],
    ['a missing authority', () => keyOf([signer({ issuer: authority() })])],
    ['an authority of the right name with another key', () => keyOf([signer({ issuer: authority() }), authority()])],
    ['an authority of another name with the right key', () => {
      const keys = rsaKeys();
      return keyOf([signer({ issuer: authority({ keys }) }), authority({ name: 'Other', keys })]);
    }],
    ['an authority that is none', () => {
      const customer = signer({ name: 'customer.example', keys: rsaKeys() });
      return keyOf([signer({ issuer: customer }), customer]);
    }],
    ['an authority that has expired', () => {
      const old = authority({ to: '2025-10-01' });
      return keyOf([signer({ issuer: old }), old]);
    }],
    ['a root that has expired', () => {
      const old = issue({ name: 'Old root', authority: true, to: '2025-10-01' });
      return keyOf([signer({ issuer: old })], { roots: [old] });
    }],
    ['an authority for mail', () => {
      const mail = authority({ usages: [PURPOSE.mail] });
      return keyOf([signer({ issuer: mail }), mail]);
    }],
    ['an authority for the names of one company', () => {
      const constrained = authority({ nameConstraints: true });
      return keyOf([signer({ issuer: constrained }), constrained]);
    }],
    ['authorities that issued each other', () => {
      const keys = rsaKeys();
      const left = authority({ name: 'Left', issuer: { name: 'Right', pem: '', privateKey: keys.privateKey }, keys });
      const right = authority({ name: 'Right', issuer: left, keys });
      return keyOf([signer({ issuer: left }), left, right, left, right]);
    }],
    ['a signer for mail', () => keyOf([signer({ usages: [PURPOSE.mail] })])],
    ['a signer that is an authority', () => keyOf([signer({ authority: true })])],
    ['a signer that has expired', () => keyOf([signer({ to: '2025-10-09' })])],
    ['a signer that is not valid yet', () => keyOf([signer({ from: '2025-10-10' })])],
    ['a key of 1024 bits', () => keyOf([signer({ keys: generateKeyPairSync('rsa', { modulusLength: 1024 }) })])],
    ['a key for Ed25519', () => keyOf([signer({ keys: generateKeyPairSync('ed25519') })])],
    ['a key for ECDSA', () => keyOf([signer({ keys: generateKeyPairSync('ec', { namedCurve: 'P-256' }) })])],
    ['a key for RSA-PSS', () => keyOf([signer({ keys: generateKeyPairSync('rsa-pss', { modulusLength: 2048 }) })])],
    ['a long chain', () => {
      const chain = [authority()];
      for (let index = 0; index < 5; index += 1) chain.unshift(authority({ name: `Authority ${index}`, issuer: chain[0] }));
      return keyOf([signer({ issuer: chain[0] }), ...chain]);
    }],
    ['a signer that comes second', () => keyOf([authority(), signer()])],
  ])('%s', (_, attempt) => {
    expect(attempt).toThrow(untrusted);
  });

  test.each([
    'evil.example', 'paypal.com', 'api.paypal.com', 'evil.messageverificationcerts.paypal.com', 'messageverificationcerts.paypal.com.evil.example', 'messageverificationcerts.sandbox.paypal.com',
    'MESSAGEVERIFICATIONCERTS.paypal.com', 'messageverificationcerts.paypal.com.', ' messageverificationcerts.paypal.com', 'messageverificationcerts.paypal.com\0.evil.example',
    'evil.example\nCN=messageverificationcerts.paypal.com', 'evil.example, CN=messageverificationcerts.paypal.com', 'evil.example/CN=messageverificationcerts.paypal.com', '*.paypal.com', '',
  ])('the name %j', (name) => {
    expect(() => keyOf([signer({ name })])).toThrow(untrusted);
  });

  test('two names of which one is right, and no name', () => {
    for (const name of [[NAME, 'evil.example'], ['evil.example', NAME], [NAME, NAME]]) expect(() => keyOf([signer({ name })])).toThrow(untrusted);
    expect(() => keyOf([signer({ name: [] })])).toThrow(untrusted);
  });

  test.each([
    '', 'x', '<html>Temporarily unavailable</html>', '{"error":"not found"}', '-----BEGIN CERTIFICATE-----', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----',
    '-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----', signer().pem.replaceAll('CERTIFICATE', 'TRUSTED CERTIFICATE'), signer().pem.slice(0, -30), '-----BEGIN CERTIFICATE-----\n'.repeat(1000),
  ])('text that is no chain: %#', (text) => {
    expect(() => signingKey(text, { names: [NAME], at: NOW * 1000, trustedRoots: [ROOT.pem] })).toThrow(untrusted);
  });

  test('any single byte of the signer changed', () => {
    const { raw } = new X509Certificate(signer().pem);
    for (let index = 0; index < raw.length; index += 7) {
      const changed = Buffer.from(raw);
      changed[index] = (changed[index] + 1) % 256;
      const pem = `-----BEGIN CERTIFICATE-----\n${changed.toString('base64')}\n-----END CERTIFICATE-----\n`;
      expect(() => signingKey(pem, { names: [NAME], at: NOW * 1000, trustedRoots: [ROOT.pem] })).toThrow(untrusted);
    }
  });
});

describe('without roots of the receiver those of the runtime are trusted', () => {
  const policy = { names: [NAME], at: NOW * 1000 };

  test('and no others', () => {
    expect(() => signingKey(signer().pem, policy)).toThrow(untrusted);
  });

  test('every one of them can be read, and is no signer itself', () => {
    expect(rootCertificates.length).toBeGreaterThan(50);
    for (const pem of rootCertificates) expect(() => signingKey(pem, policy)).toThrow(untrusted);
  });

  test('which is what makes a public certificate good', () => {
    jest.isolateModules(() => {
      jest.doMock('node:tls', () => ({ rootCertificates: [OTHER_ROOT.pem, ROOT.pem] }));
      const isolated = jest.requireActual<typeof import('../../../runtime/providers/paypal-certificate')>('../../../runtime/providers/paypal-certificate');
      expect(isolated.signingKey(signer().pem, policy).equals(KEYS.publicKey)).toBe(true);
    });
    jest.dontMock('node:tls');
  });
});
