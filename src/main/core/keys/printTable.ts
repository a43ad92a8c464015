/** Numbers hashes in the order of their first occurrence. Open addressing is as fast as sorting them, and keeps the order. */

export class PrintTable {
  size = 0
  private readonly lows: Uint32Array
  private readonly highs: Uint32Array
  private readonly slots: Int32Array
  private readonly mask: number

  /** @param most maximum number of hashes */
  constructor(most: number) {
    this.lows = new Uint32Array(most)
    this.highs = new Uint32Array(most)
    this.mask = 2 ** Math.ceil(Math.log2(2 * most + 2)) - 1
    this.slots = new Int32Array(this.mask + 1).fill(-1)
  }

  /** The number of a hash, a new one if necessary. */
  add(low: number, high: number): number {
    const slot = this.slotOf(low, high)
    let id = this.slots[slot] ?? -1
    if (id < 0) {
      id = this.size++
      this.slots[slot] = id
      this.lows[id] = low
      this.highs[id] = high
    }
    return id
  }

  /** The number of a hash; -1 if it was not added. */
  find(low: number, high: number): number {
    return this.slots[this.slotOf(low, high)] ?? -1
  }

  private slotOf(low: number, high: number): number {
    // All records of a partition share the first bits of the high word.
    let slot = (low ^ (high << 7)) & this.mask
    for (let id = this.slots[slot] ?? -1; id >= 0; id = this.slots[slot] ?? -1) {
      if (this.lows[id] === low && this.highs[id] === high) break
      slot = (slot + 1) & this.mask
    }
    return slot
  }
}
