import { createHash } from 'node:crypto';

const ALPHANUMERIC = 'abcdefghijklmnopqrstuvwxyz0123456789';
const HEX = '0123456789abcdef';

/** What a resource is known by before it exists. Generated parts depend on stack and logical id only, so they never change. */
export class Naming {
  public constructor(
    public readonly logicalId: string,
    public readonly stack: string,
    // eslint-disable-next-line @typescript-eslint/no-explicit-any
    public readonly properties: Readonly<Record<string, any>>,
    /** Origin of the runner, for the attributes that are URLs. */
    public readonly endpoint: string,
  ) {}

  /** The physical name: the property's, else `<stack>-<logicalId>` cut to `max`. */
  public name(property: string, max = 64): string {
    return this.properties[property] ?? this.generated(max);
  }

  /** `<stack>-<logicalId>`, ending in a hash where it had to be cut. */
  public generated(max: number): string {
    const full = `${this.stack}-${this.logicalId}`;
    return full.length <= max ? full : `${full.slice(0, max - 9)}-${this.digest(HEX, 8)}`;
  }

  /** A lower-case alphanumeric id. */
  public id(length: number): string {
    return this.digest(ALPHANUMERIC, length);
  }

  /** An EC2-style id, e.g. `vpc-0123456789abcdef0`. */
  public hexId(prefix: string): string {
    return `${prefix}-${this.digest(HEX, 17)}`;
  }

  public uuid(): string {
    const hex = this.digest(HEX, 32);
    return [hex.slice(0, 8), hex.slice(8, 12), `4${hex.slice(13, 16)}`, `a${hex.slice(17, 20)}`, hex.slice(20)].join('-');
  }

  private digest(alphabet: string, length: number): string {
    const bytes = createHash('sha512').update(`${this.stack}/${this.logicalId}`).digest();
    return [...bytes.subarray(0, length)].map((byte) => alphabet[byte % alphabet.length]).join('');
  }
}

/** What `Ref` and `Fn::GetAtt` give. */
export interface Identity {
  readonly ref: string;
  readonly attributes: Readonly<Record<string, string>>;
}

export type IdentityRule = (resource: Naming) => Identity;
export type IdentityRules = Readonly<Record<string, IdentityRule>>;

/** For resources that are known by their name alone. */
export function named(property: string, max?: number): IdentityRule {
  return (resource) => ({ ref: resource.name(property, max), attributes: {} });
}

/** For resources that nothing needs to know by name. */
export const byId: IdentityRule = (resource) => ({ ref: resource.generated(128), attributes: {} });

/** The same rule for several types. */
export function each(rule: IdentityRule, ...types: string[]): IdentityRules {
  return Object.fromEntries(types.map((type) => [type, rule]));
}
