import { ServiceError } from '../kernel/wire';
import { Services } from '../runner/services';
import { Message } from '../sqs/message';
import { DeadLetter, DeadLetterQueue } from './model';
import { pretty } from './reception';

/** The queues that keep what failed, with what they keep. */
export function deadLetterQueues({ queues }: Services): DeadLetterQueue[] {
  return queues.all().map(({ identity: { name, arn } }) => ({ name, arn, letters: queues.peek(arn).map((message) => letterOf(name, message)) }));
}

function letterOf(queue: string, message: Readonly<Message>): DeadLetter {
  return { id: message.id, queue, at: new Date(message.sentAt).toISOString(), reason: reasonOf(message), body: pretty(message.body) };
}

function reasonOf({ body, attributes }: Readonly<Message>): string {
  const { ERROR_CODE: code, ERROR_MESSAGE: text, TARGET_ARN: target } = attributes;
  if (code) return `${code.StringValue}: ${text?.StringValue} (${target?.StringValue?.split(':').at(-1)})`;
  const { stage, error } = workflowLetter(body) ?? {};
  return stage === undefined ? 'Received too often' : `${stage} failed: ${error?.Error ?? 'unknown error'}`;
}

interface WorkflowLetter {
  readonly stage: string;
  readonly input: object;
  readonly execution: string;
  readonly error?: { readonly Error?: string };
}

function workflowLetter(body: string): WorkflowLetter | undefined {
  try {
    const letter = JSON.parse(body) as Partial<WorkflowLetter>;
    return typeof letter.execution === 'string' && typeof letter.input === 'object' ? letter as WorkflowLetter : undefined;
  } catch {
    return undefined;
  }
}

type Origin = (services: Services) => Promise<unknown>;

/** How a letter is sent on its way again; undefined where nobody wrote down where it came from. */
function originOf(message: Readonly<Message>): Origin | undefined {
  const { RULE_ARN: rule, TARGET_ARN: target } = message.attributes;
  if (rule?.StringValue && target?.StringValue) return toTarget(message, rule.StringValue, target.StringValue);
  const letter = workflowLetter(message.body);
  if (letter) return toWorkflow(message, letter);
  return undefined;
}

/** The event goes to the target that missed it, made into input as the rule says, and to no other. */
function toTarget({ body, traceHeader }: Readonly<Message>, ruleArn: string, targetArn: string): Origin {
  return async ({ buses, targets }) => {
    const [name, bus] = ruleArn.split('rule/')[1].split('/').reverse();
    const rule = buses.rule(name, bus);
    const target = [...rule.targets.values()].find(({ delivery }) => delivery.arn === targetArn);
    if (!target) throw new ServiceError('ResourceNotFoundException', `The rule ${name} has no target ${targetArn} any more`, 404);
    const value = JSON.parse(body) as Record<string, unknown>;
    const time = Date.parse(String(value.time));
    const payload = target.input({ id: String(value.id), text: body, value, traceHeader, time, ingestedAt: time }, rule);
    await targets.deliver(targetArn, { payload, traceHeader, sourceArn: ruleArn, parameters: target.delivery.parameters });
  };
}

/** The whole workflow runs again with its input; the steps that were done know it. */
function toWorkflow({ traceHeader }: Readonly<Message>, { execution, input }: WorkflowLetter): Origin {
  return async ({ machines }) => {
    const parts = execution.split(':');
    const machine = machines.list().find(({ name }) => name === parts[6]);
    if (!machine) throw new ServiceError('StateMachineDoesNotExist', `There is no workflow ${parts[6]}`, 404);
    machines.startExecution(machine.arn, JSON.stringify(input), { traceHeader });
  };
}

export interface Redriven {
  readonly moved: number;
  readonly failed: readonly string[];
}

/** Sends every letter of a queue back to where it failed; one that fails again stays. */
export async function redrive(services: Services, queueArn: string): Promise<Redriven> {
  const queue = services.queues.byArn(queueArn);
  if (queue.peek().some(({ deadLetterSourceArn }) => deadLetterSourceArn !== undefined)) {
    const { moved, failure } = services.queues.moveTasks.start(queue);
    return { moved, failed: failure === undefined ? [] : [failure] };
  }
  const messages = await queue.receive({ maxMessages: 10, wait: 0, visibilityTimeout: 60 });
  const failed: string[] = [];
  for (const message of messages) {
    try {
      const again = originOf(message);
      if (!again) throw new Error('nobody wrote down where it came from');
      await again(services);
      queue.delete(message.receiptHandle!);
    } catch (error) {
      failed.push(`${message.id}: ${(error as Error).message}`);
    }
  }
  const moved = messages.length - failed.length;
  if (messages.length < 10 || moved === 0) return { moved, failed };
  const rest = await redrive(services, queueArn);
  return { moved: moved + rest.moved, failed: [...failed, ...rest.failed] };
}
