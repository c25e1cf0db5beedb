/**
 * The frame budget: watches how fast the browser grants animation frames while something moves, and says what to
 * leave out. The first thirty frames decide at once (software GL cannot be told from a GPU by name); later three slow
 * spells in a row drop one more thing. A picture at rest is always drawn in full.
 * Not here: drawing less (the plan does), measuring script time.
 */

const SLOW_MS = 24;
const HOPELESS_MS = 120;
/** Browsers queue two or three frames before they block, so single gaps say little; the mean of a few is the truth. */
const SPELL = 4;
const TRIAL_FRAMES = 30;
/** On a very slow machine thirty frames would be an eternity. */
const TRIAL_MS = 1500;
const STRIKES = 3;

/** 0: everything; 1: no halos; 2: no comets either; 3: no node labels while moving; 4: every second star. */
export type Thrift = 0 | 1 | 2 | 3 | 4;

export class Pace {
  thrift: Thrift = 0;
  private frames = 0;
  private elapsed = 0;
  private judged = false;
  private spell = { frames: 0, ms: 0 };
  private strikes = 0;

  /** The time from one animation frame to the next while something moved. */
  sample(gap: number): void {
    if (gap <= 0 || gap > 1000) return;
    if (!this.judged) {
      this.frames++;
      this.elapsed += gap;
      if (this.frames >= TRIAL_FRAMES || (this.elapsed > TRIAL_MS && this.frames >= 6)) this.judge();
      return;
    }
    this.spell.frames++;
    this.spell.ms += gap;
    if (this.spell.frames < SPELL) return;
    const mean = this.spell.ms / SPELL;
    this.spell = { frames: 0, ms: 0 };
    // The last step hides stars: only for frames that nobody could call motion.
    this.strikes = mean > (this.thrift < 3 ? SLOW_MS : HOPELESS_MS) ? this.strikes + 1 : 0;
    if (this.strikes < STRIKES) return;
    this.strikes = 0;
    this.thrift = Math.min(4, this.thrift + 1) as Thrift;
  }

  private judge(): void {
    this.judged = true;
    const mean = this.elapsed / this.frames;
    this.thrift = mean > HOPELESS_MS ? 4 : mean > 60 ? 3 : mean > 40 ? 2 : mean > SLOW_MS ? 1 : 0;
  }
}
