/**
 * Columns as Arrow arrays. Lists, structs and maps are assembled from the levels of their columns, with Arrow's consistency checks. Source:
 * Arrow C++, parquet/arrow/reader.cc and parquet/level_conversion.cc
 */
import type { ArrowType } from '../arrow/arrowType.ts'
import type { LevelInfo, SchemaField } from '../arrow/inferFields.ts'
import { DecodeError } from '../encodings/decodeError.ts'
import type { LeafData } from './leafReader.ts'

/** Which entries are valid. Null if all are. */
type Validity = Uint8Array | null

export type ColumnArray = {
  readonly type: ArrowType
  readonly length: number
  readonly valid: Validity
} & (
  | { readonly kind: 'leaf'; readonly data: LeafData }
  /** `length + 1` offsets into the child. */
  | { readonly kind: 'list'; readonly offsets: Uint32Array; readonly child: ColumnArray }
  | { readonly kind: 'struct'; readonly children: readonly ColumnArray[] }
)

/**
 * Assembles a field.
 * @param leaves the data of each of its columns, by column number
 * @param rows maximum number
 * @throws DecodeError if the columns contradict each other
 */
export function assemble(field: SchemaField, leaves: ReadonlyMap<number, LeafData>, rows: number): ColumnArray {
  return new Assembly(leaves).build(field, rows)
}

class Assembly {
  private readonly leaves: ReadonlyMap<number, LeafData>

  constructor(leaves: ReadonlyMap<number, LeafData>) {
    this.leaves = leaves
  }

  build(field: SchemaField, bound: number): ColumnArray {
    const { type } = field.field
    if (field.leaf !== null) {
      const data = this.dataOf(field.leaf)
      return { kind: 'leaf', type, length: data.slots, valid: data.valid, data }
    }
    const [first] = field.children
    if (first === undefined) throw new DecodeError(`the group ${field.field.name} has no columns`)
    const storage = type.id === 'extension' ? type.storage : type
    return storage.id === 'struct' ? this.struct(field, bound) : this.list(field, first, storage, bound)
  }

  private dataOf(leaf: number): LeafData {
    const data = this.leaves.get(leaf)
    if (data === undefined) throw new TypeError(`column ${leaf} was not read`)
    return data
  }

  /** The column whose levels define a field. For a struct, a column without lists if there is one. */
  private levelsOf(field: SchemaField): LeafData {
    if (field.leaf !== null) return this.dataOf(field.leaf)
    const isStruct = storageOf(field).id === 'struct'
    const child = (isStruct ? field.children.find(each => !hasLists(each)) : undefined) ?? field.children[0]
    if (child === undefined) throw new DecodeError(`the group ${field.field.name} has no columns`)
    return this.levelsOf(child)
  }

  private list(field: SchemaField, item: SchemaField, storage: ArrowType, bound: number): ColumnArray {
    const { offsets, valid, length } = listsOf(this.levelsOf(item), field.levels, bound, field.field.isNullable)
    const child = this.build(item, offsets[length] ?? 0)
    if (child.length < (offsets[length] ?? 0)) throw new DecodeError(`the lists of ${field.field.name} are longer than their values`)
    if (storage.id === 'fixedList') checkFixed(field.field.name, offsets, valid, length, storage.size)
    if (storage.id === 'map') checkMap(field.field.name, child)
    return { kind: 'list', type: field.field.type, length, valid, offsets, child }
  }

  private struct(field: SchemaField, bound: number): ColumnArray {
    const hasRepeated = field.children.every(hasLists)
    let length = bound
    let valid: Validity = null
    if (hasRepeated) ({ length, valid } = structsOf(this.levelsOf(field), field.levels, bound))
    else if (field.field.isNullable) ({ length, valid } = validityOf(this.levelsOf(field), field.levels, bound))
    const children = field.children.map(child => this.build(child, length))
    if (!field.field.isNullable && !hasRepeated) length = children[0]?.length ?? 0
    for (const child of children) {
      if (child.length < length) throw new DecodeError(`the columns of ${field.field.name} have ${child.length} and ${length} values`)
    }
    return { kind: 'struct', type: field.field.type, length, valid, children }
  }
}

