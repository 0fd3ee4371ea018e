import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { signedRequest } from '../../local/demo/signed';
import { Runner } from '../../local/runner/runner';
import { Endpoint } from '../../local/runner/systems';
import { Attack, wireBytes } from './attack';

const ROOT = join(__dirname, '..', '..');
const STACK_TRACE = /\n\s+at .+:\d+:\d+|\\n\s+at .+:\d+:\d+|node:internal|\.mjs:\d+/;
const ANSWER_MS = 30_000;

/** The example system, with every provider, as real as it gets on this machine. */
export class Target {
  public static async start(): Promise<Target> {
    const app = mkdtempSync(join(tmpdir(), 'fuzzed-app-'));
    execFileSync(process.execPath, ['-r', 'ts-node/register', 'examples/typescript/app.ts'], {
      cwd: ROOT, env: { ...process.env, CDK_OUTDIR: app, TS_NODE_TRANSPILE_ONLY: '1', TS_NODE_PROJECT: 'tsconfig.dev.json' },
    });
    return new Target(await Runner.start({ app }), app);
  }

  public readonly endpoints: readonly Endpoint[];
  private readonly secrets: readonly string[];

  private constructor(public readonly runner: Runner, private readonly app: string) {
    this.endpoints = runner.systems[0].endpoints;
    this.secrets = this.endpoints.flatMap(({ secretArn }) => (secretArn === undefined ? [] : [runner.services.secrets.value(secretArn)]));
  }

  /** What is wrong with the answer to an attack; undefined when it is as it should be. */
  public async attack(attack: Attack): Promise<string | undefined> {
    const endpoint = this.endpoints.find(({ kind }) => kind === attack.kind)!;
    const answer = await this.exchange(wireBytes(attack, endpoint, this.runner.services));
    // Who expects to be told to continue is told so first.
    const status = Number(/^(?:HTTP\/1\.1 100 .*\r\n\r\n)?HTTP\/1\.1 (\d{3}) /.exec(answer)?.[1]);
    if (!(status >= 200 && status < 500)) return `answered ${answer.slice(0, 200)}`;
    return this.leakIn(answer);
  }

  /** What the attacks left behind that they should not have: in logs, in queues, in processes. */
  public async damage(): Promise<string[]> {
    const { services } = this.runner;
    await this.runner.settled(120_000);
    const lines = services.logs.all().flatMap(({ name }) => services.logs.lines(name).map((line) => ({ name, line })));
    const leaks = lines.flatMap(({ name, line }) => {
      const leak = this.leakIn(line);
      return leak === undefined ? [] : [`${name}: ${leak} in ${line.slice(0, 300)}`];
    });
    const deaths = services.journal.entries().filter(({ service, type }) => service === 'lambda' && type === 'InvocationFailed').map(({ data }) => JSON.stringify(data));
    const letters = services.queues.all().flatMap(({ identity }) => services.queues.peek(identity.arn).map(({ body }) => `${identity.name}: ${body.slice(0, 500)}`));
    const refused = await Promise.all(this.endpoints.map(async (endpoint) => {
      const { status } = await this.post(endpoint);
      return status === 200 ? [] : [`${endpoint.name} answers ${status} to a good webhook`];
    }));
    return [...leaks, ...deaths, ...letters, ...refused.flat()];
  }

  public async stop(): Promise<void> {
    await this.runner.stop();
    rmSync(this.app, { recursive: true, force: true });
  }

  private async post(endpoint: Endpoint): Promise<Response> {
    const { services, url } = this.runner;
    const attack = { kind: endpoint.kind, field: -1, value: '', bytes: '', place: 999, cut: false, signed: true } as Attack;
    const bytes = wireBytes({ ...attack, method: 'POST', suffix: '', headers: [], signature: 'kept' }, endpoint, services);
    const body = bytes.subarray(bytes.indexOf('\r\n\r\n') + 4);
    const { headers } = signedRequest(services, endpoint, body);
    return fetch(`${url}/webhook/${endpoint.name}`, { method: 'POST', headers, body: new Uint8Array(body) });
  }

  private leakIn(text: string): string | undefined {
    if (this.secrets.some((secret) => text.includes(secret))) return 'a secret';
    return STACK_TRACE.test(text) ? `a stack trace: ${text.slice(0, 300)}` : undefined;
  }

  /** Sends bytes no HTTP client would agree to send; gives all that comes back. */
  private exchange(bytes: Buffer): Promise<string> {
    const { hostname, port } = new URL(this.runner.url);
    return new Promise((resolve, reject) => {
      const socket = connect(Number(port), hostname, () => socket.write(bytes));
      const chunks: Buffer[] = [];
      socket.setTimeout(ANSWER_MS, () => socket.destroy(new Error('There was no answer')));
      socket.on('data', (chunk) => chunks.push(chunk));
      socket.on('error', reject);
      socket.on('close', () => resolve(Buffer.concat(chunks).toString('latin1')));
    });
  }
}
