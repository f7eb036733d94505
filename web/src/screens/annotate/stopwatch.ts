/** Time for which something was in view. */
export class Stopwatch {
  /** Milliseconds since 1970. */
  readonly startedAt = Date.now();
  private passedMs = 0;
  private since: number | null = document.hidden ? null : performance.now();

  setRunning(running: boolean): void {
    if (running) this.since ??= performance.now();
    else if (this.since !== null) {
      this.passedMs += performance.now() - this.since;
      this.since = null;
    }
  }

  elapsedMs(): number {
    return this.passedMs + (this.since === null ? 0 : performance.now() - this.since);
  }
}
