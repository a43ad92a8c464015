/**
 * A lock file that names the process that changes the cache, its start and its operation, so that only one process of this program writes
 * at a time. (Python's layout 1 has no lock. Against Python, SQLite's locks and atomic renames protect.) A lock whose owner died on this
 * host is taken over. A lock of another host, container or PID namespace never is, because its owner cannot be seen from here.
 *
 * The file appears under its name with its complete content (a link to a finished file), so that a crash leaves no lock without an owner.
 * Only one process may take over a dead lock: the one that holds a second lock, named after the dead one. If that process dies as well, a
 * third lock is named after the second, and so on.
 */
import { randomUUID } from 'node:crypto'
import { linkSync, readdirSync, renameSync } from 'node:fs'
import { hostname } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { CacheBusyError, CancelledError } from '../../../shared/model/errors.ts'
import { recordChange } from '../fs/changeRecord.ts'
import { makeFolder, removeFile, removeQuietly, sweepTempFiles, tempBeside, writeWholeFile } from '../fs/durableFile.ts'
import { bootOf, isGone, isOnMachineItself, type PidScope, pidScope, processBirth } from '../fs/processStartTime.ts'
import { readSmallFile } from '../fs/smallFile.ts'
import { asSystemError, failedWith } from '../fs/systemError.ts'
import { EMBEDDINGS_DIR } from '../layouts/layout.ts'

const LOCK_NAME = '.lewm-cache.lock'
const POLL_MS = 20

/** The owner of a cache's lock. */
export type LockOwner = { readonly host: string; readonly pid: number; readonly since: string; readonly operation: string }

type LockFile = LockOwner &
  Partial<PidScope> & {
    /** A unique id of this lock. */
    readonly nonce?: string
    /** Distinguishes its process from a later one with the same pid; null if the operating system does not provide it. */
    readonly born?: string | null
  }

/**
 * Runs `work` as the only process of this program that changes the cache.
 * @param waitMs how long to wait for another process to finish
 * @param work receives the dead owner whose lock was taken over. Its operation may be unfinished
 * @throws CacheBusyError with the owner's host, process and time; SystemError if the cache cannot be written, or its lock cannot be read
 */
export async function withCacheLock<T>(
  root: string,
  operation: string,
  waitMs: number,
  work: (interrupted: LockOwner | null) => Promise<T>,
  signal?: AbortSignal
): Promise<T> {
  const path = join(root, EMBEDDINGS_DIR, LOCK_NAME)
  makeFolder(join(root, EMBEDDINGS_DIR))
  const mine: LockFile = {
    host: hostname(),
    pid: process.pid,
    born: processBirth(process.pid),
    ...pidScope(),
    since: new Date().toISOString(),
    operation,
    nonce: randomUUID()
  }
  const deadline = performance.now() + waitMs
  let interrupted: LockOwner | null = null
  for (;;) {
    const before = readLock(path)
    if (tryLock(path, mine)) {
      if (typeof before === 'object') interrupted = before
      break
    }
    if (signal?.aborted) throw new CancelledError()
    if (performance.now() >= deadline) throw busy(path)
    await sleep(POLL_MS)
  }
  try {
    recordChange(root, operation)
    sweep(dirname(path))
    return await work(interrupted)
  } finally {
    release(path, mine)
  }
}

/** Removes leftovers of crashes beside the lock. Claims on other locks are safe to delete while this process holds the lock. */
function sweep(folder: string): void {
  sweepTempFiles(folder)
  for (const name of readdirSync(folder)) if (name.startsWith(`${LOCK_NAME}.`)) removeQuietly(join(folder, name))
}

function tryLock(path: string, mine: LockFile): boolean {
  const owner = readLock(path)
  if (owner === 'free') return create(path, mine)
  if (owner === 'unknown' || !isDead(owner)) return false
  const claim = claimOf(path, owner)
  if (!tryLock(claim, mine)) return false
  try {
    // The previous owner of the claim may already have taken over the dead lock. While this process holds the claim, no other process can.
    const now = readLock(path)
    return typeof now === 'object' && now.nonce === owner.nonce && now.pid === owner.pid && replace(path, mine)
  } finally {
    release(claim, mine)
  }
}

/** The owner of the lock with this name may replace a dead one. */
function claimOf(path: string, owner: LockFile): string {
  return `${path}.${owner.nonce ?? owner.pid}`
}

/** Creates a lock if there is none. */
function create(path: string, mine: LockFile): boolean {
  return withComplete(path, mine, temp => {
    try {
      linkSync(temp, path)
      return true
    } catch (error) {
      // A network file system may have linked and lost the reply, or another process was first, or removed the temporary file.
      if (failedWith(error, 'EEXIST') || failedWith(error, 'ENOENT')) return isMine(path, mine)
      if (WITHOUT_LINKS.some(code => failedWith(error, code))) return createWithoutLink(path, mine)
      throw error
    }
  })
}

const WITHOUT_LINKS = ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS']

/** Some file systems have no links. There, a crash between the two steps leaves a lock that a user has to remove. */
function createWithoutLink(path: string, mine: LockFile): boolean {
  try {
    writeWholeFile(path, contentOf(mine))
    return true
  } catch (error) {
    if (failedWith(error, 'EEXIST')) return false
    throw error
  }
}

/** Replaces a dead lock, whose claim this process holds. */
function replace(path: string, mine: LockFile): boolean {
  return withComplete(path, mine, temp => {
    try {
      renameSync(temp, path)
      return true
    } catch (error) {
      if (failedWith(error, 'ENOENT')) return isMine(path, mine)
      throw error
    }
  })
}

