/** Compares index entries with the rows that they point to, and classifies them: correct, wrong, or evidence that the shard has changed. */
import type { IndexEntry } from './indexRow.ts'
import { configurationText } from './keyConfiguration.ts'
import { configurationSalt, KeyPrinter, NO_SALT, type Print, printHash, wordsOf } from './keyPrint.ts'
import { PrintTable } from './printTable.ts'
import { type ShardKeys, windowHashAt } from './shardKeys.ts'

export type Contradictions<E> = {
  /** 1 for each row that an entry agrees with. */
  readonly indexed: Uint8Array
  /** Entries that point beyond the rows of the shard. */
  readonly outside: readonly E[]
  /** Entries that point to a row with another key. */
  readonly wrong: readonly E[]
  /**
   * Those of both kinds with a key that the shard does not hold at all, at a row that no other entry agrees with. Unless the index is known
   * to be wrong, the shard has changed since it was indexed.
   */
  readonly changed: ReadonlySet<E>
}

/** @param entries all entries that point to the shard */
export function contradictionsOf<E extends IndexEntry>(entries: Iterable<E>, keys: ShardKeys): Contradictions<E> {
  const indexed = new Uint8Array(keys.rows)
  const outside: E[] = []
  const wrong: E[] = []
  for (const entry of entries) {
    if (!isRow(entry.rowOffset, keys.rows)) outside.push(entry)
    else if (holds(keys, entry)) indexed[entry.rowOffset] = 1
    else wrong.push(entry)
  }
  const evident = [...outside, ...wrong].filter(
    ({ rowOffset }) => Number.isSafeInteger(rowOffset) && rowOffset >= 0 && indexed[rowOffset] !== 1
  )
  return { indexed, outside, wrong, changed: withoutRow(evident, keys) }
}

function isRow(rowOffset: number, rows: number): boolean {
  return Number.isInteger(rowOffset) && rowOffset >= 0 && rowOffset < rows
}

function holds(keys: ShardKeys, entry: IndexEntry): boolean {
  const configuration = keys.configurations[keys.codes[entry.rowOffset] ?? 0]
  return (
    configuration !== undefined &&
    windowHashAt(keys, entry.rowOffset) === entry.windowHash &&
    configurationText(configuration) === configurationText(entry)
  )
}

/** The entries whose key no row of the shard has, without those that no row can have. */
function withoutRow<E extends IndexEntry>(entries: readonly E[], keys: ShardKeys): Set<E> {
  if (entries.length === 0) return new Set()
  const printer = new KeyPrinter()
  const print: Print = { low: 0, high: 0 }
  const table = new PrintTable(entries.length)
  const numbers = new Map<E, number>()
  for (const entry of entries) if (printer.printEntry(entry, print)) numbers.set(entry, table.add(print.low, print.high))
  const held = new Uint8Array(entries.length)
  const salts = keys.configurations.map(configurationSalt)
  const words = wordsOf(keys.windowHashes)
  for (let row = 0; row < keys.rows; row++) {
    printHash(words, row, salts[keys.codes[row] ?? 0] ?? NO_SALT, print)
    const number = table.find(print.low, print.high)
    if (number >= 0) held[number] = 1
  }
  return new Set([...numbers].flatMap(([entry, number]) => (held[number] === 1 ? [] : [entry])))
}
