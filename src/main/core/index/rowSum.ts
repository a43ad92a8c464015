/** An order-independent 64-bit sum over rows of an index, for comparing two sets of rows. It depends on every bit of each row. */

const LOW = 0x9e3779b1
const HIGH = 0x85ebca6b

/** The initial value for a row's sum: its configuration. */
export type Seed = readonly [low: number, high: number]

export class RowSum {
  rows = 0
  private low = 0
  private high = 0

  /** @param words of the window hash, from `at` up to `end` */
  add(rowid: number, [low, high]: Seed, words: Int32Array, at: number, end: number): void {
    const upper = Math.floor(rowid / 2 ** 32)
    let a = Math.imul(low ^ rowid ^ (upper << 7), LOW)
    let b = Math.imul(high ^ rowid ^ (upper << 9), HIGH)
    for (let i = at; i < end; i++) {
      const word = words[i] ?? 0
      a = Math.imul(a ^ (a >>> 15) ^ word, LOW)
      b = Math.imul(b ^ (b >>> 13) ^ word, HIGH)
    }
    this.rows += 1
    this.low = (this.low + (a ^ (a >>> 16))) | 0
    this.high = (this.high + (b ^ (b >>> 16))) | 0
  }

  equals(other: RowSum): boolean {
    return this.rows === other.rows && this.low === other.low && this.high === other.high
  }
}

/** An initial value from the texts and numbers of a configuration. */
export function seedOf(values: readonly unknown[]): Seed {
  let [a, b] = [LOW, HIGH]
  const text = values.map(value => `${typeof value} ${String(value)}`).join('\n')
  for (let i = 0; i < text.length; i++) {
    a = Math.imul(a ^ text.charCodeAt(i), LOW)
    b = Math.imul(b ^ text.charCodeAt(i), HIGH)
    a ^= a >>> 15
    b ^= b >>> 13
  }
  return [a, b]
}

/** Bytes as words. The length must be a multiple of four. */
export function wordsOf(bytes: Buffer): Int32Array {
  const { buffer, byteOffset, length } = bytes
  return byteOffset % 4 === 0 ? new Int32Array(buffer, byteOffset, length / 4) : new Int32Array(new Uint8Array(bytes).buffer)
}
