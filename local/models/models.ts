import { ENV, FraudDetectionConfig } from '../../src/contract';
import { Clock } from '../kernel/clock';
import { Journal } from '../kernel/journal';
import { Resource } from '../kernel/resource';
import { AwsRequest, AwsResponse, LocalService } from '../kernel/wire';

const LOOPBACK = /^https?:\/\/(?:127(?:\.\d{1,3}){3}|localhost|\[::1\])(?::\d+)?(?:\/|$)/;

export interface ModelsOptions {
  readonly clock: Clock;
  readonly journal: Journal;
  /** Where a model of the user's own listens on this machine. */
  readonly endpoint?: string;
}

/**
 * Models that do not run here: endpoints of SageMaker, and functions the runner has no runtime for.
 * Questions to them are handed to the user's own server, in the words of the fraud detector; without
 * one they are answered with an error, and the rules decide alone, as they do in AWS.
 */
export class Models implements LocalService {
  private readonly functions = new Set<string>();

  public constructor(private readonly options: ModelsOptions) {
    const { endpoint } = options;
    if (endpoint !== undefined && !LOOPBACK.test(endpoint)) throw new Error(`--model-endpoint is ${JSON.stringify(endpoint)}: use an address on this machine, e.g. http://127.0.0.1:9000/score`);
  }

  /** Names a function that cannot run here. */
  public standInFor(functionName: string): void {
    this.functions.add(functionName);
  }

  /** SageMaker Runtime: InvokeEndpoint. */
  public async handle({ method, path, body }: AwsRequest): Promise<AwsResponse> {
    const [, name] = /^\/endpoints\/([^/]+)\/invocations$/.exec(path) ?? [];
    if (method !== 'POST' || !name) return problem(501, `The local runner does not support ${method} ${path} of sagemaker`);
    return this.ask('sagemaker', decodeURIComponent(name), body);
  }

  /** Lambda's Invoke of a function that cannot run here; undefined for all others. */
  public async invoke({ method, path, body }: AwsRequest): Promise<AwsResponse | undefined> {
    const [, target] = /^\/2015-03-31\/functions\/([^/]+)\/invocations$/.exec(path) ?? [];
    const name = target === undefined ? undefined : decodeURIComponent(target).split(':').slice(-1)[0];
    return method === 'POST' && name !== undefined && this.functions.has(name) ? this.ask('lambda', name, body) : undefined;
  }

  private async ask(service: 'sagemaker' | 'lambda', model: string, body: Buffer): Promise<AwsResponse> {
    const { clock, journal, endpoint } = this.options;
    const startedAt = clock.now();
    const answer = endpoint === undefined
      ? problem(503, `The model ${model} does not run here: start the local runner with --model-endpoint URL`)
      : await forward(endpoint, body);
    journal.record(service, 'ModelAsked', { model, endpoint, status: answer.status, ms: clock.now() - startedAt, answer: String(answer.body) });
    return answer;
  }
}

async function forward(url: string, body: Buffer): Promise<AwsResponse> {
  try {
    const response = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: new Uint8Array(body), redirect: 'error' });
    return { status: response.status, headers: { 'content-type': 'application/json' }, body: await response.text() };
  } catch (error) {
    return problem(502, `${url} did not answer: ${(error as Error).message}`);
  }
}

function problem(status: number, message: string): AwsResponse {
  return { status, headers: { 'content-type': 'application/json' }, body: JSON.stringify({ Message: message }) };
}

/** The model of each system, as the fraud detectors are told of them. */
export function modelsIn(resources: readonly Resource[]): readonly { readonly kind: string; readonly name: string }[] {
  return resources.flatMap(({ properties }) => {
    const text: string | undefined = properties.Environment?.Variables?.[ENV.fraud];
    const { model } = (text === undefined ? {} : JSON.parse(text)) as Partial<FraudDetectionConfig>;
    return model ? [{ kind: model.kind, name: model.target.split(':').slice(-1)[0] }] : [];
  });
}
