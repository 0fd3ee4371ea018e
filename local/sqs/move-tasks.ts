import { randomUUID } from 'node:crypto';
import { Clock } from '../kernel/clock';
import { Journal } from '../kernel/journal';
import { ServiceError } from '../kernel/wire';
import { Message } from './message';
import { Queue } from './queue';

export interface MoveTask {
  readonly handle: string;
  readonly sourceArn: string;
  /** Each message's own source queue when left out. */
  readonly destinationArn?: string;
  /** As fast as possible when left out. */
  readonly perSecond?: number;
  readonly toMove: number;
  readonly startedAt: number;
  status: 'RUNNING' | 'COMPLETED' | 'CANCELLED' | 'FAILED';
  moved: number;
  failure?: string;
}

/** Redrives: sending dead letters back to where they came from, or elsewhere. */
export class MoveTasks {
  private readonly tasks: MoveTask[] = [];

  public constructor(private readonly clock: Clock, private readonly journal: Journal, private readonly queueByArn: (arn: string) => Queue) {}

  public start(source: Queue, destinationArn?: string, perSecond?: number): MoveTask {
    if (destinationArn !== undefined) this.queueByArn(destinationArn);
    if (this.of(source).some(({ status }) => status === 'RUNNING')) {
      throw new ServiceError('UnsupportedOperation', 'There is already a task running. Only one active task is allowed for a source queue arn at a given time.');
    }
    const task: MoveTask = {
      handle: Buffer.from(JSON.stringify({ taskId: randomUUID(), sourceArn: source.identity.arn })).toString('base64'),
      sourceArn: source.identity.arn,
      destinationArn,
      perSecond,
      toMove: source.counts().visible,
      startedAt: this.clock.now(),
      status: 'RUNNING',
      moved: 0,
    };
    this.tasks.unshift(task);
    this.run(task, source);
    return task;
  }

  public cancel(handle: string): MoveTask {
    const task = this.tasks.find((candidate) => candidate.handle === handle && candidate.status === 'RUNNING');
    if (!task) throw new ServiceError('ResourceNotFoundException', 'Task does not exist.', 404);
    task.status = 'CANCELLED';
    return task;
  }

  /** The tasks of one source queue, newest first. */
  public of(source: Queue): readonly MoveTask[] {
    return this.tasks.filter(({ sourceArn }) => sourceArn === source.identity.arn);
  }

  private run(task: MoveTask, source: Queue): void {
    if (task.status !== 'RUNNING') return;
    for (let now = 0; now < (task.perSecond ?? Infinity) && task.moved < task.toMove; now++) {
      const message = source.takeAway();
      if (!message) break;
      if (!this.move(task, source, message)) return;
    }
    if (task.moved < task.toMove && source.counts().visible > 0) this.clock.at(this.clock.now() + 1000, () => this.run(task, source));
    else task.status = 'COMPLETED';
  }

  private move(task: MoveTask, source: Queue, message: Message): boolean {
    const destinationArn = task.destinationArn ?? message.deadLetterSourceArn;
    if (destinationArn === undefined) {
      source.takeOver(message);
      Object.assign(task, { status: 'FAILED', failure: 'CouldNotDetermineMessageSource' });
      return false;
    }
    const fresh = {
      ...message, id: randomUUID(), sentAt: this.clock.now(), receiveCount: 0, firstReceivedAt: undefined, deadLetterSourceArn: undefined,
    };
    this.queueByArn(destinationArn).takeOver(fresh);
    this.journal.record('sqs', 'MessageRedriven', { queue: source.identity.name, messageId: message.id, newMessageId: fresh.id, destinationArn });
    task.moved += 1;
    return true;
  }
}
