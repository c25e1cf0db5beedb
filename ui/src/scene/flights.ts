/**
 * Work in flight: which stars have running work, and the comets that say so. A comet leaves at once, others follow
 * at a slowing beat, so a job of many hours does not keep the screen busy; between comets nothing moves.
 * Beyond 150 pieces of work the groups' trunks carry pulses with a count instead.
 * Not here: curves on the screen and drawing (plan/links.ts); jobs.
 */
import type { Curve } from "../kernels/trunk.ts";

export type Outcome = "ok" | "failed" | "unknown";
export const MAX_COMETS = 150;
const PULSE_MS = 500;
/** Comets of long work leave together with this beat, so that there is quiet in between. */
const SLOW_BEAT_MS = 6000;
const SLOW_AFTER_MS = 10_000;
const LINE = 12;
const LINE_MS = 90;

export type Comet = { key: string; ordinal: number; start: number; ms: number; outcome: Outcome | null };
export type Pulse = { group: number; start: number; ms: number };
type Work = { key: string; ordinal: number; group: number; began: number; next: number };
/** What flights must know about the chart; curves come in so that this file needs no store. */
export type Routes = { curve(ordinal: number): Curve; millis(curve: Curve): number };
/** What happened in a step: comets that reached their star with an outcome. */
export type Landing = { ordinal: number; outcome: Outcome };

export class Flights {
  readonly comets: Comet[] = [];
  readonly pulses: Pulse[] = [];
  /** Pieces of work by group and by star, for tints and counts. */
  readonly byGroup = new Map<number, number>();
  readonly byStar = new Map<number, number>();
  /** No comets: reduced motion, or a machine too slow for them. */
  still = false;
  private works = new Map<string, Work>();
  private nextPulse = 0;
  private busySince = 0;

  get crowded(): boolean {
    return this.works.size > MAX_COMETS;
  }
  get active(): boolean {
    return this.comets.length > 0 || this.pulses.length > 0;
  }
  get size(): number {
    return this.works.size;
  }

  start(ordinal: number, group: number, key: string, now: number): void {
    if (this.works.has(key)) return;
    if (this.works.size === 0) this.busySince = now;
    // Work that begins together leaves in a line, not in a clump.
    const queued = this.byGroup.get(group) ?? 0;
    this.works.set(key, { key, ordinal, group, began: now, next: now + (queued % LINE) * LINE_MS });
    count(this.byGroup, group, 1);
    count(this.byStar, ordinal, 1);
  }

  end(ordinal: number, key: string, outcome: Outcome, now: number, routes: Routes): void {
    const work = this.works.get(key);
    if (work === undefined) return;
    this.works.delete(key);
    count(this.byGroup, work.group, -1);
    count(this.byStar, work.ordinal, -1);
    const last = this.comets.findLast((c) => c.key === key);
    if (last !== undefined) last.outcome = outcome;
    else if (!this.still && !this.crowded) this.launch(work.ordinal, key, now, outcome, routes);
    void ordinal;
  }

  /** Launches what is due, removes what arrived. */
  step(now: number, routes: Routes): Landing[] {
    const landed: Landing[] = [];
    for (let n = this.comets.length - 1; n >= 0; n--) {
      const comet = this.comets[n];
      if (comet === undefined || now - comet.start < comet.ms) continue;
      this.comets.splice(n, 1);
      if (comet.outcome !== null) landed.push({ ordinal: comet.ordinal, outcome: comet.outcome });
    }
    for (let n = this.pulses.length - 1; n >= 0; n--) {
      const pulse = this.pulses[n];
      if (pulse !== undefined && now - pulse.start >= pulse.ms) this.pulses.splice(n, 1);
    }
    if (this.still) return landed;
    if (this.crowded) this.launchPulses(now);
    else for (const work of this.works.values()) if (work.next <= now) this.relaunch(work, now, routes);
    return landed;
  }

  /** When the next comet leaves, so that a timer can wake the frame loop; Infinity when nothing is due. */
  nextAt(): number {
    if (this.still || this.works.size === 0) return Infinity;
    if (this.crowded) return this.nextPulse;
    let next = Infinity;
    for (const work of this.works.values()) next = Math.min(next, work.next);
    return next;
  }

  private relaunch(work: Work, now: number, routes: Routes): void {
    const ms = this.launch(work.ordinal, work.key, now, null, routes);
    const age = now - work.began;
    work.next =
      age < SLOW_AFTER_MS
        ? now + ms * 0.62 + 420
        : (Math.floor(now / SLOW_BEAT_MS) + 1) * SLOW_BEAT_MS + (work.ordinal % LINE) * LINE_MS;
  }

  private launch(ordinal: number, key: string, now: number, outcome: Outcome | null, routes: Routes): number {
    const ms = routes.millis(routes.curve(ordinal));
    if (this.comets.length < MAX_COMETS) this.comets.push({ key, ordinal, start: now, ms, outcome });
    return ms;
  }

  private launchPulses(now: number): void {
    if (now < this.nextPulse) return;
    for (const group of this.byGroup.keys()) this.pulses.push({ group, start: now, ms: 900 });
    this.nextPulse = now + (now - this.busySince < SLOW_AFTER_MS * 2 ? PULSE_MS : PULSE_MS * 6);
  }

  /** No work is known any more. */
  forget(): void {
    this.works.clear();
    this.byGroup.clear();
    this.byStar.clear();
    this.ground();
  }

  /** Ends all comets at once; running work is still known and tints its trunk. */
  ground(): void {
    this.comets.length = 0;
    this.pulses.length = 0;
  }
}

function count(map: Map<number, number>, key: number, by: number): void {
  const next = (map.get(key) ?? 0) + by;
  if (next > 0) map.set(key, next);
  else map.delete(key);
}
