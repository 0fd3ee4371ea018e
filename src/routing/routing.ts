import {
  aws_events as events, aws_events_targets as targets, aws_iam as iam, aws_kms as kms, aws_logs as logs,
  aws_sqs as sqs, aws_stepfunctions as sfn, Duration, Stack, ArnFormat, RemovalPolicy,
} from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { DETAIL_TYPE, EVENT_SOURCE, Tier, TIERS } from '../contract';
import { Naming } from '../naming';
import { Retention } from '../retention';
import { deadLetterQueue, logGroupFor } from '../stores';

export interface RoutingProps {
  readonly naming: Naming;
  readonly retention: Retention;
  readonly removalPolicy: RemovalPolicy;
  readonly encryptionKey?: kms.IKey;
  readonly bus?: events.IEventBus;
}

/** What a tier's workflow does. */
export interface WorkflowTask {
  readonly screen: boolean;
  readonly notify: boolean;
  /** The tier in words for people. */
  readonly label: string;
}

/** How hard EventBridge tries, and where it leaves what it could not deliver. */
interface Delivery {
  readonly deadLetterQueue: sqs.Queue;
  readonly retryAttempts: number;
  readonly maxEventAge: Duration;
}

const RULE_DESCRIPTION: Readonly<Record<Tier, string>> = {
  high: 'High-value transactions, for immediate processing',
  medium: 'Medium-value transactions, for standard processing',
  low: 'Low-value transactions, for batch processing',
};

/** The bus and one rule per tier; the L3 says where each leads. */
export class Routing extends Construct {
  public readonly bus: events.IEventBus;
  /** What no target would take, with the event. */
  public readonly deadLetters: sqs.Queue;
  public readonly highValueRule: events.Rule;
  public readonly mediumValueRule: events.Rule;
  public readonly lowValueRule: events.Rule;
  /** Known event ids that came again with another body. */
  public readonly conflictRule: events.Rule;
  public readonly batchLogGroup: logs.LogGroup;
  /** Every stored event, once, for replays. */
  public readonly eventArchive: events.Archive;
  private readonly delivery: Delivery;
  private readonly naming: Naming;

  public constructor(scope: Construct, id: string, props: RoutingProps) {
    super(scope, id);
    const { naming, retention, encryptionKey } = props;
    this.naming = naming;
    this.bus = props.bus ?? new events.EventBus(this, 'Bus', {
      eventBusName: naming.of('payment-events'),
      description: 'Transactions reported by payment providers',
      kmsKey: encryptionKey,
    });
    this.deadLetters = deadLetterQueue(this, 'eventbridge-dlq', retention.deadLetters, props);
    this.delivery = { deadLetterQueue: this.deadLetters, retryAttempts: 20, maxEventAge: Duration.hours(6) };
    const [low, medium, high] = TIERS.map((tier) => this.tierRule(tier, naming));
    this.lowValueRule = low;
    this.mediumValueRule = medium;
    this.highValueRule = high;
    this.conflictRule = new events.Rule(this, 'ConflictRule', {
      eventBus: this.bus,
      ruleName: naming.of('transaction-conflicts'),
      description: 'Event ids that came again with another body',
      eventPattern: firstTime({ detailType: [DETAIL_TYPE.transactionConflict] }),
    });
    this.eventArchive = new events.Archive(this, 'EventArchive', {
      archiveName: naming.of('payment-events-archive'),
      sourceEventBus: this.bus,
      description: 'Every stored event, for replays',
      eventPattern: {
        source: [EVENT_SOURCE],
        // Verdicts are in the rows, and a replay tells of them again.
        detailType: [DETAIL_TYPE.transactionCreated, DETAIL_TYPE.webhookReceived, DETAIL_TYPE.transactionConflict],
        // EventBridge leaves its own replays out by itself.
        detail: { replay: events.Match.doesNotExist() },
      },
      retention: retention.events,
    });
    // Not by the property of the L2, which writes the bus into the policy of a key that the bus itself refers to.
    if (encryptionKey) (this.eventArchive.node.defaultChild as events.CfnArchive).kmsKeyIdentifier = encryptionKey.keyArn;
    this.batchLogGroup = logGroupFor(this, 'BatchLog', 'events/low-value-transactions', { ...props, logRetention: retention.logs });
  }

  /** Starts a workflow for each transaction of the tier. */
  public toWorkflow(tier: Tier, workflow: sfn.IStateMachine, task: WorkflowTask): void {
    this.ruleOf(tier).addTarget(this.workflowTarget(workflow, task));
  }

