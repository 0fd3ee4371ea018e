import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import fc from 'fast-check';
import { curlCommand } from '../../../local/demo/curl-command';

/** Tells its arguments and its input instead of sending anything. */
const FAKE_CURL = `#!${process.execPath}
const stdin = process.argv.includes('@-') ? require('node:fs').readFileSync(0) : Buffer.alloc(0);
process.stdout.write(JSON.stringify({ args: process.argv.slice(2), stdin: stdin.toString('base64') }));
`;

let bin: string;
beforeAll(() => {
  bin = mkdtempSync(join(tmpdir(), 'fake-curl-'));
  writeFileSync(join(bin, 'curl'), FAKE_CURL);
  chmodSync(join(bin, 'curl'), 0o755);
});
afterAll(() => rmSync(bin, { recursive: true, force: true }));

/** What a shell hands to curl. */
function pasted(body: Buffer, headers: Record<string, string> = { 'content-type': 'application/json' }) {
  const command = curlCommand('http://127.0.0.1:1/webhook/a', { headers, body });
  const output = execFileSync('/bin/sh', ['-c', command], { env: { PATH: `${bin}${delimiter}${process.env.PATH}` }, encoding: 'utf8' });
  const { args, stdin } = JSON.parse(output) as { args: string[]; stdin: string };
  const raw = args.indexOf('--data-raw');
  return { args, body: raw < 0 ? Buffer.from(stdin, 'base64') : Buffer.from(args[raw + 1]) };
}

test.each([
  ['JSON', '{"name":"O\'Brien","cost":"$5 `id` \\\\ %s !"}'],
  ['lines', 'a\n\tb\n'],
  ['other scripts', '{"name":"Žofie 語 🎉"}'],
  ['a form', 'bt_signature=a%7Cb&bt_payload=PG5v%2B%0A'],
  ['what looks like a file', '@/etc/hostname'],
])('hands on %s as text', (_, text) => {
  const { args, body } = pasted(Buffer.from(text), { 'x-note': "it's" });
  expect(body.toString()).toBe(text);
  expect(args).toContain("x-note: it's");
  expect(args).toContain('--data-raw');
});

test('hands on any bytes', () => {
  const all = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
  expect(pasted(all).body).toEqual(all);
  fc.assert(fc.property(fc.uint8Array({ minLength: 1, maxLength: 60 }), (bytes) => {
    expect(pasted(Buffer.from(bytes)).body.equals(bytes)).toBe(true);
  }), { numRuns: 20 });
});
