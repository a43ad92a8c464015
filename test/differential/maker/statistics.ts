/** Statistics of a chunk or a page as a correct writer makes them: bounds in the order of the column's type, nulls, level histograms. */
import { type LeafValue, type Physical, plainValue } from './encodings.ts'
import type { LeafData } from './schema.ts'
import { binary, bool, i64, list, struct, type TStruct, WIRE } from './thriftTree.ts'

/** Raw bytes of the smallest and the largest value. Null if a column has no values or no order. */
export function boundsOf(leaf: LeafData): readonly [Uint8Array, Uint8Array] | null {
  const type = leaf.node.type ?? 'BYTE_ARRAY'
  if (type === 'INT96' || leaf.values.length === 0) return null
  const sorted = leaf.values.toSorted((a, b) => compare(a, b))
  const [least, greatest] = [sorted[0], sorted.at(-1)]
  if (least === undefined || greatest === undefined) return null
  return [rawValue(type, least), rawValue(type, greatest)]
}

function rawValue(type: Physical, value: LeafValue): Uint8Array {
  if (type === 'BOOLEAN') return Uint8Array.of(value ? 1 : 0)
  return value instanceof Uint8Array ? value : plainValue(type, value)
}

function compare(a: LeafValue, b: LeafValue): number {
  if (a instanceof Uint8Array && b instanceof Uint8Array) return Buffer.compare(a, b)
  return a < b ? -1 : a > b ? 1 : 0
}

export function chunkStatistics(leaf: LeafData): TStruct {
  const bounds = boundsOf(leaf)
  return struct(
    [3, i64(leaf.definition.length - leaf.values.length)],
    [5, bounds === null ? undefined : binary(bounds[1])],
    [6, bounds === null ? undefined : binary(bounds[0])],
    [7, bounds === null ? undefined : bool(true)],
    [8, bounds === null ? undefined : bool(true)]
  )
}

export function sizeStatistics(leaf: LeafData): TStruct {
  const histogram = (levels: readonly number[], max: number) =>
    list(
      Array.from({ length: max + 1 }, (_, level) => i64(levels.filter(each => each === level).length)),
      WIRE.I64
    )
  const bytes = leaf.values.reduce((sum: number, value) => sum + (value instanceof Uint8Array ? value.length : 0), 0)
  return struct(
    [1, leaf.node.type === 'BYTE_ARRAY' ? i64(bytes) : undefined],
    [2, leaf.maxRepetition > 0 ? histogram(leaf.repetition, leaf.maxRepetition) : undefined],
    [3, leaf.maxDefinition > 0 ? histogram(leaf.definition, leaf.maxDefinition) : undefined]
  )
}
