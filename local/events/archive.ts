import { Clock } from '../kernel/clock';
import { arn } from '../kernel/identity';
import { ServiceError } from '../kernel/wire';
import { BusEvent } from './event';
import { CompiledPattern } from './pattern';
import { busNameOf, onlyFields, parsePattern } from './rule';

const DAY = 86_400_000;

export interface ArchiveDefinition {
  readonly ArchiveName: string;
  readonly EventSourceArn: string;
  readonly Description?: string;
  readonly EventPattern?: string | object;
  /** 0, the default, keeps events for ever. */
  readonly RetentionDays?: number;
}

/** Keeps the events of one bus that match its pattern. */
export class Archive {
  public readonly name: string;
  public readonly arn: string;
  public readonly busName: string;
  private readonly createdAt: number;
  private readonly pattern?: CompiledPattern;
  private readonly patternText?: string;
  private events: BusEvent[] = [];

  public constructor(private readonly definition: ArchiveDefinition, private readonly clock: Clock) {
    onlyFields('an archive', definition, ['ArchiveName', 'EventSourceArn', 'Description', 'EventPattern', 'RetentionDays']);
    const { ArchiveName, EventSourceArn, EventPattern } = definition;
    if (!EventSourceArn) throw new ServiceError('ValidationException', 'EventSourceArn is required');
    this.name = ArchiveName;
    this.arn = arn('events', `archive/${ArchiveName}`);
    this.busName = busNameOf(EventSourceArn);
    this.createdAt = clock.now();
    this.patternText = typeof EventPattern === 'object' ? JSON.stringify(EventPattern) : EventPattern;
    this.pattern = this.patternText === undefined ? undefined : parsePattern(this.patternText);
  }

  public keep(event: BusEvent): void {
    if (!this.pattern || this.pattern.matches(event.value)) this.events.push(event);
  }

  /** What is kept, without what is past its retention. */
  public kept(): readonly BusEvent[] {
    const days = Number(this.definition.RetentionDays ?? 0);
    if (days > 0) this.events = this.events.filter((event) => event.ingestedAt > this.clock.now() - days * DAY);
    return this.events;
  }

  public describe(): object {
    const kept = this.kept();
    return {
      ArchiveArn: this.arn,
      ArchiveName: this.name,
      EventSourceArn: this.definition.EventSourceArn,
      Description: this.definition.Description,
      EventPattern: this.patternText,
      State: 'ENABLED',
      RetentionDays: Number(this.definition.RetentionDays ?? 0),
      SizeBytes: kept.reduce((size, event) => size + Buffer.byteLength(event.text), 0),
      EventCount: kept.length,
      CreationTime: this.createdAt / 1000,
    };
  }
}
