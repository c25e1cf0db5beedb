/**
 * The stars as the renderer sees them: four bytes each (statuses, load, flags, progress of a change), the dirty
 * blocks of those bytes, the lists that become index buffers, and the grid for picking.
 * Not here: GL, time (motion.ts drives the progress byte), positions (they stay in the caller's arrays).
 */
import { buildGrid, type SpatialGrid } from "../kernels/spatial.ts";
import { type SceneStars, Status } from "./api.ts";
import { DirtyBlocks, OrdinalList } from "./ordinals.ts";

export const LOOK_BYTES = 4;
const DIMMED = 1;

const NOBODY: SceneStars = {
  count: 0,
  x: new Float32Array(0),
  y: new Float32Array(0),
  cpu: new Float32Array(0),
  memory: new Float32Array(0),
  tasks: new Uint16Array(0),
  status: new Uint8Array(0),
  group: new Uint16Array(0),
  label: () => ({ name: "", facts: "", address: "" }),
};

export class StarStore {
  /** As they are shown: the caller's, but for their places while they glide. */
  stars: SceneStars = NOBODY;
  /** As the caller gave them. */
  given: SceneStars = NOBODY;
  /** status | previous status << 4, load, flags, progress from the previous look to this one. */
  look = new Uint8Array(0);
  /** The stars that are drawn again on top: degraded, offline, critical. */
  readonly exceptions = new OrdinalList();
  readonly busy = new OrdinalList();
  readonly selected = new OrdinalList();
  readonly dirtyLook = new DirtyBlocks();
  readonly dirtyPositions = new DirtyBlocks();
  /** Changes when the arrays were replaced and GPU buffers must be made anew. */
  layoutVersion = 0;
  /** Stars that are there (not absent). */
  present = 0;
  private gridCache: SpatialGrid | null = null;
  private filter: ReadonlySet<number> | null = null;
  private wanted: ReadonlySet<number> = new Set();

  get capacity(): number {
    return Math.min(this.stars.x.length, this.stars.y.length, this.stars.status.length);
  }
  statusOf(i: number): Status {
    return ((this.look[i * LOOK_BYTES] ?? 0) & 15) as Status;
  }
  isDimmed(i: number): boolean {
    return ((this.look[i * LOOK_BYTES + 2] ?? 0) & DIMMED) !== 0;
  }
  loadOf(i: number): number {
    return (this.look[i * LOOK_BYTES + 1] ?? 0) / 255;
  }
  isThere(i: number): boolean {
    return i >= 0 && i < this.stars.count && this.statusOf(i) !== Status.Absent;
  }

  /** New arrays. Stars known before keep their look, so `read` can still tell what changed. */
  replace(stars: SceneStars): void {
    const old = this.look;
    this.stars = stars;
    this.given = stars;
    for (let i = this.capacity; i < old.length / LOOK_BYTES; i++) this.forget(i, old);
    this.look = new Uint8Array(this.capacity * LOOK_BYTES);
    this.look.set(old.subarray(0, Math.min(old.length, this.look.length)));
    this.dirtyLook.resize(this.capacity);
    this.dirtyPositions.resize(this.capacity);
    this.dirtyLook.markAll();
    this.dirtyPositions.markAll();
    this.layoutVersion++;
    this.gridCache = null;
    this.setSelected(this.wanted);
  }
  /** The new arrays have no place for this star. */
  private forget(i: number, old: Uint8Array): void {
    if (((old[i * LOOK_BYTES] ?? 0) & 15) !== Status.Absent) this.present--;
    for (const list of [this.exceptions, this.busy, this.selected]) list.set(i, false);
  }

  /**
   * Reads one star from the caller's arrays. Returns the status it had when that changed, else null.
   * The look shows the new state at once; a motion may turn its progress back.
   */
  read(i: number): Status | null {
    const at = i * LOOK_BYTES;
    if (at + 3 >= this.look.length) return null;
    const was = this.statusOf(i);
    const now = (i < this.stars.count ? (this.stars.status[i] ?? 0) : 0) as Status;
    const load = Math.max(this.stars.cpu[i] ?? 0, this.stars.memory[i] ?? 0);
    const byte = now === Status.Offline ? 0 : Math.round(Math.max(0, Math.min(1, load)) * 255);
    if (was === now && this.look[at + 1] === byte) return null;
    this.look[at + 1] = byte;
    this.dirtyLook.mark(i);
    if (was === now) return null;
    this.look[at] = now | (now << 4);
    this.look[at + 3] = 255;
    this.exceptions.set(i, now >= Status.Degraded);
    this.busy.set(i, now === Status.Busy);
    if (was === Status.Absent || now === Status.Absent) {
      this.present += now === Status.Absent ? -1 : 1;
      this.dirtyPositions.mark(i);
      this.gridCache = null;
      this.applyFilter(i);
    }
    return was;
  }

  /** Shows star `i` on its way from `from` (0) to its own status (255). */
  setProgress(i: number, from: Status, progress: number): void {
    const at = i * LOOK_BYTES;
    const status = this.statusOf(i);
    this.look[at] = status | ((progress >= 1 ? status : from) << 4);
    this.look[at + 3] = Math.round(progress * 255);
    this.dirtyLook.mark(i);
  }

  setFilter(visible: ReadonlySet<number> | null): void {
    this.filter = visible;
    for (let i = 0; i < this.stars.count; i++) this.applyFilter(i);
    this.dirtyLook.markAll();
  }
  private applyFilter(i: number): void {
    const dimmed = this.filter !== null && !this.filter.has(i);
    this.look[i * LOOK_BYTES + 2] = dimmed ? DIMMED : 0;
  }

  setSelected(selected: ReadonlySet<number>): void {
    this.wanted = selected;
    this.selected.clear();
    for (const i of selected) if (i >= 0 && i < this.capacity) this.selected.set(i, true);
  }

  /** Shows places of its own, which the answer lets be written, or the caller's again. */
  showOwn(own: true | null): { x: Float32Array; y: Float32Array } {
    if (own === null) this.stars = this.given;
    else if (this.stars === this.given) {
      const size = this.capacity;
      this.stars = { ...this.given, x: new Float32Array(size), y: new Float32Array(size) };
    }
    this.dirtyPositions.markAll();
    this.gridCache = null;
    return this.stars;
  }

  grid(): SpatialGrid {
    this.gridCache ??= buildGrid(this.stars.x, this.stars.y, this.stars.count, (i) => this.isThere(i));
    return this.gridCache;
  }
}
