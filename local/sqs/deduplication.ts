import { createHash } from 'node:crypto';
import { Message, NewMessage } from './message';
import { FifoSettings } from './settings';

const WINDOW = 5 * 60 * 1000;

/** What a FIFO queue remembers of a message it took, even after the message is gone. */
export interface Accepted {
  readonly key: string;
  readonly message: Pick<Message, 'id' | 'sequenceNumber'>;
  readonly at: number;
}

/** The five minutes in which a FIFO queue takes each message once. */
export class Deduplication {
  private readonly accepted = new Map<string, Accepted>();

  public constructor(private readonly settings: FifoSettings) {}

  public idOf({ deduplicationId, body }: NewMessage): string {
    return deduplicationId ?? createHash('sha256').update(body).digest('hex');
  }

  /** The message that was taken before under the same id. */
  public earlier(message: NewMessage, now: number): Pick<Message, 'id' | 'sequenceNumber'> | undefined {
    this.forget(now);
    return this.accepted.get(this.key(message))?.message;
  }

  public remember(message: NewMessage, { id, sequenceNumber, sentAt }: Message): void {
    const key = this.key(message);
    this.accepted.set(key, { key, message: { id, sequenceNumber }, at: sentAt });
  }

  public snapshot(): Accepted[] {
    return [...this.accepted.values()];
  }

  public restore(entries: readonly Accepted[]): void {
    for (const entry of entries) this.accepted.set(entry.key, entry);
  }

  /** Entries are in the order of time, so the old ones come first. */
  private forget(now: number): void {
    for (const { key, at } of this.accepted.values()) {
      if (at + WINDOW > now) return;
      this.accepted.delete(key);
    }
  }

  private key(message: NewMessage): string {
    const scope = this.settings.deduplicationScope === 'messageGroup' ? message.groupId : '';
    return JSON.stringify([scope, this.idOf(message)]);
  }
}
