import {
  Annotations, ArnFormat, aws_dynamodb as dynamodb, aws_iam as iam, aws_kms as kms, aws_secretsmanager as secretsmanager,
  aws_stepfunctions as sfn, Stack,
} from 'aws-cdk-lib';
import { Construct } from 'constructs';

/**
 * Lets the services that act by themselves use a customer-managed key: those that store logs, deliver events and raise alarms.
 * By pattern instead of by resource, because each of those resources refers to the key already.
 */
export function allowServices(scope: Construct, key: kms.IKey): void {
  const stack = Stack.of(scope);
  const arnLike = (service: string, resource: string, arnFormat = ArnFormat.COLON_RESOURCE_NAME) =>
    stack.formatArn({ service, resource, resourceName: '*', arnFormat });
  const fromHere = { StringEquals: { 'aws:SourceAccount': stack.account } };
  const rules = arnLike('events', 'rule', ArnFormat.SLASH_RESOURCE_NAME);
  const buses = arnLike('events', 'event-bus', ArnFormat.SLASH_RESOURCE_NAME);
  const statements = [
    allow(`logs.${stack.region}.${stack.urlSuffix}`, ['kms:Encrypt', 'kms:Decrypt', 'kms:ReEncrypt*', 'kms:GenerateDataKey*', 'kms:DescribeKey'], {
      ArnLike: { 'kms:EncryptionContext:aws:logs:arn': arnLike('logs', 'log-group') },
    }),
    // Ships what encrypted state machines log.
    allow('delivery.logs.amazonaws.com', ['kms:Decrypt'], {
      StringLike: { 'kms:EncryptionContext:SourceArn': stack.formatArn({ service: 'logs', resource: '*', arnFormat: ArnFormat.NO_RESOURCE_NAME }) },
    }),
    // Rules with an encrypted queue or topic as their target.
    allow('events.amazonaws.com', ['kms:Decrypt', 'kms:GenerateDataKey'], { ...fromHere, ArnLike: { 'aws:SourceArn': rules } }),
    // The bus and its archive.
    allow('events.amazonaws.com', ['kms:Decrypt', 'kms:GenerateDataKey', 'kms:ReEncrypt*'], {
      ArnLike: { 'kms:EncryptionContext:aws:events:event-bus:arn': buses },
    }),
    allow('events.amazonaws.com', ['kms:DescribeKey']),
    // Alarms with an encrypted topic as their action.
    allow('cloudwatch.amazonaws.com', ['kms:Decrypt', 'kms:GenerateDataKey'], {
      ...fromHere, ArnLike: { 'aws:SourceArn': arnLike('cloudwatch', 'alarm') },
    }),
  ];
  const added = statements.map((statement) => key.addToResourcePolicy(statement, true).statementAdded);
  if (added.every(Boolean)) return;
  Annotations.of(scope).addWarningV2(
    'cdk-webhook-processing:encryptionKeyPolicy',
    'The policy of an imported encryptionKey cannot be changed here: let CloudWatch Logs, EventBridge and CloudWatch use the key, see docs/options.md',
  );
}

/** Grants actions on the table, and the use of its key with them. */
export function grantOnTable(table: dynamodb.ITable, grantee: iam.IGrantable, ...actions: string[]): void {
  table.grant(grantee, ...actions);
  table.encryptionKey?.grantEncryptDecrypt(grantee);
}

/**
 * Grants reading a secret. One with the system's key not by the grant of the L2, which would write the function's role into the
 * policy of the key: a circle where the key is of another stack. The role may use the key already.
 */
export function grantSecret(secret: secretsmanager.ISecret, grantee: iam.IGrantable, key: kms.IKey | undefined): void {
  if (key === undefined || secret.encryptionKey !== key) {
    secret.grantRead(grantee);
    return;
  }
  iam.Grant.addToPrincipal({
    grantee, actions: ['secretsmanager:GetSecretValue', 'secretsmanager:DescribeSecret'], resourceArns: [secret.secretArn],
  });
}

/**
 * Encrypts the definition and the execution data of a state machine. Not by the property of the L2: without
 * a physical name its grants name no state machine, and what starts one is granted nothing.
 */
export function encryptStateMachine(machine: sfn.StateMachine, key: kms.IKey): void {
  (machine.node.defaultChild as sfn.CfnStateMachine).encryptionConfiguration = {
    type: 'CUSTOMER_MANAGED_KMS_KEY', kmsKeyId: key.keyArn, kmsDataKeyReusePeriodSeconds: 300,
  };
  const starter = machine.node.tryFindChild('EventsRole') as iam.IRole | undefined;
  for (const grantee of [machine.role, ...starter ? [starter] : []]) key.grant(grantee, 'kms:Decrypt', 'kms:GenerateDataKey');
}

function allow(service: string, actions: string[], conditions?: { [operator: string]: unknown }): iam.PolicyStatement {
  return new iam.PolicyStatement({ principals: [new iam.ServicePrincipal(service)], actions, resources: ['*'], conditions });
}