  /** Has the workflow tell of each conflict: it knows how to alert once. */
  public conflictsTo(workflow: sfn.IStateMachine): void {
    this.conflictRule.addTarget(this.workflowTarget(workflow, { screen: false, notify: true, label: 'Conflict' }));
  }

  /** Logs each transaction of the tier for batch processing. The log has no guard against a second event, so its rule takes no replayed ones. */
  public toBatchLog(tier: Tier): events.Rule {
    const { logGroupArn, logGroupName } = this.batchLogGroup;
    // EventBridge wants the ARN without the trailing `:*`.
    const arn = Stack.of(this).formatArn({ service: 'logs', resource: 'log-group', resourceName: logGroupName, arnFormat: ArnFormat.COLON_RESOURCE_NAME });
    const batchRule = new events.Rule(this, `${capitalized(tier)}ValueBatchRule`, {
      eventBus: this.bus,
      ruleName: this.naming.of(`${tier}-value-batch`),
      description: `Logs ${tier}-value transactions, but no replayed ones`,
      eventPattern: firstTime({ detailType: [DETAIL_TYPE.transactionCreated], detail: { tier: [tier] } }),
    });
    batchRule.addTarget(new AllowingTarget(arn, this.delivery, (rule) => {
      this.batchLogGroup.addToResourcePolicy(new iam.PolicyStatement({
        principals: [new iam.ServicePrincipal('events.amazonaws.com')],
        actions: ['logs:CreateLogStream'],
        resources: [logGroupArn],
      }));
      this.batchLogGroup.addToResourcePolicy(byRule(rule, 'logs:PutLogEvents', logGroupArn));
    }));
    return batchRule;
  }

  public ruleOf(tier: Tier): events.Rule {
    return { low: this.lowValueRule, medium: this.mediumValueRule, high: this.highValueRule }[tier];
  }

  private tierRule(tier: Tier, naming: Naming): events.Rule {
    return new events.Rule(this, `${capitalized(tier)}ValueRule`, {
      eventBus: this.bus,
      ruleName: naming.of(`${tier}-value-transactions`),
      description: RULE_DESCRIPTION[tier],
      // Not a numeric pattern: those end at 5e9, and thresholds differ by currency. The validator computed the tier exactly.
      eventPattern: { source: [EVENT_SOURCE], detailType: [DETAIL_TYPE.transactionCreated], detail: { tier: [tier] } },
    });
  }

  private workflowTarget(workflow: sfn.IStateMachine, task: WorkflowTask): events.IRuleTarget {
    const input = { transaction: events.EventField.fromPath('$.detail'), timestamp: events.EventField.time, ...task };
    return new targets.SfnStateMachine(workflow, { input: events.RuleTargetInput.fromObject(input), ...this.delivery });
  }
}

/** Events of this system that no replay has published again, be it EventBridge's own or one from archive objects. */
function firstTime({ detailType, detail }: events.EventPattern): events.EventPattern {
  const notReplayed = events.Match.doesNotExist();
  // The type does not know the member, EventBridge does.
  return { 'source': [EVENT_SOURCE], detailType, 'detail': { ...detail, replay: notReplayed }, 'replay-name': notReplayed } as events.EventPattern;
}

function capitalized(word: string): string {
  return `${word[0].toUpperCase()}${word.slice(1)}`;
}

/** A target that is allowed by its own resource policy, for this rule alone. */
class AllowingTarget implements events.IRuleTarget {
  public constructor(
    private readonly arn: string,
    private readonly delivery: Delivery,
    private readonly allow: (rule: events.IRule) => void,
  ) {}

  public bind(rule: events.IRule): events.RuleTargetConfig {
    const { deadLetterQueue: queue, retryAttempts, maxEventAge } = this.delivery;
    this.allow(rule);
    queue.addToResourcePolicy(byRule(rule, 'sqs:SendMessage', queue.queueArn));
    return {
      arn: this.arn,
      deadLetterConfig: { arn: queue.queueArn },
      retryPolicy: { maximumRetryAttempts: retryAttempts, maximumEventAgeInSeconds: maxEventAge.toSeconds() },
    };
  }
}

/** What a rule may do to a target, and no other account's rule. */
function byRule(rule: events.IRule, action: string, resource: string): iam.PolicyStatement {
  return new iam.PolicyStatement({
    principals: [new iam.ServicePrincipal('events.amazonaws.com')],
    actions: [action],
    resources: [resource],
    conditions: { ArnEquals: { 'aws:SourceArn': rule.ruleArn } },
  });
}