function withComplete(path: string, mine: LockFile, use: (temp: string) => boolean): boolean {
  const temp = tempBeside(path)
  try {
    writeWholeFile(temp, contentOf(mine))
    return use(temp)
  } catch (error) {
    throw asSystemError(error, 'lock', path)
  } finally {
    removeQuietly(temp)
  }
}

function contentOf(lock: LockFile): Uint8Array[] {
  return [Buffer.from(JSON.stringify(lock))]
}

function isMine(path: string, mine: LockFile): boolean {
  const owner = readLock(path)
  return typeof owner === 'object' && owner.nonce === mine.nonce
}

/** Keeps a lock that a user removed and another process has taken since. */
function release(path: string, mine: LockFile): void {
  const owner = ownerOf(path)
  if (owner === null || owner.nonce === mine.nonce) removeFile(path)
}

/** The process that is changing a cache; null if there is none, or if it died on this host. */
export function readLockOwner(root: string): LockOwner | null {
  const owner = ownerOf(join(root, EMBEDDINGS_DIR, LOCK_NAME))
  return owner === null || isDead(owner) ? null : owner
}

/** Whether that is this process. Another container on this host may have a process with the same pid. */
export function isThisProcess(owner: LockFile): boolean {
  if (owner.host !== hostname() || owner.pid !== process.pid) return false
  const sameScope = owner.pidNamespace === undefined || owner.pidNamespace === pidScope().pidNamespace
  return sameScope && (typeof owner.born !== 'string' || owner.born === processBirth(process.pid))
}

/** Removes a lock of this process that one of its threads left behind when it died. Locks of other processes stay. */
export function dropAbandonedLock(root: string): void {
  const path = join(root, EMBEDDINGS_DIR, LOCK_NAME)
  const owner = ownerOf(path)
  if (owner !== null && isThisProcess(owner)) removeFile(path)
}

/** The owner; 'free' without a lock, 'unknown' for a lock that names no owner. @throws SystemError if the lock cannot be read */
function readLock(path: string): LockFile | 'free' | 'unknown' {
  let bytes: Buffer | null
  try {
    bytes = readSmallFile(path)
  } catch (error) {
    if (failedWith(error, 'ENOENT')) return 'free'
    // Windows reports this for a file that is being deleted.
    if (failedWith(error, 'EPERM')) return 'unknown'
    throw asSystemError(error, 'read', path)
  }
  try {
    const owner: unknown = JSON.parse(bytes?.toString() ?? '')
    return isLock(owner) ? owner : 'unknown'
  } catch {
    return 'unknown'
  }
}

/** The owner; null for content without one. */
function ownerOf(path: string): LockFile | null {
  try {
    const owner = readLock(path)
    return typeof owner === 'string' ? null : owner
  } catch {
    return null
  }
}

function isLock(value: unknown): value is LockFile {
  return (
    typeof value === 'object' &&
    value !== null &&
    'host' in value &&
    typeof value.host === 'string' &&
    'pid' in value &&
    Number.isInteger(value.pid) &&
    (!('nonce' in value) || (typeof value.nonce === 'string' && /^[0-9a-f-]{1,64}$/.test(value.nonce)))
  )
}

function isDead(owner: LockFile): boolean {
  if (owner.host !== hostname()) return false
  const here = pidScope()
  // A lock of an earlier version has no namespace.
  if (owner.pidNamespace !== undefined) {
    if (owner.pidNamespace !== here.pidNamespace) return false
    if (isOfAnotherBoot(owner)) return isOnMachineItself(here) && here.machine !== null && owner.machine === here.machine
  }
  const born = processBirth(owner.pid)
  if (born !== null && typeof owner.born === 'string') return born !== owner.born
  return isGone(owner.pid)
}

/** After a reboot, or on another machine with the same host name, the number of a PID namespace has no meaning. */
function isOfAnotherBoot({ born = null }: LockFile): boolean {
  const [theirs, own] = [bootOf(born), bootOf(processBirth(process.pid))]
  return theirs !== null && own !== null && theirs !== own
}

/** Whether this process can see if the owner still runs. */
function isVisible(owner: LockFile): boolean {
  if (owner.host !== hostname()) return false
  return owner.pidNamespace === undefined || (owner.pidNamespace === pidScope().pidNamespace && !isOfAnotherBoot(owner))
}

/** The message for the owner of the lock. If the owner died, it names the file of the process that was to replace it. */
function busy(path: string): CacheBusyError {
  const owner = ownerOf(path)
  if (owner === null) {
    const remedy = `${path} does not name a process; if no process uses the cache, remove that file`
    return new CacheBusyError(`another process is changing this cache: ${remedy}`, { lock: path })
  }
  if (isDead(owner)) return busy(claimOf(path, owner))
  const { host, pid, since, operation } = owner
  const doing = typeof operation === 'string' ? ` (${operation})` : ''
  const when = typeof since === 'string' ? ` since ${since}` : ''
  const where = host === hostname() && !isVisible(owner) ? `${host}, in another container or since another boot,` : host
  const remedy = isVisible(owner) ? '' : `; if it no longer runs, remove ${path}`
  return new CacheBusyError(`process ${pid} on ${where} is changing this cache${when}${doing}${remedy}`, {
    host,
    pid,
    since,
    operation
  })
}
