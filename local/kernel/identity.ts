/** The account and region every local resource lives in. */
export const ACCOUNT = '000000000000';
export const REGION = 'us-east-1';

export function arn(service: string, resource: string, { region = REGION, account = ACCOUNT } = {}): string {
  return `arn:aws:${service}:${region}:${account}:${resource}`;
}
