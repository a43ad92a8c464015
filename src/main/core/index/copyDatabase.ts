/** Copies a database with its journals while other processes may write to it: the copy is of one moment. */
import { chmodSync, copyFileSync, lstatSync, rmSync, statfsSync } from 'node:fs'
import { basename } from 'node:path'
import { CacheBusyError, SystemError } from '../../../shared/model/errors.ts'
import { failedWith } from '../fs/systemError.ts'
import { temporaryPlace } from '../fs/temporaryFolder.ts'
import { IndexUnusable } from './untrusted.ts'

const JOURNALS_COPIED = ['-wal', '-journal'] as const
const BIG_BYTES = 2 ** 30

/** Files written less than this ago may be written again without a new time. */
const TICK_MS = 20
const TRIES = 10
const PAUSE_MS = 100

/**
 * Copies a database, and its journals if there are any.
 * @param to a free name
 * @throws IndexUnusable when a journal claims too much, CacheBusyError when the files do not stay the same for long enough, SystemError,
 * and what Node throws
 */
export function copyDatabase(from: string, to: string): void {
  for (let attempt = 1; attempt <= TRIES; attempt++) {
    const before = stampsOf(from)
    checkSizes(from, before)
    if (before.every(isSettled) && isCopied(from, to, before)) return
    pause(attempt === 1 ? TICK_MS : PAUSE_MS)
  }
  throw new CacheBusyError('another process keeps writing to the index', { tries: TRIES })
}

type Stamp = { readonly bytes: number; readonly text: string; readonly changedMs: number } | null

function stampsOf(path: string): Stamp[] {
  return ['', ...JOURNALS_COPIED].map(suffix => {
    const stat = lstatSync(`${path}${suffix}`, { bigint: true, throwIfNoEntry: false })
    if (stat === undefined) return null
    return {
      bytes: Number(stat.size),
      text: `${stat.ino} ${stat.size} ${stat.mtimeNs} ${stat.ctimeNs}`,
      changedMs: Number(stat.mtimeNs / 1_000_000n)
    }
  })
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
    if (failedWith(error, 'ENOENT') && lstatSync(from, { throwIfNoEntry: false }) !== undefined) return false
    throw error
  }
  return stampsOf(from).every((stamp, i) => stamp?.text === before[i]?.text)
}

/**
 * A copy must not fill the disk. What SQLite left in the middle of a transaction is about as big as what it changed.
 * @throws IndexUnusable, SystemError
 */
function checkSizes(path: string, stamps: readonly Stamp[]): void {
  const [index = 0, ...journals] = stamps.map(stamp => stamp?.bytes ?? 0)
  const huge = JOURNALS_COPIED[journals.findIndex(bytes => bytes > BIG_BYTES && bytes > 2 * index)]
  if (huge !== undefined) throw new IndexUnusable('index_unreadable', `${basename(path)}${huge} beside it is far bigger than itself`)
  const { bavail, bsize } = statfsSync(temporaryPlace())
  if (journals.reduce((sum, bytes) => sum + bytes, index) <= (bavail * bsize) / 2) return
  const message = `cannot copy ${path}, which can be read only in a copy: ${temporaryPlace()} has too little space`
  throw new SystemError(message, { call: 'copy', path, error: 'ENOSPC' })
}

function pause(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms)
}
