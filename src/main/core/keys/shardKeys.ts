/** A shard's keys, compact: window hashes packed, and the few combinations of the other five parts held once. */
import type { WindowKey } from '../../../shared/model/record.ts'
import type { FileIdentity } from '../../../shared/model/report.ts'
import { hex } from '../base/hex.ts'
import type { RowColumns } from '../parquet/pages/rowColumns.ts'
import { digestAt, textAt } from '../shards/rowValues.ts'
import type { IndexRow } from './indexRow.ts'
import { configurationText, type KeyConfiguration } from './keyConfiguration.ts'

export type ShardKeys = {
  readonly rows: number
  /** 32 bytes a row. */
  readonly windowHashes: Uint8Array
  /** Index into `configurations` for each row. */
  readonly codes: Uint32Array
  readonly configurations: readonly KeyConfiguration[]
  readonly createdAt: BigInt64Array
}

/** Keys of a shard, what its file looked like when they were read, and whether rows of it belong at another path. */
export type KeysSeen = FileIdentity & { readonly keys: ShardKeys; readonly isMisplaced: boolean }

export type KnownKeys = ReadonlyMap<string, KeysSeen>

/** Gathers the keys of a shard, row group by row group, so that no more than one group's columns are held. */
export class KeyBuilder {
  private readonly windowHashes: Uint8Array
  private readonly codes: Uint32Array
  private readonly createdAt: BigInt64Array
  private readonly configurations: KeyConfiguration[] = []
  private readonly known = new Map<string, number>()
  private next = 0

  constructor(rows: number) {
    this.windowHashes = new Uint8Array(rows * 32)
    this.codes = new Uint32Array(rows)
    this.createdAt = new BigInt64Array(rows)
  }

  /** Takes in a row group; its rows may still turn out to be invalid. */
  add(group: RowColumns): void {
    if (group.windowHash.width === 32) this.windowHashes.set(group.windowHash.bytes, this.next * 32)
    const { values } = group.createdAt
    this.createdAt.set(values instanceof BigInt64Array ? values : BigInt64Array.from(values, BigInt), this.next)
    let last = -1
    for (let row = 0; row < group.rows; row++) {
      if (last < 0 || !sameConfiguration(group, row, row - 1)) last = configurationCode(group, row, this.configurations, this.known)
      this.codes[this.next + row] = last
    }
    this.next += group.rows
  }

  /** The keys, once all row groups are in. */
  keys(): ShardKeys {
    const { windowHashes, codes, configurations, createdAt } = this
    return { rows: this.next, windowHashes, codes, configurations, createdAt }
  }
}

/** The keys of records, in their order. */
export function keysOf(records: readonly (WindowKey & { readonly createdAt: bigint })[]): ShardKeys {
  const windowHashes = new Uint8Array(records.length * 32)
  const codes = new Uint32Array(records.length)
  const configurations: KeyConfiguration[] = []
  const known = new Map<string, number>()
  for (const [row, { windowHash, encoderHash, stateLayer, poolType, poolRadius, dtype }] of records.entries()) {
    windowHashes.set(windowHash, row * 32)
    codes[row] = codeOf({ encoderHash: hex(encoderHash), stateLayer, poolType, poolRadius, dtype }, configurations, known)
  }
  return { rows: records.length, windowHashes, codes, configurations, createdAt: BigInt64Array.from(records, ({ createdAt }) => createdAt) }
}

function sameConfiguration(group: RowColumns, a: number, b: number): boolean {
  return (
    group.stateLayer.values[a] === group.stateLayer.values[b] &&
    group.poolRadius.values[a] === group.poolRadius.values[b] &&
    group.poolType.codes[a] === group.poolType.codes[b] &&
    group.dtype.codes[a] === group.dtype.codes[b] &&
    sameDigest(group.encoderHash.bytes, a * 32, b * 32)
  )
}

function sameDigest(bytes: Uint8Array, a: number, b: number): boolean {
  for (let i = 0; i < 32; i++) if (bytes[a + i] !== bytes[b + i]) return false
  return true
}

function configurationCode(group: RowColumns, row: number, configurations: KeyConfiguration[], known: Map<string, number>): number {
  const configuration = {
    encoderHash: hex(digestAt(group.encoderHash, row)),
    stateLayer: Number(group.stateLayer.values[row]),
    poolType: textAt(group.poolType, row),
    poolRadius: Number(group.poolRadius.values[row]),
    dtype: textAt(group.dtype, row)
  }
  return codeOf(configuration, configurations, known)
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

/** A row as the index holds it. */
export function indexRow(keys: ShardKeys, row: number, shardPath: string): IndexRow {
  const configuration = keys.configurations[keys.codes[row] ?? 0]
  if (configuration === undefined) throw new TypeError('a row without its configuration')
  return { ...configuration, windowHash: windowHashAt(keys, row), shardPath, rowOffset: row, createdAt: keys.createdAt[row] ?? 0n }
}
