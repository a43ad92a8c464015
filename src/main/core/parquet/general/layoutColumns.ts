/** Columns of any type as the columns of a shard, converted like GenoLeWM does: `str()`, `int()`, `bytes()`, `bool()`, `float()`. */
import { counted } from '../../../../shared/text/numbers.ts'
import type { ColumnSpec } from '../../layouts/layout.ts'
import { type Limits, overLimit } from '../../limits/limits.ts'
import { ShardFault } from '../../limits/shardFault.ts'
import type { DigestColumn, FlatColumn, IntegerColumn, TextColumn } from '../pages/rowColumns.ts'
import { pyBool, pyBytes, pyInt } from '../python/pyConvert.ts'
import { pyStr } from '../python/pyText.ts'
import { PyError, PyUnknown, type PyValue } from '../python/pyValue.ts'
import type { ColumnArray } from './arrays.ts'
import { pyValueAt } from './fromArrow.ts'

/**
 * @param firstRow first row of the row group in the shard
 * @throws ShardFault `wrong_type`, `bad_page`, `unsupported_encoding`, `over_limit`
 */
export function flatColumnOf(array: ColumnArray, spec: ColumnSpec, firstRow: number, limits: Limits): FlatColumn {
  const place = { column: spec.name, firstRow }
  switch (spec.kind) {
    case 'texts':
      return textsOf(array, place, limits)
    case 'integers':
      return integersOf(array, place)
    case 'digests':
      return digestsOf(array, place, spec.width)
    case 'booleans': {
      const values = new Uint8Array(array.length)
      const present = eachValue(array, place, (value, row) => {
        values[row] = pyBool(value) ? 1 : 0
      })
      return { kind: 'booleans', present, values }
    }
    case 'embedding':
      throw new TypeError('embeddings do not have one value per row')
  }
}

/** The location of values: their column, and the shard row at which their row group begins. */
export type ValuePlace = { readonly column: string; readonly firstRow: number }

/**
 * The Python value of an entry.
 * @throws ShardFault `bad_page` if Python cannot make one, `unsupported_encoding` if it is unknown
 */
export function valueAt(array: ColumnArray, row: number, place: ValuePlace): PyValue {
  try {
    return pyValueAt(array, row)
  } catch (error) {
    throw asFault(error, 'bad_page', row, place)
  }
}

/**
 * Converts the value of a row.
 * @throws ShardFault `wrong_type` if Python cannot, `unsupported_encoding` if the result is unknown
 */
export function converting<T>(row: number, place: ValuePlace, convert: () => T): T {
  try {
    return convert()
  } catch (error) {
    throw asFault(error, 'wrong_type', row, place)
  }
}

function asFault(error: unknown, kind: 'bad_page' | 'wrong_type', rowInGroup: number, { column, firstRow }: ValuePlace): unknown {
  const row = firstRow + rowInGroup
  if (error instanceof PyUnknown)
    return new ShardFault('unsupported_encoding', counted`${column} of row ${row}: ${error.message}`, { column, row })
  if (!(error instanceof PyError)) return error
  return new ShardFault(kind, counted`${column} of row ${row}: ${error.message}. GenoLeWM refuses the whole shard because of it`, {
    column,
    row
  })
}

/** @returns which rows have a value. Null if all have */
function eachValue(array: ColumnArray, place: ValuePlace, take: (value: PyValue, row: number) => void): Uint8Array | null {
  let present: Uint8Array | null = null
  for (let row = 0; row < array.length; row++) {
    const value = valueAt(array, row, place)
    if (value !== null) converting(row, place, () => take(value, row))
    else {
      present ??= new Uint8Array(array.length).fill(1)
      present[row] = 0
    }
  }
  return present
}

function textsOf(array: ColumnArray, place: ValuePlace, limits: Limits): TextColumn {
  const codes = new Uint32Array(array.length)
  const texts: string[] = []
  const known = new Map<string, number>()
  const present = eachValue(array, place, (value, row) => {
    const text = pyStr(value)
    let code = known.get(text)
    if (code === undefined) {
      code = texts.length
      if (code >= limits.texts) throw manyTexts(place.column, limits)
      known.set(text, code)
      texts.push(text)
    }
    codes[row] = code
  })
  return { kind: 'texts', present, codes, texts }
}

function manyTexts(column: string, limits: Limits): ShardFault {
  return overLimit('texts', `${column} has too many distinct texts`, limits, { column })
}

function integersOf(array: ColumnArray, place: ValuePlace): IntegerColumn {
  const values = new BigInt64Array(array.length)
  const present = eachValue(array, place, (value, row) => {
    const whole = pyInt(value)
    if (BigInt.asIntN(64, whole) !== whole) throw new PyUnknown(`${whole} is out of range for signed 64-bit integers`)
    values[row] = whole
  })
  return { kind: 'integers', present, values }
}

function digestsOf(array: ColumnArray, place: ValuePlace, width: number): DigestColumn {
  const bytes = new Uint8Array(array.length * width)
  const misfits: number[] = []
  const present = eachValue(array, place, (value, row) => {
    const digest = pyBytes(value)
    if (digest.length === width) bytes.set(digest, row * width)
    else misfits.push(row)
  })
  return { kind: 'digests', present, width, bytes, misfits }
}
