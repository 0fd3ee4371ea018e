import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Assembly, readAssembly, resolveStacks } from '../../local/assembly';
import { Resource } from '../../local/kernel/resource';
import { AlertSubscriber, WebhookProcessingSystem, WebhookProvider } from '../../src';

/** Where the services are said to be: no call ever gets there. */
export const ENDPOINT = 'http://127.0.0.1:1';

export interface Subject {
  readonly assembly: Assembly;
  readonly resources: readonly Resource[];
  /** Removes what was synthesized. */
  readonly remove: () => void;
}

/** The system under proof: everything a handler may do by itself is switched on. */
export function synthesize(): Subject {
  const outdir = mkdtempSync(join(tmpdir(), 'webhook-proof-'));
  const app = new App({ outdir });
  new WebhookProcessingSystem(new Stack(app, 'Payments'), 'System', {
    providers: [WebhookProvider.stripe(), WebhookProvider.adyen()],
    alertSubscribers: [AlertSubscriber.email('alerts@example.com')],
    fraudDetection: { foldAlerts: Duration.minutes(10) },
    archival: { segments: 2 },
    removalPolicy: RemovalPolicy.DESTROY,
  });
  const { directory } = app.synth();
  const assembly = readAssembly(directory);
  const { resources } = resolveStacks(assembly, { stacks: ['Payments'], endpoint: ENDPOINT });
  return { assembly, resources, remove: () => rmSync(outdir, { recursive: true, force: true }) };
}
