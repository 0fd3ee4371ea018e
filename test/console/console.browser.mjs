// The console in a real browser, against the example app. Run by scripts/test-console.mjs.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

const { default: { chromium } } = await import(process.env.PLAYWRIGHT);
const AXE = readFileSync(process.env.AXE, 'utf8');
const FLAGS = [
  '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync',
];
const WIDE = { width: 1280, height: 900 };
const NARROW = { width: 390, height: 844 };
/** Fewer for a quick look: EVENTS=500. */
const EVENTS = Number(process.env.EVENTS ?? 10_000);
const VIEWS = ['live', 'compose', 'scenarios', 'map', 'dashboard', 'dead-letters', 'inbox', 'archive'];

let scratch;
let runner;
let url;
let browser;
let page;
const complaints = [];
const foreign = [];

before(async () => {
  scratch = mkdtempSync(join(tmpdir(), 'console-'));
  const outdir = join(scratch, 'cdk.out');
  const env = { ...process.env, CDK_OUTDIR: outdir, TS_NODE_TRANSPILE_ONLY: '1', TS_NODE_PROJECT: 'tsconfig.dev.json' };
  assert.equal(spawnSync(process.execPath, ['scripts/bundle.mjs']).status, 0);
  assert.equal(spawnSync(process.execPath, ['-r', 'ts-node/register', 'examples/typescript/app.ts'], { env, stdio: 'inherit' }).status, 0);
  runner = spawn(process.execPath, ['bin/cli.mjs', 'start', '--app', outdir, '--port', '0', '--json'], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [ready] = await new Promise((resolve) => runner.stdout.once('data', (data) => resolve(String(data).split('\n'))));
  url = JSON.parse(ready).url;
  browser = await chromium.launch({ executablePath: process.env.CHROMIUM, args: FLAGS });
  page = await browser.newPage({ viewport: WIDE });
  page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('request', (request) => request.url().startsWith(url) || foreign.push(request.url()));
});

after(async () => {
  await browser?.close();
  runner?.kill('SIGTERM');
  rmSync(scratch, { recursive: true, force: true });
});

async function open(view) {
  await page.goto(`${url}/_local/console/#/${view}`);
  await page.locator(`main[data-view=${view}] h1`).first().waitFor();
}

async function picture(name, fullPage = false) {
  if (!process.env.SCREENSHOTS) return;
  mkdirSync(process.env.SCREENSHOTS, { recursive: true });
  await page.screenshot({ path: join(process.env.SCREENSHOTS, `${name}.png`), fullPage });
}

/** The dot of a stage on the journey that is open. */
const stage = (id, state) => page.locator(`#stage-${id}.${state}`);

test('one press of a button leads from the bytes to the alert', async () => {
  await page.goto(url);
  await page.getByRole('button', { name: 'Send a webhook' }).click();
  for (const id of ['received', 'signature', 'mapping', 'dedupe', 'row', 'stream', 'publish', 'rules', 'workflow', 'history', 'fraud', 'screened', 'alerts']) await stage(id, 'done').waitFor();
  assert.match(await stage('signature', 'done').textContent(), /Signed text/);
  assert.match(await stage('rules', 'done').textContent(), /detail\.tier/);
  assert.match(await stage('fraud', 'done').textContent(), /high_amount/);
  assert.match(await page.locator('.liveness').textContent(), /Live · 1 received/);
  await picture('journey');
});

test('the archive run completes the journey', async () => {
  const journey = page.url();
  await open('archive');
  await page.getByRole('button', { name: 'Run as if it were tomorrow' }).click();
  await page.locator('.report .badge.good').waitFor();
  await page.locator('summary', { hasText: 'transactions/' }).first().click();
  await page.getByText('"transaction_id"').first().waitFor();
  await page.goto(journey);
  await stage('archive', 'done').waitFor();
  assert.match(await stage('archive', 'done').textContent(), /SHA-256 of the object/);
});

async function ask(path, body) {
  const init = body && { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
  return (await fetch(`${url}/_local/console/${path}`, init)).json();
}

for (const endpoint of ['adyen', 'paypal', 'hmac']) {
  test(`the signature of ${endpoint} shows what was signed`, async () => {
    const { body } = await ask(`sample?endpoint=${endpoint}&index=1`);
    const { requestId } = await ask('send', { endpoint, body, signing: 'valid' });
    await page.goto(`${url}/_local/console/#/request/${requestId}`);
    await stage('signature', 'done').getByText('Signed text').click();
    assert.ok((await stage('signature', 'done').locator('pre').textContent()).length > 20);
  });
}

test('each event of a batch has a journey of its own', async () => {
  const items = await Promise.all([0, 2].map(async (index) => JSON.parse((await ask(`sample?endpoint=adyen&index=${index}`)).body).notificationItems[0]));
  const { requestId } = await ask('send', { endpoint: 'adyen', body: JSON.stringify({ live: 'false', notificationItems: items }), signing: 'valid' });
  await page.goto(`${url}/_local/console/#/request/${requestId}`);
  await page.locator('h1 ~ .badge', { hasText: 'low' }).first().waitFor();
  await page.locator('.siblings a').nth(1).click();
  await page.locator('h1 ~ .badge', { hasText: 'high' }).first().waitFor();
});

test('a replay jumps to the new journey, which leads back to the first', async () => {
  await open('live');
  await page.getByRole('button', { name: 'Send a webhook' }).click();
  await stage('row', 'done').waitFor();
  await page.getByRole('button', { name: 'Replay', exact: true }).click();
  await page.locator('h1 ~ .badge.duplicate').waitFor();
  await page.getByRole('link', { name: /the delivery that was stored/ }).click();
  await page.locator('h1 ~ .badge.stored').waitFor();
});

test('edit and resend with a wrong secret is refused, with the reason and the step', async () => {
  await page.getByRole('button', { name: 'Edit and resend' }).click();
  await page.getByLabel('Body').fill('{"transaction_id":"txn_needle","amount":5,"currency":"USD","provider":"demo","customer_id":"c"}');
  await page.getByLabel('Signature').selectOption('wrong');
  await page.getByRole('button', { name: 'Send', exact: true }).click();
  await stage('signature', 'failed').waitFor();
  assert.match(await page.locator('main').textContent(), /Turned away: signature mismatch/);
  assert.equal(await page.locator('#stage-mapping').count(), 0);
});

test('the list searches payloads and filters by outcome and amount, live', async () => {
  await open('live');
  await page.getByLabel('Search payloads').fill('TXN_NEEDLE');
  await page.getByText('1 found').waitFor();
  assert.equal(await page.locator('.requests tbody tr').count(), 1);
  await page.getByLabel('Search payloads').fill('');
  await page.getByLabel('Amount from').fill('14999.99');
  await page.getByLabel('Outcome').selectOption('duplicate');
  await page.getByText('1 found').waitFor();
});

test('a scenario shows that its outcome is the expected one', async () => {
  await open('scenarios');
  for (const name of ['duplicate', 'fraud-detector-down']) {
    await page.locator(`[data-scenario=${name}] button`).click();
    await page.locator(`[data-scenario=${name}] .badge.good`).waitFor({ timeout: 40_000 });
  }
});

test('anything can be broken, and nothing is lost', async () => {
  await page.getByLabel('Handler or service').selectOption('relay');
  await page.getByLabel('What happens to it').selectOption('crash');
  await page.getByRole('button', { name: 'Try it' }).click();
  await page.locator('[data-scenario=trial] .badge.good').waitFor({ timeout: 40_000 });
});

test('what failed for good rings; a dry run changes nothing, a redrive sends it back to where it failed', async () => {
  await open('dashboard');
  await page.locator('[data-alarm=workflow-dead-letters-dev][data-state=ALARM] a[href*="runbook.md#"]').waitFor();
  await open('dead-letters');
  await page.getByRole('button', { name: 'Try without changing anything' }).click();
  await page.getByText('1 would be sent again; nothing was changed').waitFor();
  await page.getByRole('button', { name: 'Redrive Branches of the transaction workflow' }).click();
  await page.getByText('1 sent again, 0 kept').waitFor();
  await page.getByRole('button', { name: /^Redrive/ }).first().waitFor({ state: 'detached' });
});

test('the map counts on its edges, and the inbox has the mail', async () => {
  await open('map');
  await page.locator('.edge.used').first().waitFor({ state: 'attached' });
  await picture('map', true);
  await open('inbox');
  assert.match(await page.locator('.message').first().textContent(), /High/);
});

test('no widget of the dashboard is without data', async () => {
  await open('dashboard');
  const silent = await page.locator('.widget').evaluateAll((widgets) => widgets.filter(({ dataset }) => dataset.series === '0').map(({ dataset }) => dataset.widget));
  assert.deepEqual(silent, []);
  await picture('dashboard');
  await page.emulateMedia({ colorScheme: 'dark' });
  for (const [name, viewport] of [['live-narrow', NARROW], ['live', WIDE]]) {
    await page.setViewportSize(viewport);
    await open('live');
    await picture(name);
  }
  await page.emulateMedia({ colorScheme: 'light' });
});

test(`survives ${EVENTS} webhooks without slowing noticeably`, async () => {
  await open('live');
  const responsiveness = () => page.evaluate(async () => {
    const waits = [];
    for (let round = 0; round < 20; round += 1) {
      const at = performance.now();
      await new Promise((resume) => requestAnimationFrame(() => setTimeout(resume)));
      waits.push(performance.now() - at);
    }
    return waits.sort((a, b) => a - b)[10];
  });
  const quiet = await responsiveness();
  let loaded;
  // Refused for want of a signature: through gateway, handler, journal, ledger and stream of events, and nothing is stored.
  const flood = Promise.all(Array.from({ length: 20 }, async () => {
    for (let count = 0; count < EVENTS / 20; count += 1) await (await fetch(`${url}/webhook`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' })).arrayBuffer();
  }));
  await page.waitForTimeout(1_000);
  loaded = await responsiveness();
  await flood;
  await page.waitForFunction((sent) => Number(/(\d+) received/.exec(document.querySelector('.liveness').textContent)?.[1]) > sent, EVENTS);
  assert.ok(await page.locator('.requests tbody tr').count() <= 100);
  const at = Date.now();
  await page.getByLabel('Search payloads').fill('txn_needle');
  await page.getByText('1 found').waitFor();
  const search = Date.now() - at;
  console.log(`frame ${quiet.toFixed(1)} ms quiet, ${loaded.toFixed(1)} ms under load; search among ${EVENTS}: ${search} ms`);
  assert.ok(loaded < quiet + 50, `a frame takes ${loaded} ms under load, ${quiet} ms without`);
  assert.ok(search < 2_000, `a search takes ${search} ms`);
});

for (const [label, viewport, colorScheme] of [['wide and light', WIDE, 'light'], ['wide and dark', WIDE, 'dark'], ['narrow and dark', NARROW, 'dark'], ['narrow and light', NARROW, 'light']]) {
  test(`every page is usable ${label}`, async () => {
    await page.setViewportSize(viewport);
    await page.emulateMedia({ colorScheme });
    for (const view of VIEWS) {
      await open(view);
      const { scrollWidth, clientWidth } = await page.evaluate(() => ({ scrollWidth: document.documentElement.scrollWidth, clientWidth: document.documentElement.clientWidth }));
      assert.ok(scrollWidth <= clientWidth, `${view} scrolls sideways: ${scrollWidth} > ${clientWidth}`);
      const unnamed = await page.locator('main').locator('button, a, input, select, textarea').evaluateAll((elements) =>
        elements.filter((element) => !(element.textContent.trim() || element.getAttribute('aria-label') || element.labels?.length)).map(({ outerHTML }) => outerHTML));
      assert.deepEqual(unnamed, [], `controls without a name on ${view}`);
    }
  });
}

test('axe finds nothing to complain about, on any page, in both schemes and widths', async () => {
  await page.goto(url);
  await page.getByRole('button', { name: 'Send a webhook' }).click();
  await stage('alerts', 'done').waitFor();
  const journey = page.url().split('#/')[1];
  for (const [colorScheme, viewport] of [['light', WIDE], ['dark', NARROW]]) {
    await page.emulateMedia({ colorScheme });
    await page.setViewportSize(viewport);
    for (const view of [...VIEWS, journey]) {
      await page.goto(`${url}/_local/console/#/${view}`);
      await page.locator(`main[data-view=${view.split('/')[0]}] h1`).first().waitFor();
      // Evaluated by the debugger: the policy of the page lets no script in.
      await page.evaluate(AXE);
      const { violations } = await page.evaluate(() => globalThis.axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'best-practice'] }));
      assert.deepEqual(violations.map(({ id, nodes }) => `${view}, ${colorScheme}: ${id} at ${nodes.slice(0, 3).map(({ target }) => target).join(' | ')}`), []);
    }
  }
  await page.setViewportSize(WIDE);
});

test('text stands out from what is behind it, in both schemes', async () => {
  for (const colorScheme of ['light', 'dark']) {
    await page.emulateMedia({ colorScheme });
    for (const view of ['live', 'scenarios', 'dashboard']) {
      await open(view);
      assert.deepEqual(await page.evaluate(faintTexts), [], `${view}, ${colorScheme}`);
    }
  }
});

/** Texts whose contrast is below 4.5 : 1. */
function faintTexts() {
  const context = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  const rgb = (color) => {
    context.clearRect(0, 0, 1, 1);
    context.fillStyle = color;
    context.fillRect(0, 0, 1, 1);
    return [...context.getImageData(0, 0, 1, 1).data];
  };
  const luminance = ([r, g, b]) => [r, g, b].map((value) => value / 255).map((value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4))
    .reduce((sum, value, index) => sum + value * [0.2126, 0.7152, 0.0722][index], 0);
  const behind = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const color = rgb(getComputedStyle(at).backgroundColor);
      if (color[3] === 255) return color;
    }
    return [255, 255, 255, 255];
  };
  return [...document.querySelectorAll('body *')].filter((element) => element instanceof HTMLElement && element.checkVisibility()
    && [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.textContent.trim() !== '') && !element.disabled).flatMap((element) => {
    const [a, b] = [luminance(rgb(getComputedStyle(element).color)), luminance(behind(element))].sort((x, y) => y - x);
    const contrast = (a + 0.05) / (b + 0.05);
    return contrast < 4.5 ? [`${element.textContent.trim().slice(0, 30)} ${contrast.toFixed(2)}`] : [];
  });
}

test('the keyboard reaches the content first, and every button by Tab', async () => {
  await open('live');
  await page.reload();
  await page.locator('main[data-view=live] h1').waitFor();
  await page.keyboard.press('Tab');
  assert.equal(await page.evaluate(() => document.activeElement.textContent), 'Skip to content');
  const reached = new Set();
  for (let presses = 0; presses < 30; presses += 1) {
    await page.keyboard.press('Tab');
    reached.add(await page.evaluate(() => document.activeElement.textContent || document.activeElement.getAttribute('name')));
  }
  for (const name of ['Archive', 'Pause', 'Send a webhook', 'text', 'maxAmount']) assert.ok(reached.has(name), `${name} is not reached: ${[...reached]}`);
});

test('the page says when the runner is gone', async () => {
  assert.deepEqual(foreign, [], 'requests to elsewhere');
  assert.deepEqual(complaints, [], 'complaints of the browser, such as a violated policy');
  runner.kill('SIGKILL');
  await page.locator('.liveness.lost').waitFor({ timeout: 10_000 });
});
