// Synthesizes a stack with the construct, or its peer of plain L2 constructs, as often as it is told to.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { AlertSubscriber, WebhookProcessingSystem } from '../../src';
import { PlainCounts, PlainStack } from '../peers/plain-stack';

interface Order {
  readonly variant: 'construct' | 'plain';
  readonly counts: PlainCounts;
}

interface Measured {
  readonly wall: number;
  readonly cpu: number;
  readonly kib: number;
  readonly kinds: Record<string, number>;
  readonly counts: PlainCounts;
}

function synthesize({ variant, counts }: Order): Measured {
  const outdir = mkdtempSync(join(tmpdir(), 'synth-'));
  const cpu = process.cpuUsage();
  const startedAt = performance.now();
  const app = new App({ outdir });
  if (variant === 'plain') {
    new PlainStack(app, 'Measured', counts);
  } else {
    new WebhookProcessingSystem(new Stack(app, 'Measured'), 'System', {
      alertSubscribers: [AlertSubscriber.email('alerts@example.com')], removalPolicy: RemovalPolicy.DESTROY,
    });
  }
  app.synth();
  const wall = performance.now() - startedAt;
  const { user, system } = process.cpuUsage(cpu);
  const template = readFileSync(join(outdir, 'Measured.template.json'), 'utf8');
  const { Resources: resources } = JSON.parse(template) as { Resources: Record<string, { Type: string; Properties: never }> };
  rmSync(outdir, { recursive: true, force: true });
  return { wall, cpu: (user + system) / 1000, kib: Math.round(template.length / 1024), ...tally(Object.values(resources)) };
}

function tally(resources: readonly { readonly Type: string; readonly Properties: Record<string, unknown> }[]): Pick<Measured, 'kinds' | 'counts'> {
  const kinds: Record<string, number> = {};
  for (const { Type } of resources) kinds[Type] = (kinds[Type] ?? 0) + 1;
  const dashboard = resources.find(({ Type }) => Type === 'AWS::CloudWatch::Dashboard');
  const widgets = JSON.stringify(dashboard?.Properties.DashboardBody).split('\\"type\\":\\"metric\\"').length - 1;
  return { kinds, counts: { alarms: kinds['AWS::CloudWatch::Alarm'] ?? 0, widgets } };
}

void import('../lib/processes.mjs').then(({ serveOrders }) => serveOrders((order: Order) => synthesize(order)));
