/**
 * One column of one row group without lists, decoded at once: integers, texts, digests or booleans, with their nulls. A column of texts
 * stores each distinct text once, because the columns of this schema have few distinct texts.
 */

import { counted } from '../../../../shared/text/numbers.ts'
import { throwIfRefused } from '../../fs/systemError.ts'
import { type Limits, overLimit } from '../../limits/limits.ts'
import { ShardFault } from '../../limits/shardFault.ts'
import { DecodeError } from '../encodings/decodeError.ts'
import { bitWidthOf, constantOf, decodeHybrid } from '../encodings/hybrid.ts'
import type { ShardFile } from '../file/shardFile.ts'
import type { ColumnChunk } from '../footer/rowGroups.ts'
import { NotFast } from '../pages/notFast.ts'
import { type DataPage, type Note, readPages } from '../pages/pages.ts'
import { aligned, type Codes, decodeCodes, decodeDictionaryPage, decodeValues, isCoded, type Values } from '../pages/plainValues.ts'
import type { DigestColumn, FlatColumn } from '../pages/rowColumns.ts'
import { type Leaf, widthOf } from '../schema/schemaTree.ts'

/** One page: its values, packed (fixed width), as codes of texts, or as digests of variable length with the right size. */
type Piece = { readonly rows: number; readonly present: Uint8Array | null } & (
  | { readonly kind: 'fixed'; readonly bytes: Uint8Array }
  | { readonly kind: 'codes'; readonly codes: Uint32Array }
  | { readonly kind: 'binary'; readonly values: readonly Uint8Array[] }
)

/**
 * Reads a chunk of a top-level column.
 * @param rowCount required number of rows
 * @param width bytes of a digest, used only for columns of binary values
 * @throws ShardFault, NotFast
 */
export function readFlatColumn(
  file: ShardFile,
  chunk: ColumnChunk,
  rowCount: number,
  want: FlatColumn['kind'],
  limits: Limits,
  note: Note,
  width = 0
): FlatColumn {
  const texts = new TextCodes(chunk.leaf, limits)
  const pieces = readPieces(file, chunk, limits, note, want === 'texts' ? texts : null)
  const rows = pieces.reduce((sum, piece) => sum + piece.rows, 0)
  if (rows !== rowCount) {
    const { name: column } = chunk.leaf
    throw new ShardFault('bad_page', counted`the pages of ${column} hold ${rows} values for ${rowCount} rows`, { column })
  }
  const present = joinPresence(pieces, rows)
  switch (want) {
    case 'integers':
      return { kind: 'integers', present, values: joinIntegers(chunk.leaf, pieces, rows) }
    case 'booleans':
      return { kind: 'booleans', present, values: joinFixed(pieces, rows, 1) }
    case 'texts':
      return { kind: 'texts', present, codes: joinCodes(pieces, rows), texts: texts.texts }
    case 'digests':
      return joinDigests(chunk.leaf, pieces, rows, present, width)
  }
}

function readPieces(file: ShardFile, chunk: ColumnChunk, limits: Limits, note: Note, texts: TextCodes | null): Piece[] {
  const { leaf } = chunk
  const pieces: Piece[] = []
  let dictionary: Values | null = null
  for (const page of readPages(file, chunk, limits, { note })) {
    if (page.type === 'dictionary') {
      dictionary = decodeDictionaryPage(leaf, page, dictionary)
      continue
    }
    const { present, count } = readPresence(leaf, page)
    if (texts !== null && dictionary?.kind === 'binary' && isCoded(page.encoding)) {
      const codes = texts.translate(decodeCodes(leaf, page.body, count, dictionary), dictionary.values)
      pieces.push({ rows: page.count, present, kind: 'codes', codes })
      continue
    }
    const values = decodeValues(leaf, page.encoding, page.body, count, dictionary)
    if (values.kind === 'fixed') pieces.push({ rows: page.count, present, kind: 'fixed', bytes: values.bytes })
    else if (texts !== null) pieces.push({ rows: page.count, present, kind: 'codes', codes: texts.encode(values.values) })
    else pieces.push({ rows: page.count, present, kind: 'binary', values: values.values })
  }
  return pieces
}

function readPresence(leaf: Leaf, page: DataPage): { present: Uint8Array | null; count: number } {
  if (page.count === 0 || page.definition.isPacked) throw new NotFast()
  if (leaf.maxDefinition === 0) return { present: null, count: page.count }
  const bitWidth = bitWidthOf(leaf.maxDefinition)
  if (constantOf(page.definition.bytes, bitWidth, page.count) === leaf.maxDefinition) return { present: null, count: page.count }
  const levels = new Uint8Array(page.count)
  try {
    if (decodeHybrid(page.definition.bytes, bitWidth, page.count, levels) > leaf.maxDefinition) {
      throw new DecodeError('a level is too high')
    }
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error
    throw new ShardFault('bad_page', `the levels of a page of ${leaf.name}: ${error.message}`, { column: leaf.name })
  }
  let count = 0
  for (let i = 0; i < levels.length; i++) {
    const here = levels[i] === leaf.maxDefinition ? 1 : 0
    levels[i] = here
    count += here
  }
  return { present: count === page.count ? null : levels, count }
}

