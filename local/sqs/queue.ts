import { randomUUID } from 'node:crypto';
import { Clock } from '../kernel/clock';
import { Journal } from '../kernel/journal';
import { Metrics } from '../kernel/metrics';
import { traceIdOf } from '../kernel/trace';
import { ServiceError } from '../kernel/wire';
import { Accepted, Deduplication } from './deduplication';
import { LongPolls } from './long-polls';
import { Message, messageIdOf, NewMessage, newReceiptHandle, sizeOf } from './message';
import { Messages } from './messages';
import { QueueMetrics } from './queue-metrics';
import { QueueSettings, RedrivePolicy } from './settings';
import { checkMessage } from './validation';

export interface QueueIdentity {
  readonly name: string;
  readonly arn: string;
  readonly url: string;
}

export interface QueueContext {
  readonly clock: Clock;
  readonly journal: Journal;
  readonly metrics: Metrics;
  /** Finds the queue for messages that were received too often. */
  queueByArn(arn: string): Queue;
}

export interface ReceiveOptions {
  readonly maxMessages?: number;
  /** Seconds; the queue's own when left out. */
  readonly wait?: number;
  /** Seconds; the queue's own when left out. */
  readonly visibilityTimeout?: number;
  /** Ends a wait early, with no messages. */
  readonly signal?: AbortSignal;
}

export type Sent = Pick<Message, 'id' | 'sequenceNumber'>;

export interface QueueState {
  readonly messages: readonly Message[];
  readonly accepted: readonly Accepted[];
  readonly sequence: number;
}

/** One queue: what it holds, who may see it when, and who waits for it. */
export class Queue {
  public readonly createdAt: number;
  private readonly messages: Messages;
  private readonly deduplication?: Deduplication;
  private readonly figures: QueueMetrics;
  private readonly longPolls: LongPolls;
  private sequence = 0;
  private alarmAt = Infinity;
  private cancelAlarm?: () => void;

  public constructor(public readonly identity: QueueIdentity, public readonly settings: QueueSettings, private readonly context: QueueContext) {
    this.createdAt = context.clock.now();
    this.messages = new Messages(settings.retention * 1000);
    this.longPolls = new LongPolls(context.clock);
    this.deduplication = settings.fifo && new Deduplication(settings.fifo);
    this.figures = new QueueMetrics(context.metrics, identity.name);
    this.measure();
  }

  public send(given: NewMessage): Sent {
    checkMessage(given, this.settings);
    const now = this.context.clock.now();
    const earlier = this.deduplication?.earlier(given, now);
    if (earlier) {
      this.record('DuplicateMessageDropped', { messageId: earlier.id, body: given.body }, given.traceHeader);
      return earlier;
    }
    const { body, attributes = {}, traceHeader, groupId } = given;
    const message: Message = {
      id: randomUUID(),
      body,
      attributes,
      traceHeader,
      groupId,
      deduplicationId: this.deduplication?.idOf(given),
      sequenceNumber: this.nextSequenceNumber(),
      sentAt: now,
      visibleAt: now + (given.delay ?? this.settings.delay) * 1000,
      receiveCount: 0,
    };
    this.deduplication?.remember(given, message);
    this.figures.count('NumberOfMessagesSent');
    this.figures.count('SentMessageSize', sizeOf(message));
    this.record('MessageSent', { messageId: message.id, body, attributes, groupId }, traceHeader);
    this.messages.add(message);
    this.changed();
    return message;
  }

  /** Takes a message over from another queue. */
  public takeOver(message: Message): void {
    const sequenceNumber = this.nextSequenceNumber();
    this.messages.add({ ...message, sequenceNumber, visibleAt: this.context.clock.now(), receiptHandle: undefined });
    this.changed();
  }

  /** Resolves with messages as soon as there are any, or with none once the wait is over. */
  public async receive(options: ReceiveOptions = {}): Promise<Message[]> {
    const { maxMessages = 1, wait = this.settings.receiveWait, visibilityTimeout = this.settings.visibilityTimeout, signal } = options;
    const take = () => this.take(maxMessages, visibilityTimeout * 1000);
    const atOnce = take();
    const wanting = atOnce.length === 0 && wait > 0 && !signal?.aborted;
    const messages = wanting ? await this.longPolls.wait(take, wait * 1000, signal) : atOnce;
    if (messages.length > 0) this.figures.count('NumberOfMessagesReceived', messages.length);
    else this.figures.count('NumberOfEmptyReceives');
    return messages;
  }

  public delete(receiptHandle: string): void {
    const message = this.messages.get(messageIdOf(receiptHandle));
    if (message?.receiptHandle !== receiptHandle) return;
    this.messages.remove(message);
    this.figures.count('NumberOfMessagesDeleted');
    this.record('MessageDeleted', { messageId: message.id }, message.traceHeader);
    this.changed();
  }

