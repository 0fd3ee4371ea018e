import { aws_iam as iam, aws_kms as kms, aws_lambda as lambda, aws_logs as logs, Duration, RemovalPolicy, Token } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { ENV } from '../contract';
import { Naming } from '../naming';
import { NetworkProps } from '../network';
import { logGroupFor } from '../stores';
import { check, checkWholeNumber, refuseToken } from '../validate';
import { HandlerPackaging } from './handler-packaging';

/** Settings of one of the functions. */
export interface FunctionOptions {
  /**
   * Memory in MB.
   *
   * @default - 1024 for the validator, 512 for the others
   */
  readonly memorySize?: number;

  /**
   * Longest time one invocation may take.
   *
   * @default - 30 s for the validator, 60 s for the relay and the fraud detector, 5 minutes for the archiver
   */
  readonly timeout?: Duration;

  /**
   * Concurrent executions set aside for the function, which are also its limit.
   *
   * @default - shares the account's unreserved concurrency
   */
  readonly reservedConcurrentExecutions?: number;

  /**
   * Execution environments that are kept initialized, so that no webhook waits for a cold start. They are of the
   * alias `live`, which is then what gets invoked.
   *
   * @default - none
   * @see https://docs.aws.amazon.com/lambda/latest/dg/provisioned-concurrency.html
   */
  readonly provisionedConcurrentExecutions?: number;

  /**
   * Existing log group of the function.
   *
   * @default - a new log group, kept for `retention.logs`
   */
  readonly logGroup?: logs.ILogGroup;
}

/** What every stage hands to its function. */
export interface HandlerContext {
  readonly naming: Naming;
  readonly packaging: HandlerPackaging;
  readonly tracing: boolean;
  readonly logRetention: logs.RetentionDays;
  readonly removalPolicy: RemovalPolicy;
  /** Encrypts what the system stores, if there is one of the customer's. */
  readonly encryptionKey?: kms.IKey;
  readonly network: NetworkProps;
  /** Value of the `System` dimension of the handlers' metrics. */
  readonly system: string;
}

export interface HandlerFunctionProps extends FunctionOptions {
  readonly context: HandlerContext;
  /** Folder of the bundle in `assets/`. */
  readonly handler: string;
  /** Physical name without the suffix. */
  readonly baseName: string;
  readonly description: string;
  readonly environment: { [name: string]: string };
  /** Name of the prop that holds the function's options, for messages. */
  readonly prop: string;
  readonly memorySize: number;
  readonly timeout: Duration;
  /** @default - a second */
  readonly minTimeout?: Duration;
  /** @default - 15 minutes, the limit of AWS Lambda */
  readonly maxTimeout?: Duration;
}

const INTERFACE_ACTIONS = [
  'ec2:CreateNetworkInterface', 'ec2:DescribeNetworkInterfaces', 'ec2:DescribeSubnets', 'ec2:DeleteNetworkInterface',
  'ec2:AssignPrivateIpAddresses', 'ec2:UnassignPrivateIpAddresses',
];

/** A function with its own log group and its own role, which holds nothing but what is granted. */
export class HandlerFunction extends Construct {
  public readonly function: lambda.Function;
  /** What callers invoke: the function, or its alias when there is one. */
  public readonly target: lambda.IFunction;
  public readonly alias?: lambda.Alias;
  public readonly logGroup: logs.ILogGroup;
  public readonly role: iam.Role;

  public constructor(scope: Construct, id: string, props: HandlerFunctionProps) {
    super(scope, id);
    checkWholeNumber(`functions.${props.prop}.memorySize`, props.memorySize, 128, 10_240);
    checkWholeNumber(`functions.${props.prop}.reservedConcurrentExecutions`, props.reservedConcurrentExecutions, 1, 10_000);
    checkConcurrency(props);
    const [min, max] = [props.minTimeout ?? Duration.seconds(1), props.maxTimeout ?? Duration.minutes(15)].map((limit) => limit.toSeconds());
    refuseToken(`functions.${props.prop}.timeout`, props.timeout);
    checkWholeNumber(`functions.${props.prop}.timeout in seconds`, props.timeout.toSeconds({ integral: false }), min, max);

    const { context } = props;
    const functionName = context.naming.of(props.baseName);
    this.logGroup = props.logGroup ?? logGroupFor(this, 'LogGroup', `lambda/${props.baseName}`, context);
    this.role = new iam.Role(this, 'Role', {
      assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com'),
      description: `Runs ${props.handler}`,
    });
    this.logGroup.grantWrite(this.role);
    context.encryptionKey?.grantDecrypt(this.role);
    if (context.network.vpc) this.role.addToPolicy(networkInterfaces());

    this.function = context.packaging._createFunction(this, 'Function', props.handler, {
      functionName,
      description: props.description,
      memorySize: props.memorySize,
      timeout: props.timeout,
      reservedConcurrentExecutions: props.reservedConcurrentExecutions,
      role: this.role,
      logGroup: this.logGroup,
      tracing: context.tracing ? lambda.Tracing.ACTIVE : lambda.Tracing.DISABLED,
      environment: { [ENV.system]: context.system, ...props.environment },
      environmentEncryption: context.encryptionKey,
      ...context.network,
    });
    if (context.network.vpc) this.keepCodeFromInterfaces();
    if (props.provisionedConcurrentExecutions !== undefined) {
      this.alias = new lambda.Alias(this, 'Live', {
        aliasName: 'live',
        version: this.function.currentVersion,
        provisionedConcurrentExecutions: props.provisionedConcurrentExecutions,
      });
    }
    this.target = this.alias ?? this.function;
  }

  /** The interfaces are the business of AWS Lambda; the code of the function, which has the same role, may not touch them. */
  private keepCodeFromInterfaces(): void {
    new iam.Policy(this, 'InterfaceGuard', {
      roles: [this.role],
      statements: [new iam.PolicyStatement({
        effect: iam.Effect.DENY,
        actions: INTERFACE_ACTIONS,
        resources: ['*'],
        conditions: { ArnEquals: { 'lambda:SourceFunctionArn': this.function.functionArn } },
      })],
    });
  }
}

function checkConcurrency(props: HandlerFunctionProps): void {
  const { prop, reservedConcurrentExecutions: reserved, provisionedConcurrentExecutions: provisioned } = props;
  const name = `functions.${prop}.provisionedConcurrentExecutions`;
  refuseToken(name, provisioned);
  checkWholeNumber(name, provisioned, 1, 10_000);
  if (provisioned === undefined || reserved === undefined) return;
  check(
    provisioned <= reserved || Token.isUnresolved(reserved), name, provisioned,
    `use at most functions.${prop}.reservedConcurrentExecutions (${reserved}), which limits it`,
  );
}

/** What AWS Lambda does in the name of a function in a VPC; EC2 has no resource to name before the interfaces exist. */
function networkInterfaces(): iam.PolicyStatement {
  return new iam.PolicyStatement({ actions: INTERFACE_ACTIONS, resources: ['*'] });
}
