/**
 * Finds keys that several shards hold, over any number of rows in bounded memory: 64-bit hashes of keys, partitioned, and spilled to
 * temporary files when they grow. Collisions are then compared key by key and value by value.
 */
import { configurationSalt, NO_SALT, type Print, printHash, wordsOf } from './keyPrint.ts'
import { PrintTable } from './printTable.ts'
import type { ShardKeys } from './shardKeys.ts'
import { PARTITIONS, SpilledRecords } from './spilledRecords.ts'

/** Hash (two words), shard. */
const WIDTH = 3
const IN_MEMORY = 4_000_000

/** Two shards with a common key, by position in path order; `first` is the one that is indexed, or the same. */
export type ShardPair = { readonly first: number; readonly second: number }

/** Collects the keys of all shards. */
export class KeyCollector {
  private readonly records = new SpilledRecords(WIDTH, IN_MEMORY)
  private readonly print: Print = { low: 0, high: 0 }

  /** @param shard the shard's position in path order */
  add(shard: number, keys: ShardKeys): void {
    const salts = keys.configurations.map(configurationSalt)
    const hashes = wordsOf(keys.windowHashes)
    const { records, print } = this
    for (let row = 0; row < keys.rows; row++) {
      printHash(hashes, row, salts[keys.codes[row] ?? 0] ?? NO_SALT, print)
      records.room(print.high)
      const { words, at } = records
      words[at] = print.low
      words[at + 1] = print.high
      words[at + 2] = shard
    }
  }

  /** The holders of the keys, one partition of keys after the other. */
  *holders(): Generator<KeyHolders> {
    for (let i = 0; i < PARTITIONS; i++) yield holdersIn(this.records.load(i))
  }

  close(): void {
    this.records.close()
  }
}

/** The keys of one partition and the shards that hold them. */
export class KeyHolders {
  private readonly table: PrintTable
  private readonly first: Uint32Array
  /** Every holder, once for each row, of keys that more than one row has. */
  readonly repeated: ReadonlyMap<number, readonly number[]>

  constructor(table: PrintTable, first: Uint32Array, repeated: ReadonlyMap<number, readonly number[]>) {
    this.table = table
    this.first = first
    this.repeated = repeated
  }

  /** The shards that hold a key, each at least once; empty if no row has it. */
  of(low: number, high: number): readonly number[] {
    const id = this.table.find(low, high)
    if (id < 0) return NO_SHARDS
    return this.repeated.get(id) ?? [this.first[id] ?? 0]
  }
}

const NO_SHARDS: readonly number[] = []

function holdersIn(words: Uint32Array): KeyHolders {
  const count = words.length / WIDTH
  const table = new PrintTable(count)
  const first = new Uint32Array(count)
  const repeated = new Map<number, number[]>()
  for (let i = 0; i < count; i++) {
    const known = table.size
    const id = table.add(words[WIDTH * i] ?? 0, words[WIDTH * i + 1] ?? 0)
    const shard = words[WIDTH * i + 2] ?? 0
    if (id === known) first[id] = shard
    else {
      const holders = repeated.get(id)
      if (holders === undefined) repeated.set(id, [first[id] ?? 0, shard])
      else holders.push(shard)
    }
  }
  return new KeyHolders(table, first, repeated)
}

/** Pairs of shards with a common key: the one that is indexed with each of the others. */
export class PairFinder {
  private readonly found = new Map<string, ShardPair>()
  private readonly compare: (a: number, b: number) => number

  /** @param compare orders shards by precedence in the index */
  constructor(compare: (a: number, b: number) => number) {
    this.compare = compare
  }

  take({ repeated }: KeyHolders): void {
    for (const holders of repeated.values()) {
      const [first = 0, ...others] = holders.toSorted(this.compare)
      for (const second of others) this.found.set(`${first} ${second}`, { first, second })
    }
  }

  pairs(): ShardPair[] {
    return [...this.found.values()].sort((a, b) => a.second - b.second || a.first - b.first)
  }
}
