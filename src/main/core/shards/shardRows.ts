/** The rows of an open shard by their offset. Each page is decoded at most once while the shard stays open. */

import { lstatSync } from 'node:fs'
import { join } from 'node:path'
import { CacheCorruptError } from '../../../shared/model/errors.ts'
import type { Embedding, WindowKey, WindowRowInfo } from '../../../shared/model/record.ts'
import { counted } from '../../../shared/text/numbers.ts'
import { resolveShardPath } from '../layouts/paths.ts'
import { ShardFault } from '../limits/shardFault.ts'
import { fromFloat16 } from '../parquet/encodings/float16.ts'
import { readInBlocks } from '../parquet/file/shardFile.ts'
import type { RowGroup } from '../parquet/footer/footer.ts'
import { type EmbeddingBatch, heldBytes, rowValues, type StoredValues } from '../parquet/pages/embeddingBatch.ts'
import type { KeyColumns, RowColumns } from '../parquet/pages/rowColumns.ts'
import { RowsRecounted, type ShardReader } from '../parquet/shardReader.ts'
import { folderLinkFault, openShardAt } from './openShardAt.ts'
import { rowInfoAt, rowMatches } from './rowValues.ts'

type OpenGroup = {
  readonly group: RowGroup
  keys: KeyColumns | null
  columns: RowColumns | null
  readonly batches: EmbeddingBatch[]
  pages: Generator<EmbeddingBatch> | null
}

/** Embedding values as numbers: exact, and owned by the caller. */
export function toEmbedding(values: StoredValues): Embedding {
  return values instanceof Uint16Array ? fromFloat16(values) : values.slice()
}

function groupsOf({ footer }: ShardReader): OpenGroup[] {
  return footer.rowGroups.map(group => ({ group, keys: null, columns: null, batches: [], pages: null }))
}

/** An open shard, read as far as was needed. */
export class ShardRows {
  readonly shardPath: string
  readonly reader: ShardReader
  private groups: OpenGroup[]

  constructor(shardPath: string, reader: ShardReader) {
    this.shardPath = shardPath
    this.reader = reader
    this.groups = groupsOf(reader)
  }

  get rows(): number {
    return this.reader.footer.rows
  }

  /** Bytes of decoded values in memory. */
  get heldBytes(): number {
    return this.groups.reduce((sum, open) => sum + open.batches.reduce((bytes, batch) => bytes + heldBytes(batch), 0), 0)
  }

  close(): void {
    this.reader.close()
  }

  /** Whether the row at an offset has a key; false beyond the last row. */
  matches(rowOffset: number, key: WindowKey): boolean {
    return this.recounting(() => {
      const open = this.groupOf(rowOffset)
      if (open === null) return false
      open.keys ??= this.reader.keys(open.group)
      return rowMatches(open.keys, rowOffset - open.group.firstRow, key)
    })
  }

  /** All values of a row except its embedding; null beyond the last row, or if its key is unknown. */
  info(rowOffset: number): WindowRowInfo | null {
    return this.recounting(() => {
      const open = this.groupOf(rowOffset)
      if (open === null) return null
      open.columns ??= this.reader.columns(open.group)
      return rowInfoAt(open.columns, rowOffset - open.group.firstRow)
    })
  }

  /**
   * The stored values of a row, as a view into the page.
   * @throws ShardFault if the page is damaged or the row has no embedding
   */
  values(rowOffset: number): StoredValues {
    const open = this.groupOf(rowOffset)
    if (open === null) throw new RangeError(`row ${rowOffset} of ${this.rows}`)
    const row = rowOffset - open.group.firstRow
    const batch = this.batchOf(open, row)
    const flaw = batch.flaws.find(each => each.row === row)
    if (flaw !== undefined)
      throw new ShardFault('invalid_row', counted`row ${rowOffset} holds no embedding (${flaw.flaw})`, {
        column: 'embedding',
        row: rowOffset
      })
    return rowValues(batch, row - batch.firstRow)
  }

  /** Restarts with the actual number of rows, if the columns have a different one than the footer. */
  private recounting<T>(read: () => T): T {
    for (;;) {
      try {
        return read()
      } catch (error) {
        if (!(error instanceof RowsRecounted)) throw error
        this.groups = groupsOf(this.reader)
      }
    }
  }

  private groupOf(rowOffset: number): OpenGroup | null {
    if (rowOffset < 0) return null
    return this.groups.find(({ group }) => rowOffset >= group.firstRow && rowOffset < group.firstRow + group.rows) ?? null
  }

  private batchOf(open: OpenGroup, row: number): EmbeddingBatch {
    const known = open.batches.find(batch => row >= batch.firstRow && row < batch.firstRow + batch.rows)
    if (known !== undefined) return known
    const page = this.reader.embeddingPage(open.group, row)
    if (page !== null) {
      open.batches.push(page)
      return page
    }
    open.pages ??= this.reader.embeddings(open.group)
    for (let next = open.pages.next(); !next.done; next = open.pages.next()) {
      open.batches.push(next.value)
      if (row < next.value.firstRow + next.value.rows) return next.value
    }
    throw new ShardFault('bad_page', counted`row ${row} is missing from the pages`, { column: 'embedding' })
  }
}

/**
 * Opens a shard that an index, a user or a plan named.
 * @param root absolute real path
 * @throws CacheCorruptError with the shard's path for any problem of the shard, SystemError
 */
export function openShardRows(root: string, shardPath: string): ShardRows {
  resolveShardPath(root, shardPath)
  return corruptOnFault(shardPath, () => new ShardRows(shardPath, openShardAt(root, shardPath, readInBlocks)))
}

/**
 * Checks the folders above a shard that an index, a user or a plan named. Folders that do not exist yet are fine.
 * @param root absolute real path
 * @throws CacheCorruptError for a link that is not followed, SystemError
 */
export function checkFolderLinks(root: string, shardPath: string): void {
  const fault = folderLinkFault(root, shardPath)
  if (fault !== null) throw new CacheCorruptError(`${shardPath} ${fault.message}`, { shard_path: shardPath, ...fault.details })
}

/**
 * The link among the folders above a shard, below `embeddings`. Its target does not belong to this cache.
 * @returns its path relative to the root; null if there is none
 */
export function linkAbove(root: string, path: string): string | null {
  const parts = path.split('/').slice(0, -1)
  const folders = parts.map((_, i) => parts.slice(0, i + 1).join('/')).slice(1)
  return folders.find(folder => lstatSync(join(root, folder), { throwIfNoEntry: false })?.isSymbolicLink()) ?? null
}

/** Runs a read, and converts a shard's damage to CacheCorruptError as in `geno_lewm`. */
export function corruptOnFault<T>(shardPath: string, read: () => T): T {
  try {
    return read()
  } catch (error) {
    if (!(error instanceof ShardFault)) throw error
    throw new CacheCorruptError(`cache shard ${shardPath} could not be read: ${error.message}`, {
      shard_path: shardPath,
      kind: error.kind,
      column: error.column,
      row: error.row,
      ...error.details
    })
  }
}
