import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Webhook } from 'standardwebhooks';
import { redriveCommand } from '../../local/commands/redrive/command';
import { RunnerClock } from '../../local/kernel/clock';
import { Runner } from '../../local/runner/runner';
import { HandlerPackaging, WebhookProcessingSystem, WebhookProcessingSystemProps } from '../../src';

export interface RunningSystem {
  readonly runner: Runner;
  /** Sends a signed webhook to the bare endpoint, again after a 5xx as every provider does; answers with the status. */
  post(id: string, body: string, eventId?: string): Promise<number>;
  /** What became of a transaction, once nothing is under way any more. */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  journeyOf(id: string): Promise<any>;
  /** Texts an address was sent that hold `part`. */
  mailOf(address: string, part?: string): string[];
  /** Physical name of the resource at a path below the system. */
  nameOf(path: string): string;
  /** Bodies of the letters in the workflow's dead-letter queue. */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  letters(): any[];
  /** Runs `redrive` against the runner, of the workflow's queue unless told otherwise. */
  redrive(...args: string[]): Promise<{ readonly code: number; readonly outcomes: readonly Record<string, unknown>[] }>;
  /** Does `work` and settles, passing over every pause: time goes on to what waits next as soon as no handler is at work. */
  hurry<T = void>(work?: () => Promise<T>): Promise<T>;
}

/** A busy machine can keep a cold function waiting too long. */
const DELIVERIES = 4;

/** Retries and long polls wait no longer; what does is a timeout or a schedule. */
const LONGEST_PAUSE_MS = 25_000;

/** A system on the local runner, for the suite that calls it. */
export function runningSystem(
  propsOf: (stack: Stack, directory: string) => WebhookProcessingSystemProps, options: { modelEndpoint?: () => string } = {},
): RunningSystem {
  let scratch: string;
  let runner: Runner;
  beforeAll(async () => {
    scratch = mkdtempSync(join(tmpdir(), 'webhook-running-'));
    const app = new App({ outdir: join(scratch, 'cdk.out') });
    const stack = new Stack(app, 'Payments');
    new WebhookProcessingSystem(stack, 'System', { packaging: HandlerPackaging.zip(), removalPolicy: RemovalPolicy.DESTROY, ...propsOf(stack, scratch) });
    runner = await Runner.start({ app: app.synth().directory, modelEndpoint: options.modelEndpoint?.() });
  }, 60_000);
  // All of this process is ahead together; the handlers are not, and allow minutes.
  const { now } = Date;
  let ahead = 0;
  beforeAll(() => { Date.now = () => now() + ahead; });
  afterAll(async () => {
    Date.now = now;
    await runner.stop();
    rmSync(scratch, { recursive: true, force: true });
  });

  const nameOf = (path: string) => runner.resources.find(({ metadata }) => String(metadata['aws:cdk:path']).endsWith(`/System/${path}/Resource`))!.ref;
  const queue = () => runner.services.queues.byUrl(nameOf('Workflow/DeadLetters'));
  const system: RunningSystem = {
    get runner() { return runner; },
    nameOf,
    async post(id, body, eventId = `msg_${id}`) {
      const at = new Date();
      const [{ secretArn }] = runner.systems[0].endpoints;
      const signature = new Webhook(runner.services.secrets.value(secretArn!)).sign(eventId, at, body);
      const headers = {
        'content-type': 'application/json', 'webhook-id': eventId, 'webhook-timestamp': String(Math.floor(at.getTime() / 1000)), 'webhook-signature': signature,
      };
      for (let attempt = 1; ; attempt += 1) {
        const response = await fetch(`${runner.url}/webhook`, { method: 'POST', body, headers });
        await response.arrayBuffer();
        if (response.status < 500 || attempt === DELIVERIES) return response.status;
      }
    },
    async journeyOf(id) {
      await runner.settled();
      return (await fetch(`${runner.url}/_local/transactions/${encodeURIComponent(id)}`)).json();
    },
    mailOf: (address, part = '') => runner.services.topics.mailbox().filter(({ endpoint, body }) => endpoint === address && body.includes(part)).map(({ body }) => body),
    letters: () => runner.services.queues.peek(queue().identity.arn).map(({ body }) => JSON.parse(body)),
    async redrive(...args) {
      let printed = '';
      const output = jest.spyOn(process.stdout, 'write').mockImplementation((text) => {
        printed += String(text);
        return true;
      });
      try {
        const code = await system.hurry(() => redriveCommand(['--endpoint', runner.url, '--json', ...(args.includes('--only') ? [] : ['--only', 'workflow']), ...args]));
        return { code, outcomes: printed.split('\n').filter((line) => line.startsWith('{"source"')).map((line) => JSON.parse(line) as Record<string, unknown>) };
      } finally {
        output.mockRestore();
      }
    },
    async hurry(work = async () => undefined as never) {
      const { functions } = runner.services;
      const clock = runner.services.clock as RunnerClock;
      const passing = setInterval(() => {
        const pause = Math.max(0, (clock.next() ?? Infinity) - clock.now());
        if (functions.pending() > 0 || pause > LONGEST_PAUSE_MS) return;
        ahead += pause;
        clock.moveTo(Date.now());
      }, 10);
      try {
        const result = await work();
        await runner.settled();
        return result;
      } finally {
        clearInterval(passing);
      }
    },
  };
  return system;
}
