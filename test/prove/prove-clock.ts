import { VirtualClock } from '../../local/kernel/clock';

/** Time that passes only when nothing else happens, from one alarm to the next. */
export class ProveClock extends VirtualClock {
  private current: number;

  public constructor(start: number) {
    super(start);
    this.current = start;
  }

  public override now(): number {
    return this.current;
  }

  /** Moves to `time`; what is due by then rings. */
  public moveTo(time: number): void {
    this.current = Math.max(this.current, time);
    this.ring();
  }
}
