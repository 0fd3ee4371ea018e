import { signedCurl } from '../control/curl';
import { endpoints } from '../control/endpoints';
import { runDemo } from '../demo/demo';
import { printReport } from '../demo/report';
import { modelsIn } from '../models/models';
import { Runner } from '../runner/runner';

export interface StartOptions {
  readonly app: string;
  readonly port: number;
  readonly data?: string;
  readonly modelEndpoint?: string;
  readonly demo?: number;
  readonly json: boolean;
}

/** Runs the app until interrupted, or for the length of a demo; answers with the exit code. */
export async function start({ demo, json, ...options }: StartOptions): Promise<number> {
  const startedAt = Date.now();
  const runner = await Runner.start(options);
  try {
    const ready = Date.now() - startedAt;
    if (json) printJson({ event: 'ready', ms: ready, ...endpoints(runner) });
    else process.stdout.write(welcome(runner, ready, options.modelEndpoint));
    if (demo === undefined) {
      await interrupted();
      return 0;
    }
    const report = await runDemo(runner, demo);
    if (json) printJson({ event: 'demo', ...report });
    else process.stdout.write(printReport(report));
    return report.passed ? 0 : 1;
  } finally {
    await runner.stop();
  }
}

function interrupted(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
  });
}

function printJson(value: object): void {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}

function welcome(runner: Runner, ms: number, modelEndpoint: string | undefined): string {
  const lines = runner.systems.flatMap((system) => system.endpoints.map(({ name, kind, isDefault }) =>
    `  ${runner.endpointUrl(system, name).padEnd(56)} ${kind}${isDefault ? `, also ${runner.endpointUrl(system)}` : ''}`));
  const running = runner.services.functions.list().map(({ name }) => name);
  const models = modelsIn(runner.resources).map(({ name }) => `  ${name.padEnd(56)} ${running.includes(name) ? 'runs here'
    : modelEndpoint === undefined ? 'does not run here, so the rules decide alone: see --model-endpoint' : `is asked at ${modelEndpoint}`}`);
  const notRun = [...new Set(runner.unsupported.map(({ type }) => type))];
  return `
${runner.stacks.join(', ')} is running: ${runner.resources.length} resources, ready in ${(ms / 1000).toFixed(1)} s.

Webhooks
${lines.join('\n')}
Look inside
  ${runner.url}/_local/console/
  ${runner.url}/_local/endpoints
  ${runner.url}/_local/transactions/txn_123456
${models.length > 0 ? `Fraud model\n${models.join('\n')}\n` : ''}${notRun.length > 0 ? `Not run here\n  ${notRun.join(', ')}\n` : ''}
Try it (signed, good for five minutes; ${runner.url}/_local/curl gives a fresh one)
  ${signedCurl(runner, undefined) ?? ''}

`;
}
