/**
 * How much one webhook writes: bytes of every log group, and of its rows, measured on the local runner.
 * TS_NODE_PROJECT=tsconfig.dev.json node -r ts-node/register/transpile-only bench/log-volume.ts
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { Webhook } from 'standardwebhooks';
import { Runner } from '../local/runner/runner';
import { WebhookProcessingSystem, WorkflowLogging } from '../src';

const WEBHOOKS = 40;
const NOTE_BYTES = Number(process.argv[2] ?? 1800);
const AMOUNTS: Readonly<Record<string, number>> = { low: 100, medium: 2000, high: 20_500 };

function synthesize(directory: string): string {
  const app = new App({ outdir: directory });
  new WebhookProcessingSystem(new Stack(app, 'Payments'), 'System', { workflowLogging: process.argv[3] as WorkflowLogging | undefined });
  return app.synth().directory;
}

async function send(runner: Runner, tier: string, index: number): Promise<void> {
  const endpoint = runner.systems[0].endpoints[0];
  const id = `msg_${tier}_${index}`;
  const at = new Date();
  const body = JSON.stringify({
    transaction_id: `txn_${tier}_${index}`, amount: AMOUNTS[tier], currency: 'USD', provider: 'stripe', customer_id: `cust_${index}`,
    metadata: { order_id: `order_${index}`, note: 'x'.repeat(NOTE_BYTES) },
  });
  const headers = {
    'content-type': 'application/json',
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
    'webhook-signature': new Webhook(runner.services.secrets.value(endpoint.secretArn!)).sign(id, at, body),
  };
  const response = await fetch(`${runner.url}/webhook`, { method: 'POST', headers, body });
  if (response.status !== 200) throw new Error(`${response.status} ${await response.text()}`);
}

async function main(): Promise<void> {
  const scratch = mkdtempSync(join(tmpdir(), 'log-volume-'));
  const app = synthesize(scratch);
  for (const tier of Object.keys(AMOUNTS)) {
    const runner = await Runner.start({ app });
    for (let index = 0; index < WEBHOOKS; index += 1) await send(runner, tier, index);
    await runner.settled();
    for (const group of runner.services.logs.all()) {
      const events = group.events(Date.now());
      const bytes = events.reduce((sum, { message }) => sum + Buffer.byteLength(message), 0);
      process.stdout.write(`${tier} ${group.name} ${(bytes / WEBHOOKS).toFixed(0)} bytes, ${(events.length / WEBHOOKS).toFixed(1)} lines\n`);
    }
    await runner.stop();
  }
  rmSync(scratch, { recursive: true, force: true });
}

void main();