function storageOf({ field }: SchemaField): ArrowType {
  return field.type.id === 'extension' ? field.type.storage : field.type
}

/** Whether a field is a list, or a struct that contains only lists. */
function hasLists(field: SchemaField): boolean {
  if (field.leaf !== null) return false
  return storageOf(field).id === 'struct' ? field.children.every(hasLists) : true
}

type Lists = { readonly offsets: Uint32Array; readonly valid: Validity; readonly length: number }

function listsOf({ definition, repetition }: LeafData, levels: LevelInfo, bound: number, isNullable: boolean): Lists {
  const offsets = new Uint32Array(Math.min(bound, definition.length) + 1)
  const valid = isNullable ? new Uint8Array(Math.min(bound, definition.length)) : null
  let length = 0
  let nulls = 0
  for (const [i, level] of definition.entries()) {
    const depth = repetition[i] ?? 0
    if (level < levels.ancestor || depth > levels.repetition) continue
    if (depth === levels.repetition) {
      // A list continues. Before the first one, the entry is not a list.
      offsets[length] = (offsets[length] ?? 0) + 1
      continue
    }
    if (length >= bound) throw new DecodeError(`there are more lists than ${bound}`)
    length += 1
    offsets[length] = (offsets[length - 1] ?? 0) + (level >= levels.definition ? 1 : 0)
    if (valid === null) continue
    const isThere = level >= levels.definition - 1
    valid[length - 1] = isThere ? 1 : 0
    if (!isThere) nulls += 1
  }
  return { offsets: offsets.subarray(0, length + 1), valid: nulls > 0 ? valid : null, length }
}

/** Validity of a struct with lists in every column. */
function structsOf({ definition, repetition }: LeafData, levels: LevelInfo, bound: number): { length: number; valid: Validity } {
  const valid = new Uint8Array(Math.min(bound, definition.length))
  let length = 0
  let nulls = 0
  for (const [i, level] of definition.entries()) {
    if (level < levels.ancestor || (repetition[i] ?? 0) > levels.repetition) continue
    if (length >= bound) throw new DecodeError(`there are more structs than ${bound}`)
    const isThere = level >= levels.definition
    valid[length++] = isThere ? 1 : 0
    if (!isThere) nulls += 1
  }
  return { length, valid: nulls > 0 ? valid : null }
}

/** Validity according to a column without lists of its own. */
function validityOf({ definition }: LeafData, levels: LevelInfo, bound: number): { length: number; valid: Validity } {
  const valid = new Uint8Array(Math.min(bound, definition.length))
  let length = 0
  let nulls = 0
  for (const level of definition) {
    if (levels.repetition > 0 && level < levels.ancestor) continue
    if (length >= bound) throw new DecodeError(`there are more structs than ${bound}`)
    const isThere = level >= levels.definition
    valid[length++] = isThere ? 1 : 0
    if (!isThere) nulls += 1
  }
  return { length, valid: nulls > 0 ? valid : null }
}

function checkFixed(name: string, offsets: Uint32Array, valid: Validity, length: number, size: number): void {
  for (let i = 0; i < length; i++) {
    const found = (offsets[i + 1] ?? 0) - (offsets[i] ?? 0)
    const expected = valid?.[i] === 0 ? 0 : size
    if (found !== expected) throw new DecodeError(`the lists of ${name} have ${size} values in the schema, but ${found} in entry ${i}`)
  }
}

function checkMap(name: string, entries: ColumnArray): void {
  const keys = entries.kind === 'struct' ? entries.children[0] : undefined
  if (entries.valid !== null || keys === undefined || keys.valid !== null)
    throw new DecodeError(`the map ${name} has entries without a key`)
}
