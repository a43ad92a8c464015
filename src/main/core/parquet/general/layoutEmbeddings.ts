/** An embedding column of any type as embeddings: the floats that GenoLeWM gets by iterating over each row. */

import { counted } from '../../../../shared/text/numbers.ts'
import { type Limits, overLimit } from '../../limits/limits.ts'
import type { ArrowType } from '../arrow/arrowType.ts'
import { batchOf, checkLength, type EmbeddingBatch, type RowFlaw, type StoredValues, storedValues } from '../pages/embeddingBatch.ts'
import { pyFloat, pyItems } from '../python/pyConvert.ts'
import type { ColumnArray } from './arrays.ts'
import { converting, type ValuePlace, valueAt } from './layoutColumns.ts'

/**
 * All rows in one batch.
 * @throws ShardFault `wrong_type`, `bad_page`, `unsupported_encoding`, `over_limit`
 */
export function embeddingsOf(array: ColumnArray, place: ValuePlace, limits: Limits): EmbeddingBatch {
  const batch = storedFloats(array) ?? converted(array, place, limits)
  checkLength(place.column, batch, limits)
  return batch
}

/** Lists of floats are used as they are stored. */
function storedFloats(array: ColumnArray): EmbeddingBatch | null {
  if (array.kind !== 'list' || array.type.id === 'map') return null
  const { child, offsets, length } = array
  if (child.kind !== 'leaf' || child.data.bytes === null || !isStored(child.type)) return null
  const { bytes, width, slots } = child.data
  const flaws: { row: number; flaw: RowFlaw }[] = []
  for (let row = 0; row < length; row++) {
    const [start = 0, end = 0] = [offsets[row], offsets[row + 1]]
    if (array.valid?.[row] === 0) flaws.push({ row, flaw: 'null' })
    else if (end === start) flaws.push({ row, flaw: 'empty' })
    else if (child.valid?.subarray(start, end).includes(0)) flaws.push({ row, flaw: 'null element' })
  }
  const values: StoredValues = storedValues(bytes.slice(0, slots * width), width)
  return batchOf({ values, coded: null }, 0, offsets, flaws)
}

function isStored(type: ArrowType): boolean {
  return type.id === 'float'
}

function converted(array: ColumnArray, place: ValuePlace, limits: Limits): EmbeddingBatch {
  const offsets = new Uint32Array(array.length + 1)
  const flaws: { row: number; flaw: RowFlaw }[] = []
  let values = new Float64Array(1024)
  let count = 0
  for (let row = 0; row < array.length; row++) {
    const value = valueAt(array, row, place)
    const items = value === null ? [] : converting(row, place, () => pyItems(value))
    if (value === null) flaws.push({ row, flaw: 'null' })
    else if (items.length === 0) flaws.push({ row, flaw: 'empty' })
    else if (items.includes(null)) flaws.push({ row, flaw: 'null element' })
    if (count + items.length > limits.columnBytes / 8) {
      throw overLimit('columnBytes', counted`${place.column} takes more than ${8 * count} bytes in a row group`, limits, {
        column: place.column
      })
    }
    if (count + items.length > values.length) values = grown(values, count + items.length)
    for (const item of items) values[count++] = item === null ? 0 : converting(row, place, () => pyFloat(item))
    offsets[row + 1] = count
  }
  return batchOf({ values: values.slice(0, count), coded: null }, 0, offsets, flaws)
}

function grown(values: Float64Array<ArrayBuffer>, length: number): Float64Array<ArrayBuffer> {
  const more = new Float64Array(Math.max(length, 2 * values.length))
  more.set(values)
  return more
}
