import { ServiceError } from '../kernel/wire';

export const CURRENT = 'AWSCURRENT';
export const PREVIOUS = 'AWSPREVIOUS';
const MOST_VERSIONS = 100;

/** What a version holds: text, or bytes in base64. */
export interface SecretValue {
  readonly secretString?: string;
  readonly secretBinary?: string;
}

export interface SecretVersion extends SecretValue {
  readonly id: string;
  readonly createdAt: number;
  readonly stages: readonly string[];
}

export interface SecretState {
  readonly name: string;
  readonly arn: string;
  readonly description?: string;
  readonly createdAt: number;
  readonly changedAt: number;
  readonly versions: readonly SecretVersion[];
  /** Digest of what the template said about the value. */
  readonly origin?: string;
}

/** One secret, its versions, and the labels that move between them. */
export class Secret {
  private versions: SecretVersion[];
  private lastChange: number;

  public constructor(private readonly state: SecretState) {
    this.versions = [...state.versions];
    this.lastChange = state.changedAt;
  }

  public get identity(): Readonly<Pick<SecretState, 'name' | 'arn' | 'description' | 'createdAt' | 'origin'>> {
    return this.state;
  }

  public get changedAt(): number {
    return this.lastChange;
  }

  /** Whether a client means this secret: full ARN, ARN without the random ending, or name. */
  public isCalled(id: string): boolean {
    const { arn, name } = this.state;
    return id === arn || id === name || id === arn.replace(/-[A-Za-z0-9]{6}$/, '');
  }

  /** The version with this id and label; the current one when neither is given. */
  public version(id?: string, stage?: string): SecretVersion {
    const wanted = stage ?? (id === undefined ? CURRENT : undefined);
    const found = this.versions.find((version) =>
      (id === undefined || version.id === id) && (wanted === undefined || version.stages.includes(wanted)));
    if (found) return found;
    const what = id === undefined ? `staging label: ${wanted}` : `VersionId: ${id}`;
    throw new ServiceError('ResourceNotFoundException', `Secrets Manager can't find the specified secret value for ${what}`);
  }

  /** Adds a version and moves the labels to it; the same version again changes nothing. */
  public put(id: string, value: SecretValue, stages: readonly string[], now: number): SecretVersion {
    const same = this.versions.find((version) => version.id === id);
    if (same) {
      if (same.secretString === value.secretString && same.secretBinary === value.secretBinary) return same;
      throw new ServiceError('ResourceExistsException', `A resource with the ID ${id} already exists, with different contents.`);
    }
    const moved = this.versions.map((version) => ({ ...version, stages: labelsAfter(version.stages, stages) }));
    const added = { id, ...value, createdAt: now, stages };
    this.versions = [added, ...moved].slice(0, MOST_VERSIONS);
    this.lastChange = now;
    return added;
  }

  /** Versions that have a label, by id. */
  public stagesById(): Record<string, readonly string[]> {
    return Object.fromEntries(this.versions.filter(({ stages }) => stages.length > 0).map(({ id, stages }) => [id, stages]));
  }

  public snapshot(): SecretState {
    return { ...this.state, versions: [...this.versions], changedAt: this.lastChange };
  }
}

/** The labels an older version keeps when a new one takes some; what was current becomes previous. */
function labelsAfter(own: readonly string[], taken: readonly string[]): string[] {
  const left = own.filter((stage) => !taken.includes(stage));
  if (!taken.includes(CURRENT)) return left;
  const others = left.filter((stage) => stage !== PREVIOUS);
  return own.includes(CURRENT) ? [...others, PREVIOUS] : others;
}
