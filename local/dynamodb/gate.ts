/** Many may pass together, or one alone; whoever wants to be alone holds back those who come later. */
export class Gate {
  private inside = 0;
  private emptied?: () => void;
  private closed?: Promise<void>;

  public async shared<T>(work: () => Promise<T>): Promise<T> {
    while (this.closed) await this.closed;
    this.inside += 1;
    try {
      return await work();
    } finally {
      this.inside -= 1;
      if (this.inside === 0) this.emptied?.();
    }
  }

  public async alone<T>(work: () => Promise<T>): Promise<T> {
    while (this.closed) await this.closed;
    let open!: () => void;
    this.closed = new Promise((resolve) => { open = resolve; });
    try {
      if (this.inside > 0) await new Promise<void>((resolve) => { this.emptied = resolve; });
      return await work();
    } finally {
      this.closed = undefined;
      this.emptied = undefined;
      open();
    }
  }
}
