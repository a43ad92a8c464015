/**
 * A new index, built beside the old one and then published. Readers see either the old one or the new one. A usable index is replaced by
 * SQLite's own backup, in one transaction that Python's connections wait for. An index that SQLite cannot open is moved to quarantine, and
 * the new file is renamed to its path.
 */
import { closeSync, fsyncSync, openSync, readSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import type Database from 'better-sqlite3'
import { CacheBusyError, CancelledError } from '../../../../shared/model/errors.ts'
import { nowNs } from '../../base/clock.ts'
import { quarantineFolder } from '../../cache/quarantineFolder.ts'
import { isThere, makeFolder, moveFile, removeQuietly, renameCertainly, syncFolder, tempBeside } from '../../fs/durableFile.ts'
import { asSystemError } from '../../fs/systemError.ts'
import type { IndexRow } from '../../keys/indexRow.ts'
import type { ShardKeys } from '../../keys/shardKeys.ts'
import { INDEX_PATH } from '../../layouts/paths.ts'
import { WRITTEN_LAYOUT } from '../../layouts/registry.ts'
import { checkPathLength, JOURNALS, openDatabase } from '../../sqlite/database.ts'
import { isBusy } from '../../sqlite/failures.ts'
import { rowStatements } from '../indexSql.ts'
import { replaceLinkedIndex } from '../linkedIndex.ts'
import { BUSY_MS } from '../openFile.ts'
import { prepareInsert } from '../packedRows.ts'
import { guarded, harden, IndexUnusable } from '../untrusted.ts'
import { openIndex } from '../windowIndex.ts'
import { createBareTable, makeIndexes, type RepeatedRow } from './bulkLoad.ts'

/** An index during a rebuild. Shards are added in path order, and `publish` replaces the old index. */
export type IndexBuilder = {
  /** Inserts all rows of a shard. */
  add(shardPath: string, keys: ShardKeys): void
  /**
   * Completes the insertion.
   * @param misplaced shards whose rows are kept only if no other shard has the same key
   * @returns rows that were left out, because an earlier row has their key
   */
  finish(misplaced: Iterable<string>): RepeatedRow[]
  /** Inserts individual rows after `finish`. @returns number of rows inserted. The others have existing keys */
  addRows(rows: Iterable<IndexRow>): number
  /** Whether the finished index has a key. */
  holds(key: IndexRow): boolean
  /** Replaces the cache's index. @throws CancelledError before that */
  publish(signal?: AbortSignal): Promise<void>
  /** Deletes an unpublished index. */
  discard(): void
}

/** Memory for pages of the new file, and for sorting keys, KiB. The rest is in temporary files. */
const CACHE_KIB = 16_384

/** Starts a new index in a temporary file beside the old one. */
export function startIndex(root: string): IndexBuilder {
  const folder = dirname(join(root, INDEX_PATH))
  makeFolder(folder)
  replaceLinkedIndex(root)
  const temp = tempBeside(join(root, INDEX_PATH))
  checkPathLength(temp)
  let db: Database.Database
  try {
    closeSync(openSync(temp, 'wx', 0o666))
    db = openDatabase(temp)
  } catch (error) {
    throw asSystemError(error, 'write', temp)
  }
  // No other process sees the file before it is published. Until then it is fast, with one fsync at the end.
  db.pragma('journal_mode = MEMORY')
  db.pragma('synchronous = OFF')
  db.pragma(`cache_size = -${CACHE_KIB}`)
  db.exec('BEGIN')
  createBareTable(db)
  const insert = prepareInsert(db)
  const statements = rowStatements(WRITTEN_LAYOUT)
  let held: Database.Statement<unknown[], unknown> | null = null
  const discard = (): void => {
    db.close()
    removeQuietly(temp)
  }
  return {
    add: insert,
    finish: misplaced => {
      const repeated = makeIndexes(db, misplaced)
      db.exec('COMMIT')
      db.close()
      // Opened again, with its final schema, like all later users do.
      db = openDatabase(temp)
      return repeated
    },
    addRows: rows => {
      const enter = db.prepare(statements.insert)
      return db.transaction(() => {
        let entered = 0
        for (const row of rows) entered += enter.run(...statements.ofRow(row)).changes
        return entered
      })()
    },
    holds: row => {
      held ??= db.prepare<unknown[], unknown>(statements.holds)
      return held.get(...statements.ofKey(row)) !== undefined
    },
    publish: async signal => {
      try {
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
    if (!isSameDatabase(temp, path)) await replaceLive(db, path)
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

/** Whether SQLite can open and lock the existing index, with any schema. */
function isLive(root: string): boolean {
  try {
    const index = openIndex(root, 'write')
    index?.close()
    // An empty file is a database without tables. SQLite can replace it in place.
    return index !== null || isThere(join(root, INDEX_PATH))
  } catch (error) {
    // An index of another GenoLeWM that was created meanwhile is never replaced.
    if (error instanceof IndexUnusable && error.kind !== 'index_unsupported') return error.kind === 'index_schema'
    throw error
  }
}

/** Larger ones are not loaded into memory for comparison. */
const COMPARED_BYTES = 64 * 1024 * 1024
const COMPARED_AT_ONCE = 256 * 1024
/** Counters in the header that change with every write: the change counter, the schema cookie, and the version that they are valid for. */
const COUNTERS = [
  [24, 28],
  [40, 44],
  [92, 96]
] as const

/**
 * Whether the existing index is already equal to the new one, byte for byte. Then it need not be written again. SQLite reads the existing
 * one, because closing a descriptor of its file would release the locks of all connections of this process (POSIX).
 */
function isSameDatabase(temp: string, live: string): boolean {
  try {
    const { size } = statSync(temp)
    // It may have disappeared, because Python's reindex deletes the index before it creates the new one.
    if (size > COMPARED_BYTES || statSync(live, { throwIfNoEntry: false })?.size !== size) return false
    const db = openDatabase(live, { readonly: true, timeout: BUSY_MS })
    try {
      return holdsBytes(temp, db.serialize())
    } finally {
      db.close()
    }
  } catch {
    // Replacing it will report the error.
    return false
  }
}

/** Whether a file has these bytes, except for the counters. Allocating memory for the whole file would take longer than the comparison. */
function holdsBytes(path: string, theirs: Buffer): boolean {
  const fd = openSync(path, 'r')
  try {
    const own = Buffer.allocUnsafe(COMPARED_AT_ONCE)
    for (let at = 0; at < theirs.length; ) {
      const piece = own.subarray(0, readSync(fd, own, 0, Math.min(own.length, theirs.length - at), at))
      if (at === 0) for (const [from, to] of COUNTERS) theirs.copy(piece, from, from, to)
      if (piece.length === 0 || !piece.equals(theirs.subarray(at, at + piece.length))) return false
      at += piece.length
    }
    return true
  } finally {
    closeSync(fd)
  }
}

const BACKUP_DEADLINE_MS = 60_000

async function replaceLive(db: Database.Database, path: string): Promise<void> {
  const deadline = Date.now() + BACKUP_DEADLINE_MS
  try {
    await db.backup(path, {
      progress: () => {
        if (Date.now() > deadline) throw new CacheBusyError('the index is locked by another process', { waited_ms: BACKUP_DEADLINE_MS })
        return 2 ** 31 - 1
      }
    })
  } catch (error) {
    guarded(() => {
      throw error
    })
  }
  const live = openDatabase(path, { timeout: BUSY_MS })
  try {
    harden(live)
    guarded(() => leaveWalMode(live))
  } finally {
    live.close()
  }
}

/**
 * The copy of a database keeps the journal mode of its file, but Python expects a rollback journal. SQLite cannot leave WAL mode while
 * another connection is open. The new index is complete nevertheless, so its log is synced and WAL mode stays.
 */
function leaveWalMode(live: Database.Database): void {
  try {
    if (live.pragma('journal_mode', { simple: true }) === 'delete') return
    live.pragma('journal_mode = DELETE')
  } catch (error) {
    if (!isBusy(error)) throw error
    try {
      live.pragma('wal_checkpoint')
    } catch (refused) {
      if (!isBusy(refused)) throw refused
    }
  }
}

/** Keeps an index that could not be opened, with its journals, which SQLite would otherwise roll back into the new file. */
function setAside(root: string): void {
  for (const suffix of ['', ...JOURNALS]) {
    const from = join(root, `${INDEX_PATH}${suffix}`)
    if (!isThere(from)) continue
    moveFile(from, freeName(join(quarantineFolder(root), `index.sqlite${suffix}`)))
  }
}

/** An unused name that contains the time. The clock may stop or be set back. */
function freeName(path: string): string {
  for (let time = nowNs(); ; time++) if (!isThere(`${path}.${time}.bad`)) return `${path}.${time}.bad`
}
