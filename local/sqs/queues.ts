import { Clock } from '../kernel/clock';
import { ACCOUNT, arn } from '../kernel/identity';
import { Journal } from '../kernel/journal';
import { Metrics } from '../kernel/metrics';
import { Invocation } from '../kernel/targets';
import { AwsRequest, AwsResponse, LocalService, ServiceError } from '../kernel/wire';
import { serveSqs } from './actions';
import { Message, NewMessage } from './message';
import { MoveTasks } from './move-tasks';
import { Queue, QueueContext, QueueState, ReceiveOptions, Sent } from './queue';
import { queueSettings, QueueSettings } from './settings';

export interface QueuesOptions {
  readonly clock: Clock;
  readonly journal: Journal;
  readonly metrics: Metrics;
  /** Where queue URLs point, without a final slash. */
  readonly baseUrl: string;
}

/** The local SQS. */
export class Queues implements LocalService {
  public readonly moveTasks: MoveTasks;
  private readonly queues = new Map<string, Queue>();
  private readonly context: QueueContext;
  /** State of queues that a restart has yet to create. */
  private restored: Record<string, QueueState> = {};

  public constructor(private readonly options: QueuesOptions) {
    const queueByArn = (queueArn: string) => this.byArn(queueArn);
    this.context = { ...options, queueByArn };
    this.moveTasks = new MoveTasks(options.clock, options.journal, queueByArn);
  }

  public createQueue(name: string, given: Partial<QueueSettings> = {}): Queue {
    if (this.queues.has(name)) throw new ServiceError('QueueNameExists', `A queue named ${name} already exists.`);
    const settings = queueSettings(name, given);
    const identity = { name, arn: arn('sqs', name), url: `${this.options.baseUrl}/${ACCOUNT}/${name}` };
    if (settings.redrive?.deadLetterTargetArn === identity.arn) throw new ServiceError('InvalidParameterValue', 'A queue cannot be its own dead-letter queue.');
    const queue = new Queue(identity, settings, this.context);
    this.queues.set(name, queue);
    if (this.restored[name]) queue.restore(this.restored[name]);
    return queue;
  }

  public all(): Queue[] {
    return [...this.queues.values()];
  }

  public byName(name: string): Queue {
    const queue = this.queues.get(name);
    if (!queue) throw new ServiceError('QueueDoesNotExist', 'The specified queue does not exist.');
    return queue;
  }

  public byArn(queueArn: string): Queue {
    return this.byName(queueArn.split(':').pop()!);
  }

  /** Whatever host a URL names, its last part is the queue. */
  public byUrl(url: string): Queue {
    return this.byName(url.split('/').pop()!);
  }

  public send(queueArn: string, message: NewMessage): Sent {
    return this.byArn(queueArn).send(message);
  }

  public receive(queueArn: string, options?: ReceiveOptions): Promise<Message[]> {
    return this.byArn(queueArn).receive(options);
  }

  public delete(queueArn: string, receiptHandle: string): void {
    this.byArn(queueArn).delete(receiptHandle);
  }

  /** Every message of a queue, also those in flight or delayed, without receiving them. */
  public peek(queueArn: string): readonly Readonly<Message>[] {
    return this.byArn(queueArn).peek();
  }

  /**
   * Takes what another service sends. Its parameters may be `MessageGroupId`,
   * `MessageDeduplicationId` and `MessageAttributes` (JSON in SQS's wire form).
   */
  public async deliver(queueArn: string, { payload, traceHeader, parameters = {} }: Invocation): Promise<void> {
    const { MessageGroupId: groupId, MessageDeduplicationId: deduplicationId, MessageAttributes } = parameters;
    const attributes = MessageAttributes === undefined ? undefined : JSON.parse(MessageAttributes);
    this.send(queueArn, { body: payload, attributes, traceHeader, groupId, deduplicationId });
  }

  public snapshot(): unknown {
    return { ...this.restored, ...Object.fromEntries([...this.queues].map(([name, queue]) => [name, queue.snapshot()])) };
  }

  /** Gives queues the messages of an earlier snapshot: those that exist now, the others when they are created. */
  public restore(state: unknown): void {
    this.restored = state as Record<string, QueueState>;
    for (const [name, queue] of this.queues) if (this.restored[name]) queue.restore(this.restored[name]);
  }

  public async handle(request: AwsRequest): Promise<AwsResponse> {
    return serveSqs(this, request);
  }
}
