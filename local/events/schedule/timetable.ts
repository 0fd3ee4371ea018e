import { Clock } from '../../kernel/clock';
import { ServiceError } from '../../kernel/wire';
import { NextTime } from './cron';

/** Something that fires at times. */
export interface Scheduled {
  readonly arn: string;
  readonly name: string;
  /** `undefined` while it is disabled: it then fires only by hand. */
  readonly next?: NextTime;
  /** The last time before which it may fire. */
  readonly until?: number;
  readonly fire: (scheduledTime: number) => void;
}

interface Entry {
  readonly scheduled: Scheduled;
  nextTime?: number;
  cancel: () => void;
}

/** Every schedule of the runner and when it fires next. */
export class Timetable {
  private readonly entries = new Map<string, Entry>();

  public constructor(private readonly clock: Clock) {}

  /** Adds a schedule, in place of the one with the same ARN. `from` is the first moment it may fire. */
  public put(scheduled: Scheduled, from = this.clock.now()): void {
    this.remove(scheduled.arn);
    const entry: Entry = { scheduled, cancel: () => undefined };
    this.entries.set(scheduled.arn, entry);
    this.arm(entry, from - 1);
  }

  public remove(arn: string): void {
    this.entries.get(arn)?.cancel();
    this.entries.delete(arn);
  }

  /** Fires a schedule at once, by name or ARN, as if `time` had come. Its own times stay. */
  public runNow(nameOrArn: string, time = this.clock.now()): void {
    const found = [...this.entries.values()].filter(({ scheduled }) => scheduled.arn === nameOrArn || scheduled.name === nameOrArn);
    if (found.length !== 1) {
      const reason = found.length === 0 ? `Schedule ${nameOrArn} does not exist.` : `${nameOrArn} names ${found.length} schedules: use the ARN.`;
      throw new ServiceError('ResourceNotFoundException', reason);
    }
    found[0].scheduled.fire(time);
  }

  public list(): { arn: string; name: string; nextTime?: number }[] {
    return [...this.entries.values()].map(({ scheduled: { arn, name }, nextTime }) => ({ arn, name, nextTime }));
  }

  /** A clock that jumped over several times fires each of them, in order. */
  private arm(entry: Entry, after: number): void {
    const { next, until = Infinity, fire } = entry.scheduled;
    const time = next?.(after);
    entry.nextTime = time !== undefined && time <= until ? time : undefined;
    if (entry.nextTime === undefined) return;
    entry.cancel = this.clock.at(entry.nextTime, () => {
      const due = entry.nextTime!;
      this.arm(entry, due);
      fire(due);
    });
  }
}
