/**
 * Columns of an open shard. The fast reader reads every column in the usual form. The general reader, which accepts what Arrow accepts,
 * reads the others and decides about every fault that the fast reader finds.
 */

import { FINDING_KINDS } from '../../../shared/model/finding.ts'
import { counted } from '../../../shared/text/numbers.ts'
import type { ColumnSpec, Layout } from '../layouts/layout.ts'
import type { Limits } from '../limits/limits.ts'
import { ShardFault } from '../limits/shardFault.ts'
import { type BoundColumn, type BoundColumns, bindColumns } from './bindColumns.ts'
import { readEmbeddingColumn, readEmbeddingPage } from './fast/embeddingColumn.ts'
import { readFlatColumn } from './fast/flatColumn.ts'
import { Notes } from './file/notes.ts'
import type { PageMemory } from './file/pageMemory.ts'
import type { ShardFile } from './file/shardFile.ts'
import type { ColumnChunk, RowGroup, ShardFooter } from './footer/footer.ts'
import type { ColumnArray } from './general/arrays.ts'
import { flatColumnOf } from './general/layoutColumns.ts'
import { embeddingsOf } from './general/layoutEmbeddings.ts'
import { readField } from './general/readField.ts'
import { type EmbeddingBatch, rowsFrom } from './pages/embeddingBatch.ts'
import { NotFast } from './pages/notFast.ts'
import type { FlatColumn } from './pages/rowColumns.ts'

export class ColumnReader {
  /** Inconsistencies found so far. */
  readonly notes: Notes
  private readonly file: ShardFile
  private readonly footer: ShardFooter
  private readonly limits: Limits
  private readonly layout: Layout
  private bound: BoundColumns | null = null

  constructor(file: ShardFile, footer: ShardFooter, layout: Layout, limits: Limits) {
    this.file = file
    this.footer = footer
    this.layout = layout
    this.limits = limits
    this.notes = new Notes(footer.oddities)
  }

  /** @throws ShardFault for a schema that GenoLeWM refuses */
  bind(): BoundColumns {
    this.bound ??= bindColumns(this.footer, this.layout)
    return this.bound
  }

  /** The chunk of a column of the layout. Null for a column that consists of several, or of none. */
  chunk(group: RowGroup, name: string): ColumnChunk | null {
    const leaves: number[] = []
    leavesOf(this.column(name), leaves)
    const [only, more] = leaves
    return only === undefined || more !== undefined ? null : (group.chunks[only] ?? null)
  }

  /** @throws ShardFault */
  flat(group: RowGroup, name: string): FlatColumn {
    const column = this.column(name)
    const spec = this.spec(name)
    return this.attempt(
      column,
      leaf => {
        const { kind, width } = spec
        if (kind === 'embedding') throw new TypeError(`${name} is a column of embeddings`)
        return readFlatColumn(this.file, chunkOf(group, leaf), group.rows, kind, this.limits, this.notes.add, width)
      },
      () => flatColumnOf(this.readWhole(group, column), spec, group.firstRow, this.limits)
    )
  }

  /**
   * The embeddings of a row group, in row order.
   * @throws ShardFault
   */
  *embeddings(group: RowGroup, name: string, memory?: PageMemory): Generator<EmbeddingBatch> {
    const column = this.column(name)
    const { fastLeaf } = column
    let next = 0
    let fault: unknown = null
    if (fastLeaf !== null && this.isPlain) {
      const options = { ...(memory && { memory }), note: this.notes.add }
      try {
        for (const batch of readEmbeddingColumn(this.file, chunkOf(group, fastLeaf), group.rows, this.limits, options)) {
          next = batch.firstRow + batch.rows
          yield batch
        }
        return
      } catch (error) {
        fault = error
      }
    }
    const all = this.secondOpinion(fault, () =>
      embeddingsOf(this.readWhole(group, column), { column: name, firstRow: group.firstRow }, this.limits)
    )
    if (all.rows !== group.rows) throw otherRows(name, all.rows, group.rows)
    if (next < all.rows) yield rowsFrom(all, next)
  }

  /**
   * The embeddings of the one page that contains a row. Null if pages must be read from the first one.
   * @param row in the row group
   */
  embeddingPage(group: RowGroup, name: string, row: number): EmbeddingBatch | null {
    const { fastLeaf } = this.column(name)
    if (fastLeaf === null || !this.isPlain) return null
    try {
      return readEmbeddingPage(this.file, chunkOf(group, fastLeaf), group.rows, row, this.limits)
    } catch (error) {
      // The page index may be wrong. GenoLeWM does not use it, and reads the rows in order.
      if (error instanceof NotFast || (error instanceof ShardFault && error.kind === 'bad_page')) return null
      throw error
    }
  }

  /**
   * Reads a column with the general reader.
   * @throws ShardFault
   */
  readWhole(group: RowGroup, { field }: BoundColumn): ColumnArray {
    return this.explained(() => readField(this.file, group, field, this.limits, this.notes.add))
  }

  /** Whether the footer has no inconsistency. */
  private get isPlain(): boolean {
    return this.footer.oddities.length === 0
  }

  private column(name: string): BoundColumn {
    const column = this.bind().layout.get(name)
    if (column === undefined) throw new TypeError(`no column ${name} in the layout`)
    return column
  }

  private spec(name: string): ColumnSpec {
    const spec = this.layout.columns.find(each => each.name === name)
    if (spec === undefined) throw new TypeError(`no column ${name} in the layout`)
    return spec
  }

  private attempt<T>({ fastLeaf }: BoundColumn, fast: (leaf: number) => T, general: () => T): T {
    let fault: unknown = null
    if (fastLeaf !== null && this.isPlain) {
      try {
        return fast(fastLeaf)
      } catch (error) {
        fault = error
      }
    }
    return this.secondOpinion(fault, general)
  }

  /**
   * The result of the general reader, after a fault of the fast reader or without one (null). If both fail, the first fault is reported.
   */
  private secondOpinion<T>(fault: unknown, general: () => T): T {
    if (fault === null || fault instanceof NotFast) return general()
    if (!(fault instanceof ShardFault) || fault.kind !== 'bad_page') throw fault
    try {
      const value = general()
      this.notes.add(fault.message)
      return value
    } catch (error) {
      throw isDamage(error) ? (this.footer.explanation ?? fault) : error
    }
  }

  private explained<T>(read: () => T): T {
    try {
      return read()
    } catch (error) {
      throw isDamage(error) ? (this.footer.explanation ?? error) : error
    }
  }
}

/** A wrong checksum explains itself. */
function isDamage(error: unknown): boolean {
  return error instanceof ShardFault && FINDING_KINDS[error.kind].severity === 'corrupt' && error.kind !== 'page_checksum'
}

function chunkOf(group: RowGroup, leaf: number): ColumnChunk {
  const chunk = group.chunks[leaf]
  if (chunk === undefined) throw new TypeError(`no column ${leaf} in the row group`)
  return chunk
}

function leavesOf({ field }: Pick<BoundColumn, 'field'>, leaves: number[]): void {
  if (field.leaf !== null) leaves.push(field.leaf)
  for (const child of field.children) leavesOf({ field: child }, leaves)
}

/** Arrow refuses a row group with columns of different lengths. */
export function otherRows(column: string, rows: number, expected: number): ShardFault {
  return new ShardFault('bad_page', counted`the pages of ${column} hold ${rows} rows instead of ${expected}`, { column })
}
