import { check } from './validate';

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

  public of(base: string): string | undefined {
    return this.suffix === undefined ? undefined : `${base}-${this.suffix}`;
  }
}
