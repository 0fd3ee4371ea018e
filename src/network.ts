import { aws_ec2 as ec2 } from 'aws-cdk-lib';
import { check } from './validate';

/** Where the functions run. */
export interface NetworkProps {
  /**
   * VPC the functions run in. They need a way to DynamoDB, S3, Secrets Manager, EventBridge and SNS: VPC endpoints, or a NAT
   * gateway, which is also the only way to the certificates that PayPal signs with.
   *
   * @default - the functions run outside any VPC of the account
   * @see https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html
   */
  readonly vpc?: ec2.IVpc;

  /**
   * Subnets of `vpc` the functions run in.
   *
   * @default - the private subnets of `vpc`
   */
  readonly vpcSubnets?: ec2.SubnetSelection;

  /**
   * Security groups of the functions.
   *
   * @default - a security group per function that lets everything out and nothing in
   */
  readonly securityGroups?: ec2.ISecurityGroup[];
}

export function resolveNetwork({ vpc, vpcSubnets, securityGroups }: NetworkProps): NetworkProps {
  check(vpc !== undefined || vpcSubnets === undefined, 'vpcSubnets', 'set without vpc', 'set vpc as well');
  check(vpc !== undefined || securityGroups === undefined, 'securityGroups', 'set without vpc', 'set vpc as well');
  check(securityGroups === undefined || securityGroups.length > 0, 'securityGroups', [], 'name one at least, or leave it out for a group per function');
  return { vpc, vpcSubnets, securityGroups };
}
