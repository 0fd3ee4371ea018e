/** One line, as CloudWatch Logs keeps it. */
export interface LogEvent {
  /** Position within its group, never reused. */
  readonly seq: number;
  readonly stream: string;
  readonly timestamp: number;
  readonly ingestionTime: number;
  readonly message: string;
}

export interface LogStream {
  readonly name: string;
  readonly created: number;
  firstEvent?: number;
  lastEvent?: number;
  lastIngestion?: number;
}

const DAY = 86_400_000;

/** The streams and events of one group, bounded by its retention and by a number of characters. */
export class LogGroup {
  public readonly streams = new Map<string, LogStream>();
  private kept: LogEvent[] = [];
  private characters = 0;
  private seq = 0;

  public constructor(
    public readonly name: string,
    public readonly arn: string,
    public readonly created: number,
    private readonly maxCharacters: number,
    public retentionDays?: number,
  ) {}

  public get storedCharacters(): number {
    return this.characters;
  }

  public stream(name: string, now: number): LogStream {
    const existing = this.streams.get(name);
    if (existing) return existing;
    const created = { name, created: now };
    this.streams.set(name, created);
    return created;
  }

  public append(streamName: string, message: string, timestamp: number, now: number): void {
    const stream = this.stream(streamName, now);
    stream.firstEvent ??= timestamp;
    stream.lastEvent = timestamp;
    stream.lastIngestion = now;
    this.kept.push({ seq: ++this.seq, stream: streamName, timestamp, ingestionTime: now, message });
    this.characters += message.length;
    if (this.characters > this.maxCharacters) this.dropOldest();
  }

  /** What is still within the retention at `now`, in the order it arrived. */
  public events(now: number): readonly LogEvent[] {
    if (this.retentionDays !== undefined) this.expire(now - this.retentionDays * DAY);
    return this.kept;
  }

  private expire(before: number): void {
    if (!this.kept.some((event) => event.timestamp < before)) return;
    this.keep(this.kept.filter((event) => event.timestamp >= before));
  }

  /** Drops a tenth at a time, so that a full group does not shift its array for every line. */
  private dropOldest(): void {
    const target = this.maxCharacters * 0.9;
    let characters = this.characters;
    let from = 0;
    while (characters > target) characters -= this.kept[from++].message.length;
    this.keep(this.kept.slice(from));
  }

  private keep(events: LogEvent[]): void {
    this.kept = events;
    this.characters = events.reduce((sum, event) => sum + event.message.length, 0);
  }
}