  public changeVisibility(receiptHandle: string, seconds: number): void {
    const now = this.settle();
    const message = this.messages.get(messageIdOf(receiptHandle));
    if (message?.receiptHandle !== receiptHandle || !this.messages.isInFlight(message)) {
      const reason = 'Message does not exist or is not available for visibility timeout change.';
      throw new ServiceError('MessageNotInflight', `Value ${receiptHandle} for parameter ReceiptHandle is invalid. Reason: ${reason}`);
    }
    this.messages.hide(message, now + seconds * 1000);
    this.changed();
  }

  public purge(): void {
    this.record('QueuePurged', { messages: this.messages.size });
    this.messages.clear();
    this.changed();
  }

  /** Takes away the first message that nobody holds, to send it elsewhere. */
  public takeAway(): Message | undefined {
    this.settle();
    const [message] = this.messages.available(this.settings.fifo !== undefined);
    if (message) this.messages.remove(message);
    this.changed();
    return message;
  }

  /** Every message in order, whether or not it can be received now. */
  public peek(): readonly Readonly<Message>[] {
    this.settle();
    return this.messages.list();
  }

  public counts(): ReturnType<Messages['counts']> {
    this.settle();
    return this.messages.counts();
  }

  public snapshot(): QueueState {
    return { messages: structuredClone(this.messages.list()), accepted: this.deduplication?.snapshot() ?? [], sequence: this.sequence };
  }

  public restore({ messages, accepted, sequence }: QueueState): void {
    for (const message of messages) this.messages.add({ ...message });
    this.deduplication?.restore(accepted);
    this.sequence = sequence;
    this.changed();
  }

  private take(most: number, visibilityTimeout: number): Message[] {
    const now = this.settle();
    const { redrive, fifo } = this.settings;
    const taken: Message[] = [];
    for (const message of this.messages.available(fifo !== undefined)) {
      if (redrive && message.receiveCount >= redrive.maxReceiveCount) {
        this.giveUp(message, redrive);
      } else {
        taken.push(this.handOut(message, now, visibilityTimeout));
        if (taken.length === most) break;
      }
    }
    this.arrange();
    return taken;
  }

  private handOut(message: Message, now: number, visibilityTimeout: number): Message {
    message.receiveCount += 1;
    message.firstReceivedAt ??= now;
    message.receiptHandle = newReceiptHandle(message);
    this.messages.hide(message, now + visibilityTimeout);
    this.record('MessageReceived', { messageId: message.id, receiveCount: message.receiveCount }, message.traceHeader);
    return { ...message };
  }

  private giveUp(message: Message, { deadLetterTargetArn, maxReceiveCount }: RedrivePolicy): void {
    const deadLetters = this.context.queueByArn(deadLetterTargetArn);
    this.messages.remove(message);
    const data = { messageId: message.id, body: message.body, deadLetterQueue: deadLetters.identity.name, maxReceiveCount };
    this.record('MessageMovedToDeadLetterQueue', data, message.traceHeader);
    deadLetters.takeOver({ ...message, deadLetterSourceArn: this.identity.arn });
  }

  /** Whatever changed may be what somebody waits for. */
  private changed(): void {
    this.settle();
    this.longPolls.serve();
    this.arrange();
  }

  private settle(): number {
    const now = this.context.clock.now();
    for (const message of this.messages.settle(now)) {
      this.record('MessageExpired', { messageId: message.id, body: message.body }, message.traceHeader);
    }
    return now;
  }

  /** Sets the alarm for the next change that comes by itself, and measures. */
  private arrange(): void {
    const next = this.messages.nextChange();
    if (next !== this.alarmAt) {
      this.cancelAlarm?.();
      this.alarmAt = next;
      this.cancelAlarm = next === Infinity ? () => undefined : this.context.clock.at(next, () => this.alarmRang());
    }
    this.measure();
  }

  private alarmRang(): void {
    this.alarmAt = Infinity;
    this.changed();
  }

  private measure(): void {
    const { visible, inFlight, delayed } = this.messages.counts();
    this.figures.gauge('ApproximateNumberOfMessagesVisible', visible);
    this.figures.gauge('ApproximateNumberOfMessagesNotVisible', inFlight);
    this.figures.gauge('ApproximateNumberOfMessagesDelayed', delayed);
    const now = this.context.clock.now();
    this.figures.gauge('ApproximateAgeOfOldestMessage', Math.floor((now - (this.messages.headSentAt() ?? now)) / 1000));
  }

  private nextSequenceNumber(): string | undefined {
    return this.settings.fifo && String(++this.sequence).padStart(20, '0');
  }

  private record(type: string, data: Record<string, unknown>, traceHeader?: string): void {
    this.context.journal.record('sqs', type, { queue: this.identity.name, ...data }, traceIdOf(traceHeader));
  }
}
