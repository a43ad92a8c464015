/**
 * Evidence of rows in bounded memory. A claim is a key and the place where a row with it was. Claims are joined with the keys of all
 * readable rows, partition by partition.
 */
import type { KeyHolders } from '../keys/duplicateKeys.ts'
import type { EntryKey } from '../keys/entryKey.ts'
import { configurationSalt, KeyPrinter, NO_SALT, type Print, printHash, wordsOf } from '../keys/keyPrint.ts'
import { PrintTable } from '../keys/printTable.ts'
import type { ShardKeys } from '../keys/shardKeys.ts'
import { SpilledRecords } from '../keys/spilledRecords.ts'

/**
 * - `expected`: the row is missing unless any shard holds the key
 * - `changed`: the shard changed unless it holds the key itself
 * - `damaged`: a row of a damaged shard, whose key may not be in any other shard
 */
export const CLAIM_KINDS = ['expected', 'changed', 'damaged'] as const
export type ClaimKind = (typeof CLAIM_KINDS)[number]

/** Hash of the key (two words), place, kind, row. */
const WIDTH = 5
const IN_MEMORY = 1_000_000

export class ClaimCollector {
  size = 0
  private readonly records = new SpilledRecords(WIDTH, IN_MEMORY)
  private readonly printer = new KeyPrinter()
  private readonly print: Print = { low: 0, high: 0 }

  /** @returns false for a key that no row can have */
  add(key: EntryKey, place: number, kind: ClaimKind, row: number): boolean {
    if (!this.printer.printEntry(key, this.print)) return false
    this.put(place, kind, row)
    return true
  }

  /**
   * Claims the rows of a shard.
   * @param isWanted whether to claim a row
   */
  addRows(keys: ShardKeys, place: number, kind: ClaimKind, isWanted: (row: number) => boolean): void {
    const salts = keys.configurations.map(configurationSalt)
    const words = wordsOf(keys.windowHashes)
    for (let row = 0; row < keys.rows; row++) {
      if (!isWanted(row)) continue
      printHash(words, row, salts[keys.codes[row] ?? 0] ?? NO_SALT, this.print)
      this.put(place, kind, row)
    }
  }

  /** The claims of a partition of keys. */
  claimsIn(partition: number): Claims {
    return new Claims(this.records.load(partition))
  }

  close(): void {
    this.records.close()
  }

  private put(place: number, kind: ClaimKind, row: number): void {
    const { records, print } = this
    records.room(print.high)
    const { words, at } = records
    words[at] = print.low
    words[at + 1] = print.high
    words[at + 2] = place
    words[at + 3] = CLAIM_KINDS.indexOf(kind)
    words[at + 4] = row
    this.size += 1
  }
}

export type Claim = Print & {
  readonly place: number
  readonly kind: ClaimKind
  readonly row: number
  /** The shards that hold the key, each at least once. */
  readonly holders: readonly number[]
  /** The place of the first claim of the same kind with the same key. Null for the first. */
  readonly repeats: number | null
}

class Claims {
  private readonly words: Uint32Array

  constructor(words: Uint32Array) {
    this.words = words
  }

  /** Each claim with the shards that hold its key. */
  *with(holders: KeyHolders): Generator<Claim> {
    const { words } = this
    const count = words.length / WIDTH
    const tables = CLAIM_KINDS.map(kind => ({ kind, table: new PrintTable(count), places: new Uint32Array(count) }))
    for (let at = 0; at < words.length; at += WIDTH) {
      const [low = 0, high = 0, place = 0, code = 0, row = 0] = words.subarray(at, at + WIDTH)
      const known = tables[code]
      if (known === undefined) continue
      const { kind, table, places } = known
      const before = table.size
      const id = table.add(low, high)
      const repeats = id === before ? null : (places[id] ?? null)
      if (repeats === null) places[id] = place
      yield { low, high, place, kind, row, holders: holders.of(low, high), repeats }
    }
  }
}
