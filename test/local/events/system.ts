import { EventBuses } from '../../../local/events/buses';
import { PutEventsEntry } from '../../../local/events/event';
import { VirtualClock } from '../../../local/kernel/clock';
import { Journal, JournalEntry } from '../../../local/kernel/journal';
import { Metrics } from '../../../local/kernel/metrics';
import { Invocation, Targets } from '../../../local/kernel/targets';

export const FUNCTION = 'arn:aws:lambda:us-east-1:000000000000:function:worker';
export const QUEUE = 'arn:aws:sqs:us-east-1:000000000000:dead-letters';

export interface Received extends Invocation {
  readonly arn: string;
  readonly at: number;
}

/** Buses on a virtual clock whose targets note what they are sent and fail as told. */
export class EventSystem {
  public readonly clock = new VirtualClock(Date.UTC(2026, 0, 1));
  public readonly journal = new Journal(this.clock);
  public readonly metrics = new Metrics(this.clock);
  public readonly received: Received[] = [];
  public readonly buses: EventBuses;
  /** Throws what a target should fail with. */
  public failure?: (arn: string) => void;

  public constructor() {
    const targets = new Targets();
    for (const service of ['lambda', 'sqs', 'states']) {
      targets.register(service, async (arn, invocation) => {
        this.received.push({ ...invocation, arn, at: this.clock.now() });
        this.failure?.(arn);
      });
    }
    this.buses = new EventBuses({ clock: this.clock, journal: this.journal, metrics: this.metrics, targets, random: () => 1 });
    this.buses.createBus('payments');
  }

  /** A rule on `payments` that every event of source `shop` matches, with one target. */
  public rule(target: object = {}, name = 'all'): void {
    this.buses.putRule({ Name: name, EventBusName: 'payments', EventPattern: { source: ['shop'] } });
    this.buses.putTargets(name, 'payments', [{ Id: '1', Arn: FUNCTION, ...target }]);
  }

  public async put(entry: PutEventsEntry = {}): Promise<void> {
    this.buses.putEvents([{ Source: 'shop', DetailType: 'Sold', Detail: '{"id":"o-1"}', EventBusName: 'payments', ...entry }]);
    await this.clock.advance(0);
  }

  public entries(type: string): JournalEntry[] {
    return this.journal.entries().filter((entry) => entry.type === type);
  }

  public count(name: string, dimensions: Record<string, string>): number {
    return this.metrics.get('AWS/Events', name, dimensions).reduce((sum, { value }) => sum + value, 0);
  }
}
