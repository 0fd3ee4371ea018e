import { Stack } from 'aws-cdk-lib';
import { IConstruct } from 'constructs';
import { check } from './validate';

/** Who has which names, in each app. */
const taken = new WeakMap<IConstruct, Map<string, string>>();

/**
 * Physical names: `<base>-<suffix>` when a suffix was given, otherwise none, so
 * that CloudFormation can replace a resource without a clash.
 */
export class Naming {
  public constructor(private readonly suffix?: string) {
    check(
      suffix === undefined || /^[a-z0-9](?:[a-z0-9-]{0,18}[a-z0-9])?$/.test(suffix),
      'environmentSuffix', suffix, 'use 1 to 20 lower-case letters, digits and inner hyphens',
    );
  }

  /** Refuses the names of another system of the app: those of one account and region, and of buckets, which all accounts and regions share. */
  public claim(system: IConstruct, hasBucket: boolean): void {
    if (this.suffix === undefined) return;
    const owners = taken.get(system.node.root) ?? new Map<string, string>();
    taken.set(system.node.root, owners);
    const { account, region } = Stack.of(system);
    for (const place of [`${account} ${region}`, ...hasBucket ? ['buckets'] : []]) {
      const name = `${place} ${this.suffix}`;
      const owner = owners.get(name);
      check(owner === undefined, 'environmentSuffix', this.suffix, `use another one: ${owner} has ${place === 'buckets' ? 'buckets' : 'resources'} of the same names`);
      owners.set(name, system.node.path);
    }
  }

  public of(base: string): string | undefined {
    return this.suffix === undefined ? undefined : `${base}-${this.suffix}`;
  }
}
