/**
 * One writer of ours at a time: a lock file that says who holds the cache, since when and for what. (Python's layout 1 knows no
 * locks; against it SQLite's own locks and atomic renames protect.) A lock whose owner died on this host is taken over; one of
 * another host never is.
 */
import { closeSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { CacheBusyError, CancelledError } from '../../shared/model/errors.ts'
import { makeFolder } from './durableFile.ts'
import { EMBEDDINGS_DIR } from './layout.ts'
import { asSystemError, failedWith } from './systemError.ts'

const LOCK_NAME = '.lewm-cache.lock'
const POLL_MS = 20

/** Who holds a cache's lock. */
export type LockOwner = { readonly host: string; readonly pid: number; readonly since: string; readonly operation: string }

/**
 * Runs `work` as the only one of ours that changes the cache.
 * @param waitMs how long to wait for another one to finish
 * @throws CacheBusyError with the owner's host, process and time; SystemError when the cache cannot be written
 */
export async function withCacheLock<T>(
  root: string,
  operation: string,
  waitMs: number,
  work: () => Promise<T>,
  signal?: AbortSignal
): Promise<T> {
  const path = join(root, EMBEDDINGS_DIR, LOCK_NAME)
  makeFolder(join(root, EMBEDDINGS_DIR))
  const deadline = Date.now() + waitMs
  while (!tryLock(path, operation)) {
    const owner = readOwner(path)
    if (owner !== null && isDead(owner)) {
      rmSync(path, { force: true })
      continue
    }
    if (signal?.aborted) throw new CancelledError()
    if (Date.now() >= deadline) throw busy(owner)
    await sleep(POLL_MS)
  }
  try {
    return await work()
  } finally {
    rmSync(path, { force: true })
  }
}

function tryLock(path: string, operation: string): boolean {
  try {
    const fd = openSync(path, 'wx')
    const owner: LockOwner = { host: hostname(), pid: process.pid, since: new Date().toISOString(), operation }
    writeSync(fd, JSON.stringify(owner))
    closeSync(fd)
    return true
  } catch (error) {
    if (failedWith(error, 'EEXIST')) return false
    throw asSystemError(error, 'lock', path)
  }
}

/** Who is changing a cache just now; null when nobody is, or when its owner died on this host. */
export function readLockOwner(root: string): LockOwner | null {
  const owner = readOwner(join(root, EMBEDDINGS_DIR, LOCK_NAME))
  return owner === null || isDead(owner) ? null : owner
}

/** Takes away a lock of this very process that a thread of ours left behind when it died; anybody else's stays. */
export function dropAbandonedLock(root: string): void {
  const path = join(root, EMBEDDINGS_DIR, LOCK_NAME)
  const owner = readOwner(path)
  if (owner?.host === hostname() && owner.pid === process.pid) rmSync(path, { force: true })
}

function readOwner(path: string): LockOwner | null {
  try {
    const owner: unknown = JSON.parse(readFileSync(path, 'utf8'))
    return isOwner(owner) ? owner : null
  } catch {
    // Gone by now, or still being written: ask again.
    return null
  }
}

function isOwner(value: unknown): value is LockOwner {
  return (
    typeof value === 'object' &&
    value !== null &&
    'host' in value &&
    typeof value.host === 'string' &&
    'pid' in value &&
    Number.isInteger(value.pid)
  )
}

function isDead(owner: LockOwner): boolean {
  if (owner.host !== hostname()) return false
  try {
    process.kill(owner.pid, 0)
    return false
  } catch (error) {
    return failedWith(error, 'ESRCH')
  }
}

function busy(owner: LockOwner | null): CacheBusyError {
  if (owner === null) return new CacheBusyError('somebody else is changing this cache')
  return new CacheBusyError(`process ${owner.pid} on ${owner.host} is changing this cache since ${owner.since} (${owner.operation})`, {
    ...owner
  })
}
