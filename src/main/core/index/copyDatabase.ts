/** Copies a database with its journals while other processes may write to it: the copy is of one moment. */
import { type BigIntStats, chmodSync, copyFileSync, lstatSync, rmSync, statfsSync } from 'node:fs'
import { basename, dirname } from 'node:path'
import { CacheBusyError, SystemError } from '../../../shared/model/errors.ts'
import { isThere } from '../fs/durableFile.ts'
import { asSystemError, failedWith } from '../fs/systemError.ts'
import { IndexUnusable } from './untrusted.ts'

const JOURNALS_COPIED = ['-wal', '-journal'] as const
const BIG_BYTES = 2 ** 30

/** Files written less than this ago may be written again without a new time. */
const TICK_MS = 20
const TRIES = 10
const PAUSE_MS = 100

/**
 * Copies a database, and its journals if there are any.
 * @param to a free name in a folder of its own
 * @returns false when there is no such database
 * @throws IndexUnusable when a journal claims too much, CacheBusyError when the files do not stay the same for long enough, SystemError
 */
export function copyDatabase(from: string, to: string): boolean {
  for (let attempt = 1; attempt <= TRIES; attempt++) {
    const before = stampsOf(from)
    if (before[0] === null) return false
    checkSizes(from, dirname(to), before)
    if (before.every(isSettled) && isCopied(from, to, before)) return true
    pause(attempt === 1 ? TICK_MS : PAUSE_MS)
  }
  throw new CacheBusyError('another process keeps writing to the index', { tries: TRIES })
}

type Stamp = { readonly bytes: number; readonly text: string; readonly changedMs: number } | null

function stampsOf(path: string): Stamp[] {
  return ['', ...JOURNALS_COPIED].map(suffix => {
    const stat = statOf(`${path}${suffix}`)
    if (stat === undefined) return null
    return {
      bytes: Number(stat.size),
      text: `${stat.ino} ${stat.size} ${stat.mtimeNs} ${stat.ctimeNs}`,
      changedMs: Number(stat.mtimeNs / 1_000_000n)
    }
  })
}

function statOf(path: string): BigIntStats | undefined {
  try {
    return lstatSync(path, { bigint: true, throwIfNoEntry: false })
  } catch (error) {
    throw asSystemError(error, 'look at', path)
  }
}

function isSettled(stamp: Stamp): boolean {
  const age = stamp === null ? TICK_MS : Math.abs(Date.now() - stamp.changedMs)
  return age >= TICK_MS
}

/** False when a file was changed, or went or came, in the meantime. */
function isCopied(from: string, to: string, before: readonly Stamp[]): boolean {
  try {
    for (const [i, suffix] of ['', ...JOURNALS_COPIED].entries()) {
      rmSync(`${to}${suffix}`, { force: true })
      if (before[i] === null && suffix !== '') continue
      copyFileSync(`${from}${suffix}`, `${to}${suffix}`)
      // A read-only file has to be recovered as well.
      chmodSync(`${to}${suffix}`, 0o600)
    }
  } catch (error) {
    // One of the files is gone since it was seen. That the folder of the copy is gone says nothing of them.
    if (failedWith(error, 'ENOENT') && isThere(dirname(to))) return false
    throw asSystemError(error, 'copy', `${from}, which can be read only in a copy, to ${dirname(to)}`)
  }
  return stampsOf(from).every((stamp, i) => stamp?.text === before[i]?.text)
}

/**
 * A copy must not fill the disk. What SQLite left in the middle of a transaction is about as big as what it changed.
 * @throws IndexUnusable, SystemError
 */
function checkSizes(path: string, folder: string, stamps: readonly Stamp[]): void {
  const [index = 0, ...journals] = stamps.map(stamp => stamp?.bytes ?? 0)
  const huge = JOURNALS_COPIED[journals.findIndex(bytes => bytes > BIG_BYTES && bytes > 2 * index)]
  if (huge !== undefined) throw new IndexUnusable('index_unreadable', `${basename(path)}${huge} beside it is far bigger than itself`)
  if (journals.reduce((sum, bytes) => sum + bytes, index) <= freeBytes(folder) / 2) return
  const message = `cannot copy ${path}, which can be read only in a copy: ${dirname(folder)} has too little space`
  throw new SystemError(message, { call: 'copy', path, error: 'ENOSPC' })
}

function freeBytes(folder: string): number {
  try {
    const { bavail, bsize } = statfsSync(folder)
    return bavail * bsize
  } catch (error) {
    throw asSystemError(error, 'look at', folder)
  }
}

function pause(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms)
}
