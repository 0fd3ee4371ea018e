import { arn } from '../kernel/identity';
import { ServiceError } from '../kernel/wire';
import { Archive } from './archive';
import { BusEvent, replayed } from './event';
import { busNameOf, onlyFields } from './rule';

/** Times are in seconds, as on the wire. */
export interface ReplayRequest {
  readonly ReplayName: string;
  readonly Description?: string;
  readonly EventSourceArn: string;
  readonly EventStartTime: number;
  readonly EventEndTime: number;
  readonly Destination: { readonly Arn: string; readonly FilterArns?: readonly string[] };
}

/** Sends archived events to their bus again. They carry `replay-name`, and no archive keeps them twice. */
export class Replay {
  public readonly name: string;
  public readonly arn: string;
  private state: 'STARTING' | 'COMPLETED' = 'STARTING';
  private endedAt?: number;
  private lastReplayed?: number;

  public constructor(private readonly request: ReplayRequest, private readonly archive: Archive, private readonly startedAt: number) {
    onlyFields('a replay', request, ['ReplayName', 'Description', 'EventSourceArn', 'EventStartTime', 'EventEndTime', 'Destination']);
    onlyFields('a replay destination', request.Destination, ['Arn', 'FilterArns']);
    if (busNameOf(request.Destination.Arn) !== archive.busName) {
      throw new ServiceError('ValidationException', 'Parameter Destination.Arn is not valid. Reason: Must contain the event bus of the archive.');
    }
    if (request.EventEndTime <= request.EventStartTime) {
      throw new ServiceError('ValidationException', 'Parameter EventEndTime is not valid. Reason: EventStartTime must be before EventEndTime.');
    }
    this.name = request.ReplayName;
    this.arn = arn('events', `replay/${this.name}`);
  }

  public run(now: number, publish: (event: BusEvent, ruleArns?: readonly string[]) => void): void {
    const { EventStartTime, EventEndTime, Destination } = this.request;
    const events = this.archive.kept().filter(({ time }) => time >= EventStartTime * 1000 && time <= EventEndTime * 1000);
    for (const event of [...events].sort((a, b) => a.time - b.time)) {
      publish(replayed(event, this.name, now), Destination.FilterArns);
      this.lastReplayed = event.time;
    }
    this.state = 'COMPLETED';
    this.endedAt = now;
  }

  public describe(): object {
    return {
      ...this.request,
      ReplayArn: this.arn,
      State: this.state,
      EventLastReplayedTime: this.lastReplayed === undefined ? undefined : this.lastReplayed / 1000,
      ReplayStartTime: this.startedAt / 1000,
      ReplayEndTime: this.endedAt === undefined ? undefined : this.endedAt / 1000,
    };
  }
}
