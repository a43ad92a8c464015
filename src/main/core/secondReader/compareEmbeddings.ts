/** Compares the embeddings of a row group from both readers, value by value, by their stored bits. */
import type { ParquetType, SchemaElement } from 'hyparquet'
import type { RowGroup } from '../parquet/footer/footer.ts'
import { rowValues, type StoredValues } from '../parquet/pages/embeddingBatch.ts'
import type { ShardReader } from '../parquet/shardReader.ts'
import { Incomparable, type StoredColumn } from './hyparquet/storedColumns.ts'

/** @param differ called with a row of the group, and the value of each reader */
export function compareEmbeddings(
  shard: ShardReader,
  group: RowGroup,
  { declared, values }: StoredColumn,
  differ: (row: number, own: string, second: string) => void
): void {
  for (const batch of shard.embeddings(group)) {
    const flaws = new Map(batch.flaws.map(({ row, flaw }) => [row, flaw]))
    for (let i = 0; i < batch.rows; i++) {
      const row = batch.firstRow + i
      const flaw = flaws.get(row)
      const own = rowValues(batch, i)
      const second = listOf(values[row])
      if (flaw !== undefined || second === null || second.length === 0 || second.includes(null)) {
        const [ownFlaw, secondFlaw] = [flaw ?? `${own.length} values`, flawOf(second)]
        if (ownFlaw !== secondFlaw) differ(row, ownFlaw, secondFlaw)
        continue
      }
      const at = firstDifference(bitsOf(own), second, declared)
      if (at === null) continue
      if (own.length !== second.length) differ(row, `${own.length} values`, `${second.length} values`)
      else differ(row, `${bitsText(own, at)} at value ${at}`, `${hexText(second[at], own)} at value ${at}`)
    }
  }
}

/** The leaves of a list in any of hyparquet's forms. Null for no list. */
function listOf(value: unknown): readonly unknown[] | null {
  if (value === null || value === undefined) return null
  if (!Array.isArray(value)) return typeof value === 'object' && !(value instanceof Uint8Array) ? listOf(Object.values(value)) : [value]
  const list: readonly unknown[] = value
  return list.some(item => typeof item === 'object' && item !== null) ? list.flatMap(item => listOf(item) ?? [null]) : list
}

function flawOf(list: readonly unknown[] | null): string {
  if (list === null) return 'null'
  if (list.length === 0) return 'empty'
  return list.some(value => value === null || value === undefined) ? 'null element' : `${list.length} values`
}

type Bits = Uint16Array | Int32Array | BigInt64Array

function bitsOf(values: StoredValues): Bits {
  if (values instanceof Uint16Array) return values
  const { buffer, byteOffset, length } = values
  return values instanceof Float32Array ? new Int32Array(buffer, byteOffset, length) : new BigInt64Array(buffer, byteOffset, length)
}

const STORED_BITS: Readonly<Partial<Record<ParquetType, new (length: number) => Bits>>> = {
  FIXED_LEN_BYTE_ARRAY: Uint16Array,
  FLOAT: Int32Array,
  DOUBLE: BigInt64Array
}

function firstDifference(own: Bits, second: readonly unknown[], { name, type }: SchemaElement): number | null {
  const stored = type && STORED_BITS[type]
  if (!stored || !(own instanceof stored)) throw new Incomparable(`values of ${name}, ${type}, are not compared`)
  const count = Math.min(own.length, second.length)
  for (let i = 0; i < count; i++) if (own[i] !== second[i]) return i
  return own.length === second.length ? null : count
}

function bitsText(values: StoredValues, at: number): string {
  return hexText(bitsOf(values)[at], values)
}

/** `0x3c00`: the bits of a float, with all of its digits. */
function hexText(bits: unknown, { BYTES_PER_ELEMENT: width }: StoredValues): string {
  if (typeof bits !== 'number' && typeof bits !== 'bigint') return String(bits)
  return `0x${BigInt.asUintN(8 * width, BigInt(bits))
    .toString(16)
    .padStart(2 * width, '0')}`
}
