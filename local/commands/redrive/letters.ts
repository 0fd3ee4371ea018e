import { Message } from '@aws-sdk/client-sqs';
import { isObject, Json, JsonObject, member, parseJson, printJson, textAt } from '../../../runtime/transaction/json';
import type { RowKey } from '../../../src/contract';

/** An event that one target of one rule would not take. */
export interface EventLetter {
  readonly kind: 'event';
  readonly what: string;
  readonly error: string;
  readonly ruleArn: string;
  readonly targetArn: string;
  /** The event as EventBridge sent it. */
  readonly event: string;
}

/** The input of a workflow that failed, or of the one branch of it that did. */
export interface WorkflowLetter {
  readonly kind: 'screening' | 'notification' | 'archive';
  readonly what: string;
  readonly error: string;
  /** What to start the workflow with. */
  readonly input: string;
  /** The row it is about; none for an archive run. */
  readonly row?: RowKey;
}

export interface UnknownLetter {
  readonly kind: 'unknown';
  readonly what: string;
  readonly error: string;
}

export type Letter = EventLetter | WorkflowLetter | UnknownLetter;

/** What a dead letter is, from how it looks: queues hold what EventBridge and what the workflows put there. */
export function letterOf({ MessageId, Body = '', MessageAttributes = {} }: Message): Letter {
  const attribute = (name: string) => MessageAttributes[name]?.StringValue;
  const [ruleArn, targetArn] = [attribute('RULE_ARN'), attribute('TARGET_ARN')];
  try {
    const body = parseJson(Buffer.from(Body));
    if (ruleArn && targetArn) {
      const id = textAt(body, 'detail', 'transaction_id') ?? textAt(body, 'id') ?? MessageId;
      const rule = ruleArn.split('/').pop();
      return { kind: 'event', what: `${id} of rule ${rule} to ${targetArn}`, error: attribute('ERROR_MESSAGE') ?? attribute('ERROR_CODE') ?? 'unknown', ruleArn, targetArn, event: Body };
    }
    return workflowLetter(body) ?? unknown(MessageId, 'it is neither of EventBridge nor of a workflow');
  } catch {
    return unknown(MessageId, 'its body is not JSON');
  }
}

function workflowLetter(body: Json): WorkflowLetter | undefined {
  const [stage, input] = [textAt(body, 'stage'), member(body, 'input')];
  if (!isObject(input)) return undefined;
  const error = textAt(body, 'error', 'Error') ?? 'unknown';
  if (stage === 'archive') return { kind: stage, what: `archive run of ${textAt(input, 'now') ?? 'unknown time'}`, error, input: printJson(input) };
  if (stage !== 'screening' && stage !== 'notification') return undefined;
  // The other branch has its own letter, or has done its work.
  const branch: JsonObject = stage === 'screening' ? { notify: false } : { screen: false };
  const [transaction_id, event_id] = ['transaction_id', 'event_id'].map((name) => textAt(input, 'transaction', 'key', name));
  if (!transaction_id || !event_id) return undefined;
  return { kind: stage, what: `${stage} of ${transaction_id}`, error, input: printJson({ ...input, ...branch }), row: { transaction_id, event_id } };
}

function unknown(id: string | undefined, error: string): UnknownLetter {
  return { kind: 'unknown', what: `message ${id}`, error };
}
