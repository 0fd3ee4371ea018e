import { EventBridgeClient, ListTargetsByRuleCommand, Target } from '@aws-sdk/client-eventbridge';
import { SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { compileTargetInput, InputDefinition } from '../../events/target-input';
import type { EventLetter } from './letters';
import type { LogWriter } from './log-events';

export interface TargetClients {
  readonly events: EventBridgeClient;
  readonly states: SFNClient;
  readonly sns: SNSClient;
  readonly log: LogWriter;
}

/** A letter that this command cannot bring back, and what to do instead. */
export class NotRedrivable extends Error {}

/** Hands the event to the one target that would not take it, in that target's words: no other target sees it twice. */
export async function deliverEvent(letter: EventLetter, clients: TargetClients): Promise<void> {
  const target = await targetOf(letter, clients.events);
  await send(letter.targetArn, inputFor(target, letter.ruleArn, letter.event), clients);
}

/** What a target of a rule is sent for an event. */
export function inputFor(target: Target, ruleArn: string, text: string): string {
  const value = JSON.parse(text) as { id: string; time: string };
  const at = Date.parse(value.time);
  const event = { id: value.id, time: at, ingestedAt: at, text, value: value as object as Record<string, unknown> };
  return compileTargetInput(inputOf(target))(event, { arn: ruleArn, name: ruleArn.split('/').pop()! });
}

async function send(arn: string, input: string, { states, sns, log }: TargetClients): Promise<void> {
  const service = arn.split(':')[2];
  if (service === 'states') {
    await states.send(new StartExecutionCommand({ stateMachineArn: arn, input }));
  } else if (service === 'sns') {
    await sns.send(new PublishCommand({ TopicArn: arn, Message: textOf(input) }));
  } else if (service === 'logs') {
    // Of now, as EventBridge would have logged it: the event has its own time in it, and a group refuses what is too old.
    await log(arn, input, Date.now());
  } else {
    throw new NotRedrivable(`a target of ${service} is not redriven; see the runbook, "Dead letters of the rules"`);
  }
}

/** EventBridge sends a JSON string without its quotes to topics. */
function textOf(input: string): string {
  const value: unknown = JSON.parse(input);
  return typeof value === 'string' ? value : input;
}

async function targetOf({ ruleArn, targetArn }: EventLetter, events: EventBridgeClient): Promise<Target> {
  const [, busOrName, name = undefined] = ruleArn.split(':').slice(5).join(':').split('/');
  const rule = name === undefined ? { Rule: busOrName } : { Rule: name, EventBusName: busOrName };
  const { Targets = [] } = await events.send(new ListTargetsByRuleCommand(rule));
  const found = Targets.filter(({ Arn }) => Arn === targetArn);
  if (found.length !== 1) throw new NotRedrivable(`the rule has ${found.length} such targets now`);
  return found[0];
}

function inputOf({ Input, InputPath, InputTransformer }: Target): InputDefinition {
  return { Input, InputPath, InputTransformer: InputTransformer && { ...InputTransformer, InputTemplate: InputTransformer.InputTemplate! } };
}
