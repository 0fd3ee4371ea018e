import { readFileSync } from 'node:fs';

/**
 * What Node itself keeps resident here beyond what the same code takes in Lambda's smaller image.
 * A function is stopped at its memory size plus this, so that 128 MB functions can run at all.
 */
export const MEMORY_ALLOWANCE_MB = 64;

const MEGABYTE = 1024 * 1024;
const POLL_MS = 50;

/** The resident memory of a process in bytes; 0 when it is gone. Nothing of /proc is on a disk that could be waited for. */
function residentBytes(pid: number): number {
  try {
    return Number(/^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) * 1024;
  } catch {
    return 0;
  }
}

/** Watches what a process keeps resident: V8's own limit does not count Buffers. */
export class MemoryWatch {
  private timer?: NodeJS.Timeout;
  private peak = 0;

  public constructor(private readonly pid: number, private readonly memoryMb: number, private readonly exceeded: () => void) {}

  public start(): void {
    this.peak = 0;
    if (process.platform !== 'linux' || this.timer) return;
    this.timer = setInterval(() => this.poll(), POLL_MS);
    this.timer.unref();
  }

  public stop(): void {
    clearInterval(this.timer);
    this.timer = undefined;
  }

  /** The most seen since `start`, in MB, never more than the function has. */
  public peakMb(lastSeen = 0): number | undefined {
    const bytes = Math.max(this.peak, lastSeen);
    return bytes === 0 ? undefined : Math.min(this.memoryMb, Math.ceil(bytes / MEGABYTE));
  }

  private poll(): void {
    const bytes = residentBytes(this.pid);
    this.peak = Math.max(this.peak, bytes);
    if (bytes > (this.memoryMb + MEMORY_ALLOWANCE_MB) * MEGABYTE) this.exceeded();
  }
}
