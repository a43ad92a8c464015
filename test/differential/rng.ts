/** Seeded random choices. Each name gives a separate stream, so that a single case can be repeated without the preceding ones. */
import { createHash } from 'node:crypto'

export class Rng {
  private readonly state: Uint32Array

  /** @param name for example "seed 7, pyarrow case 12" */
  constructor(name: string) {
    const digest = createHash('sha256').update(name).digest()
    this.state = Uint32Array.from({ length: 4 }, (_, i) => digest.readUInt32LE(i * 4))
  }

  /** An integer of 32 bits (sfc32). */
  next(): number {
    const s = this.state
    const [a = 0, b = 0, c = 0, d = 0] = s
    const sum = (a + b + d) >>> 0
    s[3] = d + 1
    s[0] = b ^ (b >>> 9)
    s[1] = c + (c << 3)
    s[2] = ((c << 21) | (c >>> 11)) + sum
    return sum
  }

  /** From 0 to `limit - 1`. */
  below(limit: number): number {
    return limit <= 1 ? 0 : Math.floor((this.next() / 2 ** 32) * limit)
  }

  /** Including both ends. */
  between(low: number, high: number): number {
    return low + this.below(high - low + 1)
  }

  chance(probability: number): boolean {
    return this.next() / 2 ** 32 < probability
  }

  pick<T>(things: readonly T[]): T {
    if (things.length === 0) throw new RangeError('nothing to pick from')
    return things[this.below(things.length)] as T
  }

  /** Each item with a frequency proportional to its weight. */
  weighted<T>(things: readonly (readonly [weight: number, thing: T])[]): T {
    let left = (this.next() / 2 ** 32) * things.reduce((sum, [weight]) => sum + weight, 0)
    for (const [weight, thing] of things) {
      left -= weight
      if (left < 0) return thing
    }
    return this.pick(things)[1]
  }

  /** A few different items, in their original order. */
  some<T>(things: readonly T[], count: number): T[] {
    const left = things.map((_, i) => i)
    const chosen = Array.from({ length: Math.min(count, things.length) }, () => left.splice(this.below(left.length), 1)[0] ?? 0)
    const kept = new Set(chosen)
    return things.filter((_, i) => kept.has(i))
  }

  shuffled<T>(things: readonly T[]): T[] {
    const keyed = things.map(thing => [this.next(), thing] as const)
    return keyed.sort(([a], [b]) => a - b).map(([, thing]) => thing)
  }

  bytes(length: number): Buffer {
    return Buffer.from(Uint8Array.from({ length }, () => this.below(256)))
  }

  /** Draws from the normal distribution. */
  normal(): number {
    const uniform = (): number => this.next() / 2 ** 32
    return Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform())
  }
}
