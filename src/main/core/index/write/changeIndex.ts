/** Changes to an existing index, in one transaction each: adding rows, and removing shards. */
import { dirname, join } from 'node:path'
import { CacheCorruptError } from '../../../../shared/model/errors.ts'
import { makeFolder } from '../../fs/durableFile.ts'
import type { IndexEntry, IndexRow } from '../../keys/indexRow.ts'
import { INDEX_PATH } from '../../layouts/paths.ts'
import { WRITTEN_LAYOUT } from '../../layouts/registry.ts'
import { checkReadable } from '../../sqlite/checkReadable.ts'
import { openDatabase } from '../../sqlite/database.ts'
import { BUSY_MS } from '../openFile.ts'
import { guarded, harden, IndexUnusable } from '../untrusted.ts'
import { openIndex, WindowIndex } from '../windowIndex.ts'

/**
 * Inserts rows in one transaction. Creates the index if it does not exist.
 * @throws CacheCorruptError if a key has another location, IndexUnusable, CacheBusyError, SystemError
 */
export function enterRows(root: string, rows: readonly IndexRow[]): void {
  withIndex(root, index => {
    for (const row of rows) {
      const taken = index.enterUnlessTaken(row)
      if (taken === null || (taken.shardPath === row.shardPath && taken.rowOffset === row.rowOffset)) continue
      throw new CacheCorruptError('cache index already contains this key', {
        window_hash: row.windowHash,
        existing_shard_path: taken.shardPath,
        new_shard_path: row.shardPath
      })
    }
  })
}

/**
 * Removes all entries of some shards before the shards are moved, so that the index never points to absent files. Does nothing without a
 * usable index.
 * @throws CacheBusyError, SystemError (also for an index that seems damaged because of an I/O error)
 */
export function forgetShards(root: string, shardPaths: readonly string[]): void {
  changeIfUsable(root, index => {
    for (const shardPath of shardPaths) index.forget(shardPath)
  })
}

/**
 * Removes individual entries. Does nothing without a usable index.
 * @throws CacheBusyError, SystemError
 */
export function forgetEntries(root: string, entries: readonly IndexEntry[]): void {
  if (entries.length === 0) return
  changeIfUsable(root, index => {
    for (const entry of entries) index.forgetEntry(entry)
  })
}

function changeIfUsable(root: string, change: (index: WindowIndex) => void): void {
  try {
    const index = openIndex(root, 'write')
    if (index !== null) changeAndClose(root, index, () => change(index))
  } catch (error) {
    if (!(error instanceof IndexUnusable)) throw error
  }
}

/** Changes the index in one transaction, and creates it if it does not exist. An exception in `work` rolls back the transaction. */
export function withIndex(root: string, work: (index: WindowIndex) => void): void {
  const index = openIndex(root, 'write') ?? openNew(root)
  changeAndClose(root, index, () => work(index))
}

/** @throws SystemError for an index that seems damaged because of an I/O error */
function changeAndClose(root: string, index: WindowIndex, work: () => void): void {
  try {
    index.transaction(work)
  } catch (error) {
    if (error instanceof IndexUnusable) {
      index.close()
      checkReadable(join(root, INDEX_PATH))
    }
    throw error
  } finally {
    index.close()
  }
}

function openNew(root: string): WindowIndex {
  const path = join(root, INDEX_PATH)
  makeFolder(dirname(path))
  return guarded(() => {
    const db = openDatabase(path, { timeout: BUSY_MS })
    harden(db)
    return new WindowIndex(db, () => db.close(), WRITTEN_LAYOUT, WRITTEN_LAYOUT.indexStatements)
  })
}
