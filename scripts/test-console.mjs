// Drives the local console in headless Chromium; with --screenshots it renews docs/images/ as well.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const chromium = process.env.CHROMIUM ?? '/usr/bin/chromium';
if (!existsSync(chromium)) throw new Error(`There is no Chromium at ${chromium}: install it, e.g. with "apt-get install -y chromium", or set CHROMIUM`);
// A path stands in where playwright-core is not among the dependencies.
const from = process.env.PLAYWRIGHT_FROM ?? '.';
const resolved = (name, folder) => createRequire(resolve(folder, 'package.json')).resolve(name);
const playwright = pathToFileURL(resolved('playwright-core', from)).href;
const axe = resolved('axe-core/axe.min.js', process.env.AXE_FROM ?? from);

const { status } = spawnSync(process.execPath, ['--test', '--test-reporter=spec', 'test/console/console.browser.mjs'], {
  stdio: 'inherit',
  env: { ...process.env, CHROMIUM: chromium, PLAYWRIGHT: playwright, AXE: axe, SCREENSHOTS: process.argv.includes('--screenshots') ? 'docs/images' : '' },
});
process.exit(status ?? 1);
