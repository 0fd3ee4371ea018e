import { Message } from './message';

/** The messages of one queue in order, and which of them nobody may see at the moment. */
export class Messages {
  private readonly all = new Map<string, Message>();
  private readonly hidden = new Set<Message>();
  /** No message is older; possibly none is as old. */
  private oldestSentAt = Infinity;

  /** Retention in milliseconds. */
  public constructor(private readonly retention: number) {}

  public get size(): number {
    return this.all.size;
  }

  public get(id: string): Message | undefined {
    return this.all.get(id);
  }

  public list(): Message[] {
    return [...this.all.values()];
  }

  public add(message: Message): void {
    this.all.set(message.id, message);
    this.hidden.add(message);
    this.oldestSentAt = Math.min(this.oldestSentAt, message.sentAt);
  }

  public remove(message: Message): void {
    this.all.delete(message.id);
    this.hidden.delete(message);
  }

  public clear(): void {
    this.all.clear();
    this.hidden.clear();
  }

  public hide(message: Message, until: number): void {
    message.visibleAt = until;
    this.hidden.add(message);
  }

  /** Shows what is due and drops what is too old; returns the latter. */
  public settle(now: number): Message[] {
    for (const message of this.hidden) if (message.visibleAt <= now) this.hidden.delete(message);
    if (this.oldestSentAt + this.retention > now) return [];
    const expired = this.list().filter(({ sentAt }) => sentAt + this.retention <= now);
    for (const message of expired) this.remove(message);
    this.oldestSentAt = this.list().reduce((oldest, { sentAt }) => Math.min(oldest, sentAt), Infinity);
    return expired;
  }

  /** When `settle` will next have something to do. */
  public nextChange(): number {
    let next = this.size > 0 ? this.oldestSentAt + this.retention : Infinity;
    for (const { visibleAt } of this.hidden) next = Math.min(next, visibleAt);
    return next;
  }

  /** What a receiver may have, in order. In groups, nothing overtakes a message that somebody holds. */
  public *available(inGroups: boolean): Generator<Message> {
    const blocked = new Set<string | undefined>();
    for (const message of this.all.values()) {
      if (this.hidden.has(message)) blocked.add(message.groupId);
      else if (!inGroups || !blocked.has(message.groupId)) yield message;
    }
  }

  public isInFlight(message: Message): boolean {
    return this.hidden.has(message) && message.receiptHandle !== undefined;
  }

  public counts(): { readonly visible: number; readonly inFlight: number; readonly delayed: number } {
    const inFlight = [...this.hidden].filter(({ receiptHandle }) => receiptHandle !== undefined).length;
    return { visible: this.size - this.hidden.size, inFlight, delayed: this.hidden.size - inFlight };
  }

  /** When the message at the head was sent. */
  public headSentAt(): number | undefined {
    return this.all.values().next().value?.sentAt;
  }
}
