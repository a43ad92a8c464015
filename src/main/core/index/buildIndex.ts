/**
 * A new index, built beside the old one and then put in its place: whoever reads at that moment sees the old one or the new one.
 * A live index is replaced by SQLite's own backup, in one transaction that Python's connections wait for; one that SQLite cannot
 * open is set aside, and the new file is renamed into its place.
 */
import { closeSync, fsyncSync, openSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import type Database from 'better-sqlite3'
import { CacheBusyError, CancelledError } from '../../../shared/model/errors.ts'
import type { RowPlace } from '../../../shared/model/record.ts'
import { nowNs } from '../clock.ts'
import { isThere, makeFolder, moveFile, removeQuietly, renameCertainly, syncFolder, tempBeside } from '../durableFile.ts'
import { LAYOUT_1 } from '../layout.ts'
import { INDEX_PATH, QUARANTINE_PATH } from '../paths.ts'
import { asSystemError } from '../systemError.ts'
import { checkPathLength, openDatabase } from './database.ts'
import { guarded, harden, type IndexRow, IndexUnusable, openIndex } from './windowIndex.ts'

/** An index that is being built: rows go in, in shard order; `publish` puts it in place. */
export type IndexBuilder = {
  /** @returns the place that holds the key already, or null when the row went in */
  add(row: IndexRow): RowPlace | null
  /** Replaces the cache's index. @throws CancelledError before that */
  publish(signal?: AbortSignal): Promise<void>
  /** Throws away what was not published. */
  discard(): void
}

/** Starts a new index in a temp file beside the old one. */
export function startIndex(root: string): IndexBuilder {
  const folder = dirname(join(root, INDEX_PATH))
  makeFolder(folder)
  const temp = tempBeside(join(root, INDEX_PATH))
  checkPathLength(temp)
  let db: Database.Database
  try {
    closeSync(openSync(temp, 'wx', 0o666))
    db = openDatabase(temp)
  } catch (error) {
    throw asSystemError(error, 'write', temp)
  }
  // Nobody else sees the file before it is published: speed now, one fsync at the end.
  db.pragma('journal_mode = MEMORY')
  db.pragma('synchronous = OFF')
  const [table, ...indexes] = LAYOUT_1.indexSchema
  if (table !== undefined) db.exec(table)
  db.exec('BEGIN')
  const columns = [...LAYOUT_1.indexKey, 'shard_path', 'row_offset', 'created_at']
  const insert = db.prepare(`INSERT OR IGNORE INTO window_index (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')})`)
  const match = LAYOUT_1.indexKey.map(column => `${column} = ?`).join(' AND ')
  const find = db.prepare<unknown[], RowPlace>(`SELECT shard_path AS shardPath, row_offset AS rowOffset FROM window_index WHERE ${match}`)
  const discard = (): void => {
    db.close()
    removeQuietly(temp)
  }
  return {
    add: row => {
      const key = [row.windowHash, row.encoderHash, row.stateLayer, row.poolType, row.poolRadius, row.dtype]
      const { changes } = insert.run(...key, row.shardPath, row.rowOffset, row.createdAt)
      return changes === 1 ? null : (find.get(...key) ?? null)
    },
    publish: async signal => {
      try {
        // Each takes seconds when there are millions of rows.
        for (const statement of [...indexes, 'COMMIT']) {
          await setImmediate()
          if (signal?.aborted) throw new CancelledError()
          db.exec(statement)
        }
        await setImmediate()
        if (signal?.aborted) throw new CancelledError()
        await publish(root, temp, db)
      } finally {
        discard()
      }
    },
    discard
  }
}

async function publish(root: string, temp: string, db: Database.Database): Promise<void> {
  const path = join(root, INDEX_PATH)
  if (isLive(root)) {
    await replaceLive(db, path)
    return
  }
  db.close()
  setAside(root)
  try {
    const fd = openSync(temp, 'r+')
    fsyncSync(fd)
    closeSync(fd)
    renameCertainly(temp, path)
    syncFolder(dirname(path))
  } catch (error) {
    throw asSystemError(error, 'replace', path)
  }
}

/** Whether there is an index that SQLite can open and lock; one with another schema will do. */
function isLive(root: string): boolean {
  try {
    const index = openIndex(root, 'write')
    index?.close()
    // An empty file is a database without tables: SQLite can replace it in place.
    return index !== null || isThere(join(root, INDEX_PATH))
  } catch (error) {
    if (error instanceof IndexUnusable) return error.kind === 'index_schema'
    throw error
  }
}

const BACKUP_DEADLINE_MS = 60_000

async function replaceLive(db: Database.Database, path: string): Promise<void> {
  const deadline = Date.now() + BACKUP_DEADLINE_MS
  try {
    await db.backup(path, {
      progress: () => {
        if (Date.now() > deadline) throw new CacheBusyError('another process holds the index locked', { waited_ms: BACKUP_DEADLINE_MS })
        return 2 ** 31 - 1
      }
    })
  } catch (error) {
    guarded(() => {
      throw error
    })
  }
  // The copy of a database keeps the journal mode of its file: leave the rollback journal that Python expects.
  const live = openDatabase(path, { timeout: 10_000 })
  try {
    harden(live)
    if (live.pragma('journal_mode', { simple: true }) !== 'delete') live.pragma('journal_mode = DELETE')
  } finally {
    live.close()
  }
}

/** Keeps what could not be opened, and the journals that SQLite would otherwise roll back into the new file. */
function setAside(root: string): void {
  for (const suffix of ['', '-journal', '-wal', '-shm']) {
    const from = join(root, `${INDEX_PATH}${suffix}`)
    if (!isThere(from)) continue
    moveFile(from, freeName(join(root, QUARANTINE_PATH, `index.sqlite${suffix}`)))
  }
}

/** A name with the time in it that nobody has: a clock may stand still or go back. */
function freeName(path: string): string {
  for (let time = nowNs(); ; time++) if (!isThere(`${path}.${time}.bad`)) return `${path}.${time}.bad`
}
