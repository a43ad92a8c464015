/**
 * The same key in more than one row, found over any number of rows in bounded memory: 64-bit fingerprints, partitioned, spilled
 * to temp files when they grow; what collides is then compared for real, key by key and value by value.
 */
import { createHash } from 'node:crypto'
import { closeSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { makeTemporaryFolder } from '../temporaryFolder.ts'
import { configurationText, type ShardKeys } from './shardKeys.ts'

const PARTITIONS = 64
/** Fingerprint (two words), shard, row. */
const WORDS = 4
const SPILL_RECORDS = 4_000_000

/** Two shards that hold a key in common; `first` comes first in path order, or is the same. */
export type ShardPair = { readonly first: number; readonly second: number }

const NO_SALT = [0, 0] as const

/** Collects the keys of all shards. */
export class KeyCollector {
  private readonly partitions = Array.from({ length: PARTITIONS }, () => ({ words: new Uint32Array(64 * WORDS), used: 0, fd: -1 }))
  private readonly salts = new Map<string, readonly [number, number]>()
  private records = 0
  private folder: string | null = null

  /** @param shard the shard's position in path order */
  add(shard: number, keys: ShardKeys): void {
    const salts = keys.configurations.map(configuration => this.salt(configurationText(configuration)))
    const { codes, windowHashes } = keys
    const hashes = new Uint32Array(windowHashes.buffer, windowHashes.byteOffset, windowHashes.byteLength >> 2)
    for (let row = 0; row < keys.rows; row++) {
      const [low, high] = salts[codes[row] ?? 0] ?? NO_SALT
      this.put(((hashes[row * 8] ?? 0) ^ low) >>> 0, ((hashes[row * 8 + 1] ?? 0) ^ high) >>> 0, shard, row)
    }
    if (this.records > SPILL_RECORDS) this.spill()
  }

  private salt(text: string): readonly [number, number] {
    let salt = this.salts.get(text)
    if (salt === undefined) {
      const digest = createHash('sha256').update(text).digest()
      salt = [digest.readUInt32LE(0), digest.readUInt32LE(4)]
      this.salts.set(text, salt)
    }
    return salt
  }

  private put(low: number, high: number, shard: number, row: number): void {
    const partition = this.partitions[high >>> 26]
    if (partition === undefined) throw new TypeError('a partition is missing')
    if (partition.used === partition.words.length) {
      const grown = new Uint32Array(partition.words.length * 2)
      grown.set(partition.words)
      partition.words = grown
    }
    const { words, used } = partition
    words[used] = low
    words[used + 1] = high
    words[used + 2] = shard
    words[used + 3] = row
    partition.used += WORDS
    this.records += 1
  }

  private spill(): void {
    this.folder ??= makeTemporaryFolder('lewm-keys-')
    for (const [i, partition] of this.partitions.entries()) {
      if (partition.fd < 0) partition.fd = openSync(join(this.folder, String(i)), 'w')
      writeSync(partition.fd, new Uint8Array(partition.words.buffer, 0, partition.used * 4))
      partition.used = 0
    }
    this.records = 0
  }

  /** Every pair of shards that share a fingerprint, each once. */
  pairs(): ShardPair[] {
    const pairs = new Map<string, ShardPair>()
    for (const [i, partition] of this.partitions.entries()) {
      for (const pair of pairsOf(this.load(i, partition))) pairs.set(`${pair.first} ${pair.second}`, pair)
    }
    return [...pairs.values()].sort((a, b) => a.second - b.second || a.first - b.first)
  }

  private load(i: number, partition: { words: Uint32Array; used: number; fd: number }): Uint32Array {
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

function* pairsOf(words: Uint32Array): Generator<ShardPair> {
  const count = words.length / WORDS
  const prints = new Uint32Array(2 * count)
  for (let i = 0; i < count; i++) {
    prints[2 * i] = words[WORDS * i] ?? 0
    prints[2 * i + 1] = words[WORDS * i + 1] ?? 0
  }
  new BigUint64Array(prints.buffer).sort()
  const repeated = new Set<string>()
  for (let i = 2; i < prints.length; i += 2) {
    if (prints[i] === prints[i - 2] && prints[i + 1] === prints[i - 1]) repeated.add(`${prints[i]} ${prints[i + 1]}`)
  }
  if (repeated.size === 0) return
  // Records stand in the order in which shards were added: the first of each fingerprint is the one that is kept.
  const first = new Map<string, number>()
  for (let i = 0; i < count; i++) {
    const print = `${words[WORDS * i]} ${words[WORDS * i + 1]}`
    if (!repeated.has(print)) continue
    const shard = words[WORDS * i + 2] ?? 0
    const keeper = first.get(print)
    if (keeper === undefined) first.set(print, shard)
    else yield { first: Math.min(keeper, shard), second: Math.max(keeper, shard) }
  }
}
