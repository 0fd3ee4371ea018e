import { SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { SQSClient } from '@aws-sdk/client-sqs';
import type { Branch } from '../../../runtime/transaction/branches';
import type { RowKey } from '../../../src/contract';
import type { Claims } from './claims';
import { deliverEvent, NotRedrivable, TargetClients } from './deliver';
import { Letter, letterOf, WorkflowLetter } from './letters';
import { Disposal, eachMessage } from './queue';
import type { Report, Source } from './report';

export interface WayOptions {
  readonly claims: () => Claims;
  /** Whether an alert whose outcome is not known is sent again. */
  readonly releaseClaims: boolean;
}

export interface RedriveOptions extends WayOptions {
  readonly sqs: SQSClient;
  readonly clients: TargetClients;
  /** ARN of the workflow of a kind of letter. */
  readonly workflowOf: (kind: WorkflowLetter['kind']) => string;
  readonly dryRun: boolean;
  readonly report: Report;
}

/** Brings the letters of one queue back, and tells of each what became of it. */
export async function redriveQueue(source: Source, queueUrl: string, options: RedriveOptions): Promise<void> {
  await eachMessage(options.sqs, queueUrl, async (message, isNew): Promise<Disposal> => {
    const letter = letterOf(message);
    const about = { source, kind: letter.kind, what: letter.what, error: letter.error };
    try {
      if (options.dryRun) {
        options.report.add({ ...about, outcome: 'found' });
        return 'keep';
      }
      if (isNew) throw new NotRedrivable('it came while this was running, or the clock of this machine is behind: run again');
      await redrive(letter, options);
      options.report.add({ ...about, outcome: 'redriven' });
      return 'delete';
    } catch (error) {
      options.report.add({ ...about, outcome: 'kept', reason: (error as Error).message });
      return 'keep';
    }
  });
}

async function redrive(letter: Letter, options: RedriveOptions): Promise<void> {
  if (letter.kind === 'unknown') throw new NotRedrivable(letter.error);
  if (letter.kind === 'event') return deliverEvent(letter, options.clients);
  if (letter.kind !== 'archive') await makeWay(letter.row!, letter.kind, options);
  await start(options.clients.states, options.workflowOf(letter.kind), letter.input);
}

/** A branch that may have alerted already would only see its own claim and do nothing: somebody has to decide. */
export async function makeWay(row: RowKey, branch: Branch, { claims, releaseClaims }: WayOptions): Promise<void> {
  const state = await claims().state(row, branch);
  if (state === 'gone') throw new NotRedrivable('the transaction has been archived since: look at it by its tombstone, then delete the message');
  if (state === 'free') return;
  if (!releaseClaims) throw new NotRedrivable('its alert may have been sent or not: find out, then delete the message, or run with --release-claims to send it again');
  if (!await claims().release(row, branch)) throw new NotRedrivable('its claim has changed meanwhile: run again');
}

async function start(states: SFNClient, stateMachineArn: string, input: string): Promise<void> {
  await states.send(new StartExecutionCommand({ stateMachineArn, input }));
}
