import { randomUUID } from 'node:crypto';
import { Clock } from '../kernel/clock';
import { Journal } from '../kernel/journal';
import { Metrics } from '../kernel/metrics';
import { traceIdOf } from '../kernel/trace';
import { AwsRequest, AwsResponse, LocalService, ServiceError } from '../kernel/wire';
import { serveSecrets } from './actions';
import { CURRENT, Secret, SecretState, SecretValue, SecretVersion } from './secret';

export interface SecretsOptions {
  readonly clock: Clock;
  readonly journal: Journal;
  readonly metrics: Metrics;
}

export interface NewSecret {
  readonly name: string;
  readonly arn: string;
  readonly description?: string;
  /** Says what the value comes from; a restored value is kept as long as this stays the same. */
  readonly origin?: string;
  /** Asked only when there is no restored value to keep. */
  readonly value: () => SecretValue;
}

export interface PutOptions {
  readonly versionId?: string;
  readonly stages?: readonly string[];
  readonly traceHeader?: string;
}

/** The local Secrets Manager. The journal says who read what, never a value. */
export class Secrets implements LocalService {
  private readonly secrets = new Map<string, Secret>();
  /** Secrets of an earlier run that this one has yet to declare. */
  private restored = new Map<string, SecretState>();

  public constructor(private readonly options: SecretsOptions) {}

  public createSecret({ name, arn, description, origin, value }: NewSecret): Secret {
    if (this.secrets.has(name)) {
      throw new ServiceError('ResourceExistsException', `The operation failed because the secret ${name} already exists.`);
    }
    const now = this.options.clock.now();
    const kept = this.restored.get(name);
    this.restored.delete(name);
    const { createdAt = now, changedAt = now, versions = [] } = kept ?? {};
    const secret = new Secret({ name, arn, description, origin, createdAt, changedAt, versions });
    if (!kept || kept.origin !== origin) secret.put(randomUUID(), value(), [CURRENT], now);
    this.secrets.set(name, secret);
    const dimensions = { Class: 'None', Resource: 'SecretCount', Service: 'Secrets Manager', Type: 'Resource' };
    this.options.metrics.put('AWS/SecretsManager', 'ResourceCount', dimensions, this.secrets.size);
    return secret;
  }

  public all(): Secret[] {
    return [...this.secrets.values()];
  }

  public secret(id: string): Secret {
    const secret = this.all().find((candidate) => candidate.isCalled(id));
    if (!secret) throw new ServiceError('ResourceNotFoundException', "Secrets Manager can't find the specified secret.");
    return secret;
  }

  /** The text of a secret's current version. */
  public value(id: string): string {
    const { secretString } = this.secret(id).version();
    if (secretString === undefined) throw new ServiceError('InvalidRequestException', `The secret ${id} holds bytes, not text.`);
    return secretString;
  }

  public get(id: string, versionId?: string, stage?: string, traceHeader?: string): { readonly secret: Secret; readonly version: SecretVersion } {
    const secret = this.secret(id);
    const version = secret.version(versionId, stage);
    this.record('SecretValueRead', secret, version, traceHeader);
    return { secret, version };
  }

  public put(id: string, value: SecretValue, { versionId = randomUUID(), stages = [CURRENT], traceHeader }: PutOptions = {}): SecretVersion {
    const secret = this.secret(id);
    const version = secret.put(versionId, value, stages, this.options.clock.now());
    this.record('SecretValuePut', secret, version, traceHeader);
    return version;
  }

  public snapshot(): unknown {
    return [...this.all().map((secret) => secret.snapshot()), ...this.restored.values()];
  }

  /** Keeps an earlier run's values for the secrets that are declared from now on. */
  public restore(state: unknown): void {
    this.restored = new Map((state as SecretState[]).map((secret) => [secret.name, secret]));
  }

  public async handle(request: AwsRequest): Promise<AwsResponse> {
    return serveSecrets(this, request);
  }

  private record(type: string, { identity }: Secret, { id, stages }: SecretVersion, traceHeader: string | undefined): void {
    this.options.journal.record('secretsmanager', type, { name: identity.name, arn: identity.arn, versionId: id, stages }, traceIdOf(traceHeader));
  }
}
