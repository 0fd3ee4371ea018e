import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { VirtualClock } from '../../../local/kernel/clock';
import { arn } from '../../../local/kernel/identity';
import { Journal } from '../../../local/kernel/journal';
import { Metrics } from '../../../local/kernel/metrics';
import { Targets } from '../../../local/kernel/targets';
import { FunctionSpec } from '../../../local/lambda/function-spec';
import { Functions, FunctionsOptions } from '../../../local/lambda/functions';
import { LogGroups } from '../../../local/logs/log-groups';

/** A function host over a temporary directory of handlers. */
export class TestHost {
  public readonly clock = new VirtualClock();
  public readonly journal = new Journal(this.clock);
  public readonly metrics = new Metrics(this.clock);
  public readonly targets = new Targets();
  public readonly logs = new LogGroups(this);
  public readonly functions: Functions;
  private readonly root = mkdtempSync(join(tmpdir(), 'handlers-'));

  public constructor(options: Partial<FunctionsOptions> = {}) {
    const environment = () => ({ AWS_REGION: 'us-east-1', AWS_ENDPOINT_URL: 'http://127.0.0.1:1', AWS_ACCESS_KEY_ID: 'local' });
    this.functions = new Functions({ ...this, environment, ...options });
  }

  /** Adds a function whose `index.mjs`, unless another file is named, is `source`. */
  public add(name: string, source: string, options: Partial<FunctionSpec> & { readonly file?: string } = {}): void {
    const codeDirectory = join(this.root, name);
    mkdirSync(codeDirectory);
    const { file = 'index.mjs', ...spec } = options;
    writeFileSync(join(codeDirectory, file), source);
    this.functions.create({
      name,
      arn: arn('lambda', `function:${name}`),
      codeDirectory,
      handler: 'index.handler',
      memoryMb: 128,
      timeoutSeconds: 3,
      environment: {},
      ...spec,
    });
  }

  /** Invokes and parses the answer. */
  public async call(name: string, event: unknown = {}) {
    const result = await this.functions.invoke(name, JSON.stringify(event));
    return { error: result.functionError, value: JSON.parse(result.payload) };
  }

  public lines(name: string): string[] {
    return this.logs.lines(`/aws/lambda/${name}`);
  }

  public events(type: string) {
    return this.journal.entries().filter((entry) => entry.type === type);
  }

  public values(metric: string, name: string, namespace = 'AWS/Lambda'): number[] {
    return this.metrics.get(namespace, metric, { FunctionName: name }).map(({ value }) => value);
  }

  public stop(): void {
    this.functions.stop();
    rmSync(this.root, { recursive: true, force: true });
  }
}
