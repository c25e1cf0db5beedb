/**
 * The frame budget: watches how long frames really take while something moves, and says what to leave out. The
 * first thirty frames decide at once (software GL cannot be told from a GPU by name); later three slow frames in a
 * row drop one more thing. A picture at rest is always drawn in full.
 * Not here: drawing less (the plan does), measuring script time.
 */

const SLOW_MS = 24;
const HOPELESS_MS = 120;
const TRIAL = 30;
const STRIKES = 3;

/** 0: everything; 1: no halos; 2: no comets either; 3: no node labels while moving; 4: every second star. */
export type Thrift = 0 | 1 | 2 | 3 | 4;

export class Pace {
  thrift: Thrift = 0;
  private times: number[] = [];
  private strikes = 0;

  /** How long it took from a frame in motion to the next animation frame the browser granted. */
  sample(ms: number): void {
    if (ms <= 0 || ms > 1000) return;
    if (this.times.length < TRIAL) {
      this.times.push(ms);
      if (this.times.length === TRIAL) this.judge();
      return;
    }
    // The last step hides stars: only for frames that nobody could call motion.
    this.strikes = ms > (this.thrift < 3 ? SLOW_MS : HOPELESS_MS) ? this.strikes + 1 : 0;
    if (this.strikes < STRIKES) return;
    this.strikes = 0;
    this.thrift = Math.min(4, this.thrift + 1) as Thrift;
  }

  private judge(): void {
    const sorted = [...this.times].sort((a, b) => a - b);
    const median = sorted[TRIAL >> 1] ?? 0;
    this.thrift = median > HOPELESS_MS ? 4 : median > 60 ? 3 : median > 40 ? 2 : median > SLOW_MS ? 1 : 0;
  }
}
