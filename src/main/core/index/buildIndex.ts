/**
 * A new index, built beside the old one and then put in its place: whoever reads at that moment sees the old one or the new one.
 * A live index is replaced by SQLite's own backup, in one transaction that Python's connections wait for; one that SQLite cannot
 * open is set aside, and the new file is renamed into its place.
 */
import { randomBytes } from 'node:crypto'
import { closeSync, existsSync, fsyncSync, lstatSync, openSync, readSync, renameSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import Database from 'better-sqlite3'
import { CacheBusyError, CancelledError } from '../../../shared/model/errors.ts'
import { nowNs } from '../clock.ts'
import { makeFolder, moveFile, syncFolder, TEMP_PREFIX } from '../durableFile.ts'
import type { ShardKeys } from '../integrity/shardKeys.ts'
import { INDEX_PATH, QUARANTINE_PATH } from '../paths.ts'
import { asSystemError, failedWith } from '../systemError.ts'
import { createBareTable, makeIndexes, prepareInsert, type RepeatedRow } from './bulkLoad.ts'
import { guarded, harden, IndexUnusable } from './untrusted.ts'
import { openIndex } from './windowIndex.ts'

/** An index that is being built: shards go in, in path order; `publish` puts it in place. */
export type IndexBuilder = {
  /** Enters all rows of a shard. */
  add(shardPath: string, keys: ShardKeys): void
  /** Ends the building. @returns rows that were left out, as the first with a key stays */
  finish(): RepeatedRow[]
  /** Replaces the cache's index. @throws CancelledError before that */
  publish(signal?: AbortSignal): Promise<void>
  /** Throws away what was not published. */
  discard(): void
}

/** Pages of the file that is being built are held in so much memory, KiB, as are the keys while they are sorted. */
const CACHE_KIB = 65_536

/** Starts a new index in a temp file beside the old one. */
export function startIndex(root: string): IndexBuilder {
  const folder = dirname(join(root, INDEX_PATH))
  makeFolder(folder)
  const temp = join(folder, `${TEMP_PREFIX}${randomBytes(6).toString('hex')}`)
  let db: Database.Database
  try {
    closeSync(openSync(temp, 'wx', 0o666))
    db = new Database(temp)
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
  const discard = (): void => {
    db.close()
    rmSync(temp, { force: true })
  }
  return {
    add: insert,
    finish: () => {
      const repeated = makeIndexes(db)
      db.exec('COMMIT')
      db.close()
      // Opened anew, as everybody else will: with its final schema.
      db = new Database(temp)
      return repeated
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
    renameSync(temp, path)
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
    return index !== null || existsSync(join(root, INDEX_PATH))
  } catch (error) {
    if (error instanceof IndexUnusable) return error.kind === 'index_schema'
    throw error
  }
}

const COMPARED_AT_ONCE = 1024 * 1024
/** Parts of a header that count how often it was written: the change counter, the schema cookie, the version they hold for. */
const COUNTERS = [
  [24, 28],
  [40, 44],
  [92, 96]
] as const

/** Whether the live index is the new one already, byte for byte: then nobody has to wait for it to be written again. */
function isSameDatabase(temp: string, live: string): boolean {
  const [a, b] = [Buffer.alloc(COMPARED_AT_ONCE), Buffer.alloc(COMPARED_AT_ONCE)]
  const files: number[] = []
  try {
    files.push(openSync(temp, 'r'), openSync(live, 'r'))
    const [first = -1, second = -1] = files
    // Changes that a journal holds are not in the file.
    if (existsSync(`${live}-journal`) || existsSync(`${live}-wal`)) return false
    for (let at = 0; ; at += COMPARED_AT_ONCE) {
      const [read, other] = [readSync(first, a, 0, a.length, at), readSync(second, b, 0, b.length, at)]
      if (at === 0) for (const [from, to] of COUNTERS) a.copy(b, from, from, to)
      if (read !== other || a.compare(b, 0, other, 0, read) !== 0) return false
      if (read < COMPARED_AT_ONCE) return true
    }
  } catch (error) {
    // It went away or cannot be read: replacing it will say so.
    if (failedWith(error, 'ENOENT') || failedWith(error, 'EACCES')) return false
    throw asSystemError(error, 'read', live)
  } finally {
    for (const file of files) closeSync(file)
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
  const live = new Database(path, { timeout: 10_000 })
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
    if (lstatSync(from, { throwIfNoEntry: false }) === undefined) continue
    const name = `index.sqlite${suffix}.${nowNs()}.bad`
    moveFile(from, join(root, QUARANTINE_PATH, name))
  }
}
