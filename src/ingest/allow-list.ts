import { isIP } from 'node:net';
import { aws_iam as iam, Token } from 'aws-cdk-lib';
import { check } from '../validate';

/** An endpoint and the addresses it may be called from; from everywhere when there are none. */
export interface GuardedEndpoint {
  readonly name: string;
  readonly allowedCidrs?: string[];
}

const MAX_POLICY_BYTES = 8192;

/**
 * Resource policy of the API, when any endpoint is guarded. Each endpoint is allowed by its literal path, so that another
 * spelling of a guarded path is allowed by nothing.
 */
export function allowListPolicy(endpoints: GuardedEndpoint[]): iam.PolicyDocument | undefined {
  endpoints.forEach(checkCidrs);
  if (endpoints.every(({ allowedCidrs }) => allowedCidrs === undefined)) return undefined;
  const statements = endpoints.map(({ name, allowedCidrs }, index) => new iam.PolicyStatement({
    principals: [new iam.AnyPrincipal()],
    actions: ['execute-api:Invoke'],
    resources: [...index === 0 ? ['execute-api:/*/*/webhook'] : [], `execute-api:/*/*/webhook/${name}`],
    conditions: allowedCidrs && { IpAddress: { 'aws:SourceIp': allowedCidrs } },
  }));
  const bytes = JSON.stringify(statements.map((statement) => statement.toStatementJson())).length;
  check(bytes <= MAX_POLICY_BYTES, 'providers', `an allow-list of ${bytes} bytes`, `API Gateway takes ${MAX_POLICY_BYTES}: use fewer or larger ranges`);
  return new iam.PolicyDocument({ statements });
}

function checkCidrs({ name, allowedCidrs }: GuardedEndpoint): void {
  const prop = `providers.${name}.allowedCidrs`;
  check(allowedCidrs === undefined || allowedCidrs.length > 0, prop, allowedCidrs, 'name a range at least, or leave it out to allow every address');
  if (Token.isUnresolved(allowedCidrs)) return;
  for (const cidr of allowedCidrs ?? []) check(isCidr(cidr), prop, cidr, 'use ranges such as 192.0.2.0/24, 192.0.2.1/32 or 2001:db8::/32');
}

function isCidr(cidr: string): boolean {
  const [, address, prefix] = /^([0-9a-f.:]+)\/(\d{1,3})$/i.exec(cidr) ?? [];
  const version = isIP(address ?? '');
  return version !== 0 && Number(prefix) <= (version === 4 ? 32 : 128);
}
