/**
 * One column chunk, decoded at once with the rules of Arrow's record reader: which levels are read, where a row ends, and how an empty page
 * is handled, including the unintended cases. Source: Arrow C++, parquet/column_reader.cc and parquet/arrow/reader.cc, LeafReader
 */

import type { Limits } from '../../limits/limits.ts'
import { ShardFault } from '../../limits/shardFault.ts'
import type { LevelInfo } from '../arrow/inferFields.ts'
import { DecodeError } from '../encodings/decodeError.ts'
import { bitWidthOf, HybridReader, unpackLevels } from '../encodings/hybrid.ts'
import type { ShardFile } from '../file/shardFile.ts'
import type { ColumnChunk } from '../footer/rowGroups.ts'
import { type DataPage, type LevelBytes, type Note, type Page, readPages } from '../pages/pages.ts'
import { type Leaf, widthOf } from '../schema/schemaTree.ts'
import { checkBytes, type Dictionary, readDictionary, type ValueReader, valueReader } from './valueReader.ts'

/** A decoded chunk: its levels, and a slot for each value or null. */
export type LeafData = {
  readonly leaf: Leaf
  /** Definition and repetition level of each entry. Empty if the column has none. */
  readonly definition: Uint8Array
  readonly repetition: Uint8Array
  readonly slots: number
  /** 1 for each slot that has a value. Null if all have. */
  readonly valid: Uint8Array | null
  /** Packed, `width` bytes per slot. Null for variable-length values. */
  readonly bytes: Uint8Array | null
  readonly width: number
  /** A view per slot, null for none. Empty for fixed-width values. */
  readonly values: readonly (Uint8Array | null)[]
}

/**
 * Reads a chunk.
 * @param levels of the column, as Arrow counts them
 * @param rows maximum number of rows
 * @throws ShardFault `bad_page`, `page_checksum`, `unsupported_encoding`, `over_limit`
 */
export function readLeaf(file: ShardFile, chunk: ColumnChunk, levels: LevelInfo, rows: number, limits: Limits, note: Note): LeafData {
  const reader = new LeafReader(file, chunk, levels, limits, note)
  try {
    return reader.read(rows)
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error
    const { name } = chunk.leaf
    throw new ShardFault('bad_page', `a page of ${name}: ${error.message}`, { column: name })
  }
}

type OpenPage = {
  readonly count: number
  /** Number of entries that were used. */
  used: number
  readonly repetition: LevelReader
  readonly definition: LevelReader
  readonly values: ValueReader
}

type LevelReader = (out: Uint8Array, at: number, count: number) => number

/** Levels are read in blocks of at least this size. */
const LEVELS_AT_ONCE = 1024

class LeafReader {
  private readonly leaf: Leaf
  private readonly levels: LevelInfo
  private readonly limits: Limits
  private readonly note: Note
  private readonly pages: Generator<Page>
  /** Grown in advance, like the next three. The first two have `entries` elements, the others `slots`. */
  private definition = new Uint8Array(0)
  private repetition = new Uint8Array(0)
  private valid = new Uint8Array(0)
  private bytes = new Uint8Array(0)
  private readonly values: (Uint8Array | null)[] = []
  private readonly width: number
  private readonly isNullable: boolean
  private dictionary: Dictionary | null = null
  private page: OpenPage | null = null
  /** Entries whose levels were read, and entries that were used. */
  private entries = 0
  private position = 0
  private slots = 0
  private nulls = 0
  private atRowStart = true
  private held = 0

  constructor(file: ShardFile, chunk: ColumnChunk, levels: LevelInfo, limits: Limits, note: Note) {
    this.leaf = chunk.leaf
    this.levels = levels
    this.limits = limits
    this.note = note
    this.width = widthOf(chunk.leaf)
    this.isNullable = levels.ancestor < levels.definition
    this.pages = readPages(file, chunk, limits, { note })
  }

