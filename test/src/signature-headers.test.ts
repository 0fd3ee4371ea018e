import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SIGNATURE_HEADERS } from '../../src/ingest/signature-headers';

const RUNTIME = join(__dirname, '..', '..', 'runtime', 'providers');

test('so do the older signatures that some send beside the one that is read', () => {
  expect(SIGNATURE_HEADERS).toEqual(expect.arrayContaining(['x-hub-signature', 'x-square-signature']));
});

test('every header that an adapter reads a signature from stays out of logs', () => {
  const source = readdirSync(RUNTIME).filter((file) => file.endsWith('.ts')).map((file) => readFileSync(join(RUNTIME, file), 'utf8')).join('\n');
  const named = [...source.matchAll(/[ (]'((?:[a-z0-9]+-)+(?:signature|hmac|transmission-sig)(?:-[a-z0-9]+)*|hmacsignature|authorization)'/g)].map(([, header]) => header);
  expect(named.length).toBeGreaterThan(8);
  expect(named.filter((header) => !SIGNATURE_HEADERS.includes(header) && !/^(x-signature|generic-hmac-.*)$/.test(header))).toEqual([]);
});
