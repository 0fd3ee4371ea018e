import { DynamoDBClient, paginateScan } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient, ListTargetsByRuleCommand, ListRulesCommand, Rule, Target } from '@aws-sdk/client-eventbridge';
import { SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { fromAttributes } from '../../../runtime/aws/attributes';
import { Image, publicationOf } from '../../../runtime/relay/detail';
import { Branch, missingIn } from '../../../runtime/transaction/branches';
import { EVENT_SOURCE, RECORD, RowKey } from '../../../src/contract';
import { parsePattern } from '../../events/rule';
import { inputFor } from './deliver';
import { makeWay, WayOptions } from './redrive';
import type { Report } from './report';

export interface UnfinishedOptions extends WayOptions {
  readonly dynamodb: DynamoDBClient;
  readonly events: EventBridgeClient;
  readonly states: SFNClient;
  readonly table: string;
  readonly bus: string;
  /** ARN of the transaction workflow. */
  readonly workflow: string;
  /** Rows received after this may be under way still. */
  readonly before: Date;
  readonly dryRun: boolean;
  readonly report: Report;
}

/** A rule that starts the workflow, and how. */
interface Start {
  readonly rule: Rule;
  readonly target: Target;
  readonly takes: (event: object) => boolean;
}

/**
 * Transactions of the table that no dead letter speaks of and that are not done with: their execution
 * ended as a whole (States.Runtime, a time limit), or never began. They start again with what is missing.
 */
export async function redriveUnfinished(options: UnfinishedOptions): Promise<void> {
  const starts = await startsOf(options);
  const scan = {
    TableName: options.table,
    ConsistentRead: true,
    FilterExpression: '#record IN (:transaction, :conflict) AND received_at < :before',
    ExpressionAttributeNames: { '#record': 'record' },
    ExpressionAttributeValues: { ':transaction': { S: RECORD.transaction }, ':conflict': { S: RECORD.conflict }, ':before': { S: options.before.toISOString() } },
  };
  for await (const { Items = [] } of paginateScan({ client: options.dynamodb }, scan)) {
    for (const image of Items) await finish(image, starts, options);
  }
}

async function finish(image: Image, starts: readonly Start[], options: UnfinishedOptions): Promise<void> {
  const text = eventOf(image);
  const start = starts.find(({ takes }) => takes(JSON.parse(text) as object));
  if (!start) return;
  const input = inputFor(start.target, start.rule.Arn!, text);
  const missing = missingIn(fromAttributes(image)).filter((branch) => input.includes(`"${FLAG[branch]}":true`));
  if (missing.length === 0) return;
  const about = { source: 'unfinished', kind: missing.join(' and '), what: image.transaction_id.S!, error: 'not done, and in no dead letter' } as const;
  const key: RowKey = { transaction_id: image.transaction_id.S!, event_id: image.event_id.S! };
  try {
    if (options.dryRun) return options.report.add({ ...about, outcome: 'found' });
    for (const branch of missing) await makeWay(key, branch, options);
    await options.states.send(new StartExecutionCommand({ stateMachineArn: options.workflow, input: withOnly(input, missing) }));
    options.report.add({ ...about, outcome: 'redriven' });
  } catch (error) {
    options.report.add({ ...about, outcome: 'kept', reason: (error as Error).message });
  }
}

const FLAG: Readonly<Record<Branch, string>> = { screening: 'screen', notification: 'notify' };

/** Flags stand outside of the transaction, at the end of what the rules make; no text of a provider's is touched. */
function withOnly(input: string, missing: readonly Branch[]): string {
  const end = input.lastIndexOf('"timestamp"');
  const flags = (Object.entries(FLAG) as [Branch, string][]).filter(([branch]) => !missing.includes(branch)).map(([, flag]) => flag);
  return input.slice(0, end) + flags.reduce((text, flag) => text.replace(`"${flag}":true`, `"${flag}":false`), input.slice(end));
}

/** The event as the relay would publish it, with every digit. */
function eventOf(image: Image): string {
  const { detailType, detail, time } = publicationOf(image)!;
  const envelope = JSON.stringify({ 'version': '0', 'id': image.event_id.S, 'detail-type': detailType, 'source': EVENT_SOURCE, 'time': time.toISOString(), 'resources': [] });
  return `${envelope.slice(0, -1)},"detail":${detail}}`;
}

async function startsOf({ events, bus, workflow }: UnfinishedOptions): Promise<Start[]> {
  const { Rules = [] } = await events.send(new ListRulesCommand({ EventBusName: bus }));
  const starts = await Promise.all(Rules.filter(({ EventPattern }) => EventPattern).map(async (rule) => {
    const { Targets = [] } = await events.send(new ListTargetsByRuleCommand({ Rule: rule.Name, EventBusName: bus }));
    const pattern = parsePattern(rule.EventPattern!);
    return Targets.filter(({ Arn }) => Arn === workflow).map((target) => ({ rule, target, takes: (event: object) => pattern.matches(event) }));
  }));
  return starts.flat();
}