  read(rows: number): LeafData {
    for (let left = rows; left > 0; ) {
      const read = this.readRows(left)
      if (read === 0) break
      left -= read
    }
    const { leaf, width, slots } = this
    return {
      leaf,
      definition: leaf.maxDefinition > 0 ? this.definition.subarray(0, this.position) : this.definition,
      repetition: leaf.maxRepetition > 0 ? this.repetition.subarray(0, this.position) : this.repetition,
      slots,
      valid: this.nulls > 0 ? this.valid.subarray(0, slots) : null,
      bytes: width > 0 ? this.bytes.subarray(0, slots * width) : null,
      width,
      values: this.values
    }
  }

  private readRows(rows: number): number {
    let read = this.position < this.entries ? this.takeLevels(rows) : 0
    const most = Math.max(LEVELS_AT_ONCE, rows)
    while (!this.atRowStart || read < rows) {
      const page = this.nextPage()
      if (page === null) {
        if (!this.atRowStart) read += 1
        this.atRowStart = true
        break
      }
      const entries = Math.min(most, page.count - page.used)
      if (this.leaf.maxDefinition === 0) {
        const count = Math.min(rows - read, entries)
        this.addValues(page, count)
        page.used += count
        read += count
      } else {
        this.readLevels(page, entries)
        read += this.takeLevels(rows - read)
      }
    }
    return read
  }

  /** The page with entries left. Null if there is none, or if the next one is empty. */
  private nextPage(): OpenPage | null {
    if (this.page !== null && this.page.used < this.page.count) return this.page
    this.closePage()
    for (let next = this.pages.next(); !next.done; next = this.pages.next()) {
      if (next.value.type === 'data') {
        this.page = this.open(next.value)
        return this.page.count === 0 ? null : this.page
      }
      if (this.dictionary !== null) throw new DecodeError('it is a second dictionary')
      const dictionary = readDictionary(this.leaf, next.value.body, next.value.count, this.limits)
      if (dictionary.spareBytes > 0) this.noteSpare(dictionary.spareBytes, 'the chunk has no dictionary')
      this.dictionary = dictionary
      this.hold(next.value.body.length)
    }
    this.page = null
    return null
  }

  private open(page: DataPage): OpenPage {
    const { maxRepetition, maxDefinition } = this.leaf
    this.hold(page.body.length)
    return {
      count: page.count,
      used: 0,
      repetition: this.levelReader(page.repetition, maxRepetition, page.count),
      definition: this.levelReader(page.definition, maxDefinition, page.count),
      values: valueReader(this.leaf, page.encoding, page.body, page.count, this.dictionary, this.limits)
    }
  }

  private levelReader({ bytes, isPacked }: LevelBytes, highest: number, count: number): LevelReader {
    if (highest === 0) return () => 0
    const bitWidth = bitWidthOf(highest)
    if (isPacked) {
      const levels = new Uint8Array(count)
      unpackLevels(bytes, bitWidth, count, levels)
      let taken = 0
      return (out, at, entries) => {
        out.set(levels.subarray(taken, taken + entries), at)
        taken += entries
        return entries
      }
    }
    const stream = new HybridReader(bytes, bitWidth)
    return (out, at, entries) => {
      const read = stream.read(out, at, entries)
      if (stream.spareBytes > 0 && read === entries && count === entries) this.noteSpare(stream.spareBytes, 'levels')
      return read
    }
  }

  private closePage(): void {
    if (this.page === null) return
    const spare = this.page.values.spareBytes()
    if (spare > 0) this.noteSpare(spare, 'values')
  }

  private noteSpare(bytes: number, what: string): void {
    this.note(`${bytes} bytes follow the ${what} of a page of ${this.leaf.name}`)
  }

  /** Counts the memory that is used until the chunk is read. */
  private hold(bytes: number): void {
    this.held += bytes
    checkBytes(this.held, this.leaf, this.limits)
  }

