import { Clock } from '../kernel/clock';

/** Lets `burst` requests through at once and `rate` per second in the long run. */
export class TokenBucket {
  private tokens: number;
  private filledAt: number;

  public constructor(private readonly clock: Clock, private readonly rate: number, private readonly burst: number) {
    this.tokens = burst;
    this.filledAt = clock.now();
  }

  /** Takes a token if there is one. */
  public take(): boolean {
    const now = this.clock.now();
    this.tokens = Math.min(this.burst, this.tokens + (now - this.filledAt) / 1000 * this.rate);
    this.filledAt = now;
    if (this.tokens < 1) return false;
    this.tokens -= 1;
    return true;
  }
}
