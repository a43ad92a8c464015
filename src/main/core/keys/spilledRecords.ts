/** Records of a few words in partitions by their hash: in memory, and in temporary files beyond a limit. */
import { closeSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { makeTemporaryFolder } from '../fs/temporaryFolder.ts'

/** Records with the same high word are in the same partition. */
export const PARTITIONS = 64
const PARTITION_SHIFT = 26

type Partition = { words: Uint32Array<ArrayBuffer>; used: number; fd: number }

export class SpilledRecords {
  /** Where to write the last requested record: its words from `at` on. */
  words: Uint32Array = new Uint32Array(0)
  at = 0
  readonly width: number
  private readonly most: number
  private readonly partitions: Partition[]
  private held = 0
  private folder: string | null = null

  /**
   * @param width words of a record
   * @param most maximum number of records in memory
   */
  constructor(width: number, most: number) {
    this.width = width
    this.most = most
    this.partitions = Array.from({ length: PARTITIONS }, () => ({ words: new Uint32Array(16 * width), used: 0, fd: -1 }))
  }

  /** Makes room for a record whose hash has this high word. */
  room(high: number): void {
    const partition = this.partitions[high >>> PARTITION_SHIFT]
    if (partition === undefined) throw new TypeError('a partition is missing')
    if (partition.used === partition.words.length) {
      if (this.held >= this.most) this.spill()
      else {
        const grown = new Uint32Array(partition.words.length * 2)
        grown.set(partition.words)
        partition.words = grown
      }
    }
    this.words = partition.words
    this.at = partition.used
    partition.used += this.width
    this.held += 1
  }

  private spill(): void {
    this.folder ??= makeTemporaryFolder('lewm-keys-')
    for (const [i, partition] of this.partitions.entries()) {
      if (partition.fd < 0) partition.fd = openSync(join(this.folder, String(i)), 'w')
      const bytes = new Uint8Array(partition.words.buffer, 0, partition.used * 4)
      for (let at = 0; at < bytes.length; ) at += writeSync(partition.fd, bytes, at)
      partition.used = 0
    }
    this.held = 0
  }

  /** All records of a partition, in insertion order. */
  load(i: number): Uint32Array {
    const partition = this.partitions[i]
    if (partition === undefined) throw new RangeError(`partition ${i} of ${PARTITIONS}`)
    const memory = partition.words.subarray(0, partition.used)
    if (partition.fd < 0 || this.folder === null) return memory
    const spilled = readFileSync(join(this.folder, String(i)))
    const all = new Uint32Array(spilled.length / 4 + memory.length)
    new Uint8Array(all.buffer).set(spilled)
    all.set(memory, spilled.length / 4)
    return all
  }

  close(): void {
    for (const { fd } of this.partitions) if (fd >= 0) closeSync(fd)
    if (this.folder !== null) rmSync(this.folder, { recursive: true, force: true })
  }
}