  private readLevels(page: OpenPage, count: number): void {
    this.hold(2 * count)
    const { maxDefinition, maxRepetition } = this.leaf
    this.definition = grown(this.definition, this.entries + count)
    this.fill(this.definition, page.definition, count, maxDefinition)
    if (maxRepetition > 0) {
      this.repetition = grown(this.repetition, this.entries + count)
      this.fill(this.repetition, page.repetition, count, maxRepetition)
    }
    this.entries += count
  }

  private fill(out: Uint8Array, read: LevelReader, count: number, highest: number): void {
    const at = this.entries
    if (read(out, at, count) < count) throw new DecodeError('its levels are truncated')
    for (let i = at; i < at + count; i++) if ((out[i] ?? 0) > highest) throw new DecodeError('a level is too high')
  }

  /** Reads the values of levels that were read. @returns rows that began or ended with them */
  private takeLevels(rows: number): number {
    const { page } = this
    if (page === null) throw new TypeError('levels without a page')
    const start = this.position
    let read: number
    if (this.leaf.maxRepetition > 0) read = this.delimitRows(rows)
    else {
      read = Math.min(this.entries - start, rows)
      this.position += read
    }
    this.addSlots(page, start)
    page.used += this.position - start
    return read
  }

  /** Advances to the end of the last row, as far as it is known. */
  private delimitRows(rows: number): number {
    const levels = this.repetition
    const end = this.entries
    if (rows === 0 || this.position === end) return 0
    if (this.atRowStart) {
      if (levels[this.position] !== 0) throw new DecodeError('a row begins in the middle of a list')
      this.position += 1
      this.atRowStart = false
    }
    let read = 0
    while (this.position < end) {
      if (levels[this.position] === 0) read += 1
      if (read === rows) {
        this.atRowStart = true
        break
      }
      this.position += 1
    }
    return read
  }

  private addSlots(page: OpenPage, start: number): void {
    const { maxDefinition, maxRepetition } = this.leaf
    const levels = this.definition
    const end = this.position
    let present = 0
    for (let i = start; i < end; i++) if (levels[i] === maxDefinition) present += 1
    if (!this.isNullable || present === end - start) {
      this.addValues(page, present)
      return
    }
    const dense = page.values.take(present)
    this.makeRoom(end - start)
    let next = 0
    for (let i = start; i < end; i++) {
      const level = levels[i] ?? 0
      // Entries of empty or null lists have no slot.
      if (maxRepetition > 0 && level < this.levels.ancestor) continue
      const isValue = level === maxDefinition
      this.valid[this.slots] = isValue ? 1 : 0
      if (dense.kind === 'binary') this.values.push(isValue ? (dense.values[next] ?? null) : null)
      else if (isValue) this.bytes.set(dense.bytes.subarray(next * this.width, (next + 1) * this.width), this.slots * this.width)
      if (isValue) next += 1
      else this.nulls += 1
      this.slots += 1
    }
  }

  private addValues(page: OpenPage, count: number): void {
    const dense = page.values.take(count)
    this.makeRoom(count)
    if (dense.kind === 'binary') for (const value of dense.values) this.values.push(value)
    else this.bytes.set(dense.bytes, this.slots * this.width)
    this.valid.fill(1, this.slots, this.slots + count)
    this.slots += count
  }

  private makeRoom(slots: number): void {
    this.hold(slots * Math.max(this.width, 8))
    this.valid = grown(this.valid, this.slots + slots)
    if (this.width > 0) this.bytes = grown(this.bytes, (this.slots + slots) * this.width)
  }
}

/** The same bytes, with capacity for `length`. */
function grown(bytes: Uint8Array<ArrayBuffer>, length: number): Uint8Array<ArrayBuffer> {
  if (bytes.length >= length) return bytes
  const more = new Uint8Array(Math.max(length, 2 * bytes.length))
  more.set(bytes)
  return more
}
