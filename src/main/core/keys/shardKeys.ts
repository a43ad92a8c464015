/** A shard's keys, compact: window hashes packed, and the combinations of the other parts held once. */
import type { LayoutVersion } from '../../../shared/model/layout.ts'
import type { WindowKey } from '../../../shared/model/record.ts'
import type { FileIdentity } from '../../../shared/model/report.ts'
import { hex } from '../base/hex.ts'
import type { Layout } from '../layouts/layout.ts'
import { WRITTEN_LAYOUT } from '../layouts/registry.ts'
import type { KeyColumns, KeyParts, RowColumns } from '../parquet/pages/rowColumns.ts'
import { digestAt, textAt } from '../shards/rowValues.ts'
import { spellKey } from './entryKey.ts'
import type { IndexRow } from './indexRow.ts'
import { configurationText, type KeyConfiguration } from './keyConfiguration.ts'

export type ShardKeys = {
  readonly layout: LayoutVersion
  readonly rows: number
  /** 32 bytes per row. */
  readonly windowHashes: Uint8Array
  /** Index into `configurations` for each row. */
  readonly codes: Uint32Array
  readonly configurations: readonly KeyConfiguration[]
  readonly createdAt: BigInt64Array
}

/** Keys of a shard, the identity of its file when they were read, and whether its rows belong at another path. */
export type KeysSeen = FileIdentity & { readonly keys: ShardKeys; readonly isMisplaced: boolean }

export type KnownKeys = ReadonlyMap<string, KeysSeen>

/** Collects the keys of a shard, row group by row group, so that only one group's columns are in memory. */
export class KeyBuilder {
  private readonly layout: Layout
  private readonly windowHashes: Uint8Array
  private readonly codes: Uint32Array
  private readonly createdAt: BigInt64Array
  private readonly configurations: KeyConfiguration[] = []
  private readonly known = new Map<string, number>()
  private next = 0

  constructor(rows: number, layout: Layout) {
    this.layout = layout
    this.windowHashes = new Uint8Array(rows * 32)
    this.codes = new Uint32Array(rows)
    this.createdAt = new BigInt64Array(rows)
  }

  /** Adds a row group. Its rows may still prove to be invalid. */
  add(group: RowColumns): void {
    if (group.windowHash.width === 32) this.windowHashes.set(group.windowHash.bytes, this.next * 32)
    const { values } = group.createdAt
    this.createdAt.set(values instanceof BigInt64Array ? values : BigInt64Array.from(values, BigInt), this.next)
    const parts = configurationParts(group)
    let last = -1
    for (let row = 0; row < group.rows; row++) {
      if (last < 0 || !parts.every(part => part.isAsBefore(row))) {
        last = codeOf(
          Object.fromEntries(parts.map(part => [part.field, part.at(row)])) as KeyConfiguration,
          this.configurations,
          this.known
        )
      }
      this.codes[this.next + row] = last
    }
    this.next += group.rows
  }

  /** The keys, after the last row group. */
  keys(): ShardKeys {
    const { windowHashes, codes, configurations, createdAt } = this
    return { layout: this.layout.version, rows: this.next, windowHashes, codes, configurations, createdAt }
  }
}

/** The keys of records of the layout that is written, in their order. */
export function keysOf(records: readonly (WindowKey & { readonly createdAt: bigint })[]): ShardKeys {
  const windowHashes = new Uint8Array(records.length * 32)
  const codes = new Uint32Array(records.length)
  const configurations: KeyConfiguration[] = []
  const known = new Map<string, number>()
  for (const [row, record] of records.entries()) {
    const key = spellKey(WRITTEN_LAYOUT.key, record)
    if (key === null) throw new TypeError('a record of another layout')
    windowHashes.set(record.windowHash, row * 32)
    const { windowHash: _window, ...configuration } = key
    codes[row] = codeOf(configuration, configurations, known)
  }
  const createdAt = BigInt64Array.from(records, record => record.createdAt)
  return { layout: WRITTEN_LAYOUT.version, rows: records.length, windowHashes, codes, configurations, createdAt }
}

/** A part of a configuration in the rows of a row group. */
type ConfigurationPart = {
  readonly field: keyof KeyConfiguration
  readonly at: (row: number) => string | number
  /** Whether a row has the same value as the row before it. */
  readonly isAsBefore: (row: number) => boolean
}

function configurationParts(group: KeyColumns): ConfigurationPart[] {
  return group.layout.key.flatMap(({ field, none }) => {
    const column = field === 'windowHash' ? undefined : group[field]
    return field === 'windowHash' || column === undefined ? [] : [{ field, ...readerOf(column, none) }]
  })
}

function readerOf(column: KeyParts[keyof KeyParts] & object, none: number | null): Omit<ConfigurationPart, 'field'> {
  switch (column.kind) {
    case 'texts':
      return { at: row => textAt(column, row), isAsBefore: row => column.codes[row] === column.codes[row - 1] }
    case 'digests':
      return { at: row => hex(digestAt(column, row)), isAsBefore: row => sameDigest(column.bytes, row * 32, (row - 1) * 32) }
    case 'integers': {
      const { values, present } = column
      if (none === null || present === null) return { at: row => Number(values[row]), isAsBefore: row => values[row] === values[row - 1] }
      return {
        at: row => (present[row] === 0 ? none : Number(values[row])),
        isAsBefore: row => values[row] === values[row - 1] && present[row] === present[row - 1]
      }
    }
  }
}

function sameDigest(bytes: Uint8Array, a: number, b: number): boolean {
  for (let i = 0; i < 32; i++) if (bytes[a + i] !== bytes[b + i]) return false
  return true
}

function codeOf(configuration: KeyConfiguration, configurations: KeyConfiguration[], known: Map<string, number>): number {
  const text = configurationText(configuration)
  let code = known.get(text)
  if (code === undefined) {
    code = configurations.length
    known.set(text, code)
    configurations.push(configuration)
  }
  return code
}

/** One row's window hash in hex. */
export function windowHashAt(keys: ShardKeys, row: number): string {
  return hex(keys.windowHashes.subarray(row * 32, (row + 1) * 32))
}

/** Every window hash in hex, from the last row to the first. */
export function windowHashesText({ rows, windowHashes }: ShardKeys): string {
  const reversed = new Uint8Array(rows * 32)
  for (let row = 0; row < rows; row++) reversed.set(windowHashes.subarray(row * 32, (row + 1) * 32), (rows - 1 - row) * 32)
  return hex(reversed)
}

/** A row in the notation of the index. */
export function indexRow(keys: ShardKeys, row: number, shardPath: string): IndexRow {
  const configuration = keys.configurations[keys.codes[row] ?? 0]
  if (configuration === undefined) throw new TypeError('a row without its configuration')
  return { ...configuration, windowHash: windowHashAt(keys, row), shardPath, rowOffset: row, createdAt: keys.createdAt[row] ?? 0n }
}
