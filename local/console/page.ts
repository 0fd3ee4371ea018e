import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { AwsResponse } from '../kernel/wire';

const TYPES: Readonly<Record<string, string>> = {
  'index.html': 'text/html; charset=utf-8',
  'page.js': 'text/javascript; charset=utf-8',
  'page.css': 'text/css; charset=utf-8',
  'icon.svg': 'image/svg+xml',
};

/** Nothing from elsewhere, nothing inline, in no frame. */
const POLICY = [
  "default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self'", "connect-src 'self'",
  "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'",
].join('; ');

/** A file of the page; undefined for what is none. */
export function pageFile(name: string): AwsResponse | undefined {
  const file = name === '' ? 'index.html' : name;
  const type = TYPES[file];
  if (type === undefined) return undefined;
  const path = join(folder(), file);
  if (!existsSync(path)) return { status: 503, headers: { 'content-type': 'text/plain' }, body: 'The console has not been built: run "npx projen bundle"\n' };
  return {
    status: 200,
    headers: {
      'content-type': type,
      'cache-control': 'no-cache',
      'content-security-policy': POLICY,
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
    },
    body: readFileSync(path),
  };
}

/** Beside the bundled runner; from the sources, where the bundler puts it. */
function folder(): string {
  const beside = join(__dirname, 'console');
  return existsSync(join(beside, 'index.html')) ? beside : join(__dirname, '../../bin/console');
}
