/**
 * Two small containers for dense ordinals: a set that is also a packed list (it becomes an index buffer as it is),
 * and the blocks of a per-star buffer that must be uploaded again.
 * Not here: what the ordinals mean.
 */

/** Insertion and removal in O(1); `items[0 .. size)` are the members in no order. */
export class OrdinalList {
  items = new Uint32Array(64);
  size = 0;
  /** Changes with every change of the members. */
  version = 0;
  private place = new Int32Array(64).fill(-1);

  has(i: number): boolean {
    return (this.place[i] ?? -1) >= 0;
  }
  set(i: number, member: boolean): void {
    if (this.has(i) === member) return;
    if (member) this.add(i);
    else this.remove(i);
    this.version++;
  }
  clear(): void {
    for (let n = 0; n < this.size; n++) this.place[this.items[n] ?? 0] = -1;
    this.size = 0;
    this.version++;
  }

  private add(i: number): void {
    if (i >= this.place.length) {
      const grown = new Int32Array(Math.max(i + 1, this.place.length * 2)).fill(-1);
      grown.set(this.place);
      this.place = grown;
    }
    if (this.size === this.items.length) {
      const grown = new Uint32Array(this.items.length * 2);
      grown.set(this.items);
      this.items = grown;
    }
    this.items[this.size] = i;
    this.place[i] = this.size++;
  }
  private remove(i: number): void {
    const at = this.place[i] ?? 0;
    const last = this.items[--this.size] ?? 0;
    this.items[at] = last;
    this.place[last] = at;
    this.place[i] = -1;
  }
}

/** Stars in a block: one upload of 4 KB. */
export const BLOCK = 1024;

export class DirtyBlocks {
  private flags = new Uint8Array(0);
  private any = false;

  resize(stars: number): void {
    this.flags = new Uint8Array(Math.ceil(stars / BLOCK));
    this.any = false;
  }
  mark(i: number): void {
    this.flags[(i / BLOCK) | 0] = 1;
    this.any = true;
  }
  markAll(): void {
    this.flags.fill(1);
    this.any = true;
  }
  /** Calls `upload` with ranges of ordinals, neighbouring blocks joined, and forgets them. */
  drain(upload: (from: number, to: number) => void): void {
    if (!this.any) return;
    this.any = false;
    for (let b = 0; b < this.flags.length; b++) {
      if (this.flags[b] === 0) continue;
      const first = b;
      while (b < this.flags.length && this.flags[b] === 1) this.flags[b++] = 0;
      upload(first * BLOCK, b * BLOCK);
    }
  }
}
