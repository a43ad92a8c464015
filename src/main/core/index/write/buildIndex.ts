/**
 * A new index, built beside the old one and then put in its place: whoever reads at that moment sees the old one or the new one.
 * A live index is replaced by SQLite's own backup, in one transaction that Python's connections wait for; one that SQLite cannot
 * open is set aside, and the new file is renamed into its place.
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

/** An index that is being built: shards go in, in path order; `publish` puts it in place. */
export type IndexBuilder = {
  /** Enters all rows of a shard. */
  add(shardPath: string, keys: ShardKeys): void
  /**
   * Ends the building.
   * @param misplaced shards whose rows stay only where no other shard has the same key
   * @returns rows that were left out, as the first with a key stays
   */
  finish(misplaced: Iterable<string>): RepeatedRow[]
  /** Enters single rows into what is finished. @returns how many went in; the others have keys that are taken */
  addRows(rows: Iterable<IndexRow>): number
  /** Whether what is finished has a key. */
  holds(key: IndexRow): boolean
  /** Replaces the cache's index. @throws CancelledError before that */
  publish(signal?: AbortSignal): Promise<void>
  /** Throws away what was not published. */
  discard(): void
}

/** Pages of the file that is being built are held in so much memory, KiB, as are keys while they are sorted; more go to temp files. */
const CACHE_KIB = 16_384

/** Starts a new index in a temp file beside the old one. */
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
  // Nobody else sees the file before it is published: speed now, one fsync at the end.
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
      // Opened anew, as everybody else will: with its final schema.
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

/** Whether there is an index that SQLite can open and lock; one with another schema will do. */
function isLive(root: string): boolean {
  try {
    const index = openIndex(root, 'write')
    index?.close()
    // An empty file is a database without tables: SQLite can replace it in place.
    return index !== null || isThere(join(root, INDEX_PATH))
  } catch (error) {
    // An index of another GenoLeWM that came meanwhile is never replaced.
    if (error instanceof IndexUnusable && error.kind !== 'index_unsupported') return error.kind === 'index_schema'
    throw error
  }
}

/** Larger ones are not held in memory to be compared. */
const COMPARED_BYTES = 64 * 1024 * 1024
const COMPARED_AT_ONCE = 256 * 1024
/** Parts of a header that count how often it was written: the change counter, the schema cookie, the version they hold for. */
const COUNTERS = [
  [24, 28],
  [40, 44],
  [92, 96]
] as const

/**
 * Whether the live index is the new one already, byte for byte: then nobody has to wait for it to be written again. SQLite reads the
 * live one: had we opened the file ourselves, closing it would take the locks away from every connection of this process (POSIX).
 */
function isSameDatabase(temp: string, live: string): boolean {
  try {
    const { size } = statSync(temp)
    // It may have gone since it was seen: Python's reindex deletes the index before it makes the new one.
    if (size > COMPARED_BYTES || statSync(live, { throwIfNoEntry: false })?.size !== size) return false
    const db = openDatabase(live, { readonly: true, timeout: BUSY_MS })
    try {
      return holdsBytes(temp, db.serialize())
    } finally {
      db.close()
    }
  } catch {
    // Replacing it will say what is wrong.
    return false
  }
}

/** Whether a file has these bytes, but for the counters: memory for all of it would take longer to get than to compare. */
function holdsBytes(path: string, theirs: Buffer): boolean {
  const fd = openSync(path, 'r')
  try {
    const ours = Buffer.allocUnsafe(COMPARED_AT_ONCE)
    for (let at = 0; at < theirs.length; ) {
      const piece = ours.subarray(0, readSync(fd, ours, 0, Math.min(ours.length, theirs.length - at), at))
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
        if (Date.now() > deadline) throw new CacheBusyError('another process holds the index locked', { waited_ms: BACKUP_DEADLINE_MS })
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
 * The copy of a database keeps the journal mode of its file, and Python expects a rollback journal. SQLite refuses to leave WAL mode
 * while another connection is open. The new index is in place all the same, so its log is synced, and WAL mode stays.
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

/** Keeps what could not be opened, and the journals that SQLite would otherwise roll back into the new file. */
function setAside(root: string): void {
  for (const suffix of ['', ...JOURNALS]) {
    const from = join(root, `${INDEX_PATH}${suffix}`)
    if (!isThere(from)) continue
    moveFile(from, freeName(join(quarantineFolder(root), `index.sqlite${suffix}`)))
  }
}

/** A name with the time in it that nobody has: a clock may stand still or go back. */
function freeName(path: string): string {
  for (let time = nowNs(); ; time++) if (!isThere(`${path}.${time}.bad`)) return `${path}.${time}.bad`
}
