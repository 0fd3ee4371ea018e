import { createHmac } from 'node:crypto';
import { RawBodyHmac, verifyRawBody } from '../../../runtime/providers/raw-body-hmac';
import { bitFlips, byteFlips, credentials, requestWith } from '../../helpers/signed-webhooks';

const BODY = '{"amount":1099}';
const SECRET = 'made-up-secret';

const schemes: RawBodyHmac[] = [
  { header: 'x-signature', algorithm: 'sha256', encoding: 'hex' },
  { header: 'x-signature', algorithm: 'sha512', encoding: 'hex', prefix: 'sha512=' },
  { header: 'x-signature', algorithm: 'sha256', encoding: 'base64' },
];

describe.each(schemes)('$algorithm in $encoding, prefix "$prefix"', (scheme) => {
  const { algorithm, encoding, prefix = '' } = scheme;
  const sign = (body: string, secret = SECRET) => prefix + createHmac(algorithm, secret).update(body).digest(encoding);
  const verify = (signature: string | readonly string[], body: string | Buffer = BODY, ...secrets: string[]) =>
    verifyRawBody(scheme, requestWith({ 'x-signature': signature }, body), credentials(...secrets, SECRET));
  const refused = expect.objectContaining({ status: 401 });

  test('the body signed with any live secret is accepted', () => {
    expect(verify(sign(BODY))).toEqual({ secretIndex: 0 });
    expect(verify(sign(BODY), BODY, 'newer')).toEqual({ secretIndex: 1 });
  });

  test('one bit of the body or of the header changed is refused', () => {
    for (const flipped of byteFlips(Buffer.from(BODY))) expect(() => verify(sign(BODY), flipped)).toThrow(refused);
    for (const flipped of bitFlips(sign(BODY))) expect(() => verify(flipped)).toThrow(refused);
  });

  test.each([
    ['nothing', ''],
    ['another secret', sign(BODY, 'another')],
    ['a truncated signature', sign(BODY).slice(0, -2)],
    ['something behind it', `${sign(BODY)}00`],
    ['another prefix', `x${sign(BODY)}`],
    ['a digest of another length', prefix + createHmac('sha1', SECRET).update(BODY).digest(encoding)],
  ])('%s is refused', (_, signature) => {
    expect(() => verify(signature)).toThrow(refused);
  });

  test('two signatures are refused, even good ones', () => {
    expect(() => verify([sign(BODY), sign(BODY)])).toThrow(refused);
  });

  test('no secret lets nothing in', () => {
    expect(() => verifyRawBody(scheme, requestWith({ 'x-signature': sign(BODY) }, BODY), credentials())).toThrow(refused);
  });
});
