/** A summary of a shard's rows when they were last read, kept in the ledger as evidence in case the shard disappears. */
import type { KeyConfiguration } from './keyConfiguration.ts'
import { configurationSalt, NO_SALT, type Print, printHash, wordsOf } from './keyPrint.ts'
import type { LocusRun } from './locusBuilder.ts'
import type { ShardKeys } from './shardKeys.ts'

export type Holdings = {
  readonly rows: number
  /** Equal for the same keys in any order; null if the keys could not be read. */
  readonly keys: string | null
  /** Equal for the same windows in any order, regardless of the configuration. */
  readonly windows: string | null
  /** Of all rows; null if rows differ. */
  readonly configuration: KeyConfiguration | null
  /** Of all rows in order; null if they are irregular. */
  readonly loci: readonly LocusRun[] | null
}

export function holdingsOf(keys: ShardKeys, loci: readonly LocusRun[] | null): Holdings {
  const { rows, codes, configurations } = keys
  const [configuration = null, ...others] = configurations
  const words = wordsOf(keys.windowHashes)
  const salts = configurations.map(configurationSalt)
  const print: Print = { low: 0, high: 0 }
  const ofKeys = new PrintSum()
  const ofWindows = new PrintSum()
  for (let row = 0; row < rows; row++) {
    printHash(words, row, salts[codes[row] ?? 0] ?? NO_SALT, print)
    ofKeys.add(print)
    printHash(words, row, NO_SALT, print)
    ofWindows.add(print)
  }
  return { rows, keys: ofKeys.text(), windows: ofWindows.text(), configuration: others.length === 0 ? configuration : null, loci }
}

/** Holdings of a shard of which only the footer could be read. */
export function rowsAlone(rows: number): Holdings {
  return { rows, keys: null, windows: null, configuration: null, loci: null }
}

/** The holdings that remain when some rows of a shard are removed; null if unknown. */
export function withoutHoldings(all: Holdings | null, part: Holdings | undefined): Pick<Holdings, 'rows' | 'keys'> | null {
  if (!all?.keys || !part?.keys || all.rows <= part.rows) return null
  const left = new PrintSum()
  left.take(all.keys, 1)
  left.take(part.keys, -1)
  return { rows: all.rows - part.rows, keys: left.text() }
}

/** A sum of hashes. */
class PrintSum {
  private low = 0
  private high = 0

  add({ low, high }: Print): void {
    this.low = (this.low + low) >>> 0
    this.high = (this.high + high) >>> 0
  }

  /** Adds or subtracts a sum. */
  take(text: string, sign: 1 | -1): void {
    this.high = (this.high + sign * Number.parseInt(text.slice(0, 8), 16)) >>> 0
    this.low = (this.low + sign * Number.parseInt(text.slice(8), 16)) >>> 0
  }

  text(): string {
    return `${this.high.toString(16).padStart(8, '0')}${this.low.toString(16).padStart(8, '0')}`
  }
}