function joinPresence(pieces: readonly Piece[], rows: number): Uint8Array | null {
  if (pieces.every(piece => piece.present === null)) return null
  const present = new Uint8Array(rows).fill(1)
  let row = 0
  for (const piece of pieces) {
    if (piece.present !== null) present.set(piece.present, row)
    row += piece.rows
  }
  return present
}

/** Calls `each(row, index)` for every row of a page that has a value. */
function eachPresent(piece: Piece, firstRow: number, each: (row: number, index: number) => void): void {
  let index = 0
  for (let i = 0; i < piece.rows; i++) {
    if (piece.present === null || piece.present[i] === 1) each(firstRow + i, index++)
  }
}

function joinFixed(pieces: readonly Piece[], rows: number, width: number): Uint8Array {
  const [only] = pieces
  if (only?.kind === 'fixed' && pieces.length === 1 && only.present === null) return only.bytes
  const out = new Uint8Array(rows * width)
  let row = 0
  for (const piece of pieces) {
    if (piece.kind !== 'fixed') throw new TypeError('variable-length values in a fixed-width column')
    const { bytes } = piece
    if (piece.present === null) out.set(bytes, row * width)
    else eachPresent(piece, row, (at, index) => out.set(bytes.subarray(index * width, (index + 1) * width), at * width))
    row += piece.rows
  }
  return out
}

function joinIntegers(leaf: Leaf, pieces: readonly Piece[], rows: number): Int32Array | BigInt64Array {
  const width = widthOf(leaf)
  const { buffer, byteOffset } = aligned(joinFixed(pieces, rows, width), width)
  if (width === 8) return new BigInt64Array(buffer, byteOffset, rows)
  const values = new Int32Array(buffer, byteOffset, rows)
  const { logical } = leaf
  // Arrow keeps only the bits of the logical type.
  if (logical.kind === 'int' && logical.bits < 32 && !areWithin(values, 2 ** (logical.bits - 1))) throw new NotFast()
  return values
}

function areWithin(values: Int32Array, limit: number): boolean {
  return values.every(value => value >= -limit && value < limit)
}

/** A byte order mark is an ordinary character, as in Python. */
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** Assigns a number to each distinct text, over all pages of a chunk. */
class TextCodes {
  readonly texts: string[] = []
  private readonly byBytes = new Map<string, number>()
  private readonly leaf: Leaf
  private readonly limits: Limits

  constructor(leaf: Leaf, limits: Limits) {
    this.leaf = leaf
    this.limits = limits
  }

  encode(values: readonly Uint8Array[]): Uint32Array {
    return Uint32Array.from(values, bytes => this.codeOf(bytes))
  }

  /** Positions in a chunk's dictionary as numbers of texts. Only texts that occur are decoded. */
  translate(codes: Codes, dictionary: readonly Uint8Array[]): Uint32Array {
    const known = new Int32Array(dictionary.length).fill(-1)
    const out = new Uint32Array(codes.length)
    for (let i = 0; i < codes.length; i++) {
      const at = codes[i] ?? 0
      let code = known[at] ?? -1
      if (code < 0) {
        code = this.codeOf(dictionary[at] ?? EMPTY)
        known[at] = code
      }
      out[i] = code
    }
    return out
  }

  private codeOf(bytes: Uint8Array): number {
    const key = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1')
    let code = this.byBytes.get(key)
    if (code === undefined) {
      code = this.texts.length
      const { name: column } = this.leaf
      if (code >= this.limits.texts) throw overLimit('texts', `${column} has too many distinct texts`, this.limits, { column })
      this.texts.push(decodeText(this.leaf, bytes))
      this.byBytes.set(key, code)
    }
    return code
  }
}

const EMPTY = new Uint8Array(0)

function joinCodes(pieces: readonly Piece[], rows: number): Uint32Array {
  const out = new Uint32Array(rows)
  let row = 0
  for (const piece of pieces) {
    if (piece.kind !== 'codes') throw new TypeError('fixed-width values in a column of texts')
    const { codes } = piece
    if (piece.present === null) out.set(codes, row)
    else {
      eachPresent(piece, row, (at, index) => {
        out[at] = codes[index] ?? 0
      })
    }
    row += piece.rows
  }
  return out
}

function decodeText(leaf: Leaf, bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes)
  } catch (error) {
    throwIfRefused(error)
    throw new ShardFault('bad_page', `a text of ${leaf.name} is not UTF-8`, { column: leaf.name })
  }
}

function joinDigests(leaf: Leaf, pieces: readonly Piece[], rows: number, present: Uint8Array | null, width: number): DigestColumn {
  if (leaf.physicalType === 'FIXED_LEN_BYTE_ARRAY') {
    return { kind: 'digests', present, width: leaf.width, bytes: joinFixed(pieces, rows, leaf.width), misfits: [] }
  }
  const bytes = new Uint8Array(rows * width)
  const misfits: number[] = []
  let row = 0
  for (const piece of pieces) {
    if (piece.kind !== 'binary') throw new TypeError('fixed-width values in a variable-length column')
    const { values } = piece
    eachPresent(piece, row, (at, index) => {
      const value = values[index]
      if (value?.length === width) bytes.set(value, at * width)
      else misfits.push(at)
    })
    row += piece.rows
  }
  return { kind: 'digests', present, width, bytes, misfits }
}
