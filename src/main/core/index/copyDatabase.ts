/** Copies a database with its journals while other processes may write to it. The copy has the state of one moment. */
import { type BigIntStats, chmodSync, copyFileSync, lstatSync, rmSync, statfsSync } from 'node:fs'
import { basename, dirname } from 'node:path'
import { CacheBusyError, SystemError } from '../../../shared/model/errors.ts'
import { isThere } from '../fs/durableFile.ts'
import { asSystemError, failedWith } from '../fs/systemError.ts'
import { IndexUnusable } from './untrusted.ts'

const JOURNALS_COPIED = ['-wal', '-journal'] as const
const BIG_BYTES = 2 ** 30

/** A file written less than this ago may be written again without a new modification time. */
const TICK_MS = 20
const TRIES = 10
const PAUSE_MS = 100

/**
 * Copies a database, and its journals if there are any.
 * @param to an unused name in a folder that contains nothing else
 * @returns false if the database does not exist
 * @throws IndexUnusable if a journal is too large, CacheBusyError if the files do not stay unchanged for long enough, SystemError
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
    throw asSystemError(error, 'inspect', path)
  }
}

function isSettled(stamp: Stamp): boolean {
  const age = stamp === null ? TICK_MS : Math.abs(Date.now() - stamp.changedMs)
  return age >= TICK_MS
}

/** False if a file was changed, removed or created in the meantime. */
function isCopied(from: string, to: string, before: readonly Stamp[]): boolean {
  try {
    for (const [i, suffix] of ['', ...JOURNALS_COPIED].entries()) {
      rmSync(`${to}${suffix}`, { force: true })
      if (before[i] === null && suffix !== '') continue
      copyFileSync(`${from}${suffix}`, `${to}${suffix}`)
      // A read-only file must be recovered as well.
      chmodSync(`${to}${suffix}`, 0o600)
    }
  } catch (error) {
    // One of the files has disappeared since it was found. If the folder of the copy has disappeared, this says nothing about them.
    if (failedWith(error, 'ENOENT') && isThere(dirname(to))) return false
    throw asSystemError(error, 'copy', `${from}, which can be read only in a copy, to ${dirname(to)}`)
  }
  return stampsOf(from).every((stamp, i) => stamp?.text === before[i]?.text)
}

/**
 * A copy must not fill the disk. A journal of an interrupted transaction is about as large as the changes.
 * @throws IndexUnusable, SystemError
 */
function checkSizes(path: string, folder: string, stamps: readonly Stamp[]): void {
  const [index = 0, ...journals] = stamps.map(stamp => stamp?.bytes ?? 0)
  const huge = JOURNALS_COPIED[journals.findIndex(bytes => bytes > BIG_BYTES && bytes > 2 * index)]
  if (huge !== undefined) throw new IndexUnusable('index_unreadable', `${basename(path)}${huge} beside it is far larger than the index`)
  if (journals.reduce((sum, bytes) => sum + bytes, index) <= freeBytes(folder) / 2) return
  const message = `cannot copy ${path}, which can only be read in a copy: ${dirname(folder)} has too little space`
  throw new SystemError(message, { call: 'copy', path, error: 'ENOSPC' })
}

function freeBytes(folder: string): number {
  try {
    const { bavail, bsize } = statfsSync(folder)
    return bavail * bsize
  } catch (error) {
    throw asSystemError(error, 'inspect', folder)
  }
}

function pause(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms)
}
