/**
 * Entries that were removed from an index, as lines of JSON in quarantine. Each is evidence that a row with this key was at this place.
 * GenoLeWM never reads `.quarantine`.
 */
import { closeSync, fstatSync, lstatSync, openSync, readdirSync, readSync } from 'node:fs'
import { join } from 'node:path'
import { ALL_KEY_PARTS } from '../../../../shared/model/keySpec.ts'
import { nowNs } from '../../base/clock.ts'
import { quarantineFolder } from '../../cache/quarantineFolder.ts'
import { sweepTempFiles, writeNewFileDurably } from '../../fs/durableFile.ts'
import { READ_PLAIN } from '../../fs/smallFile.ts'
import { asSystemError, failedWith } from '../../fs/systemError.ts'
import { keyInJson } from '../../keys/entryKey.ts'
import type { IndexRow } from '../../keys/indexRow.ts'
import { QUARANTINE_PATH } from '../../layouts/paths.ts'

/**
 * Why an entry was removed.
 * - `shard_missing`: its shard is absent
 * - `quarantined`: its shard was moved to quarantine
 * - `damaged`: its shard is damaged and stays in place
 * - `changed`: the row at its place has another key now
 * - `superseded`: a later key of a row whose earlier key is already evidence
 * - `index_error`: the index contradicted itself, or had a key that no shard can hold. Not evidence of a row
 */
const WHYS = ['shard_missing', 'quarantined', 'damaged', 'changed', 'superseded', 'index_error'] as const
export type Why = (typeof WHYS)[number]

export type LeavingEntry = IndexRow & { readonly why: Why }

/** `at`: when it was archived, UTC ns. */
export type ArchivedEntry = LeavingEntry & { readonly at: bigint }

/** A file in the archive that cannot be read completely. */
export type ArchiveProblem = { readonly path: string; readonly message: string; readonly refused: boolean }

const FILE_NAME = /^index-entries\.\d{1,20}\.ndjson$/
const ENTRIES_A_FILE = 50_000

/**
 * Archives entries. They are on disk when this returns.
 * @returns number of entries
 * @throws SystemError, CacheCorruptError if the quarantine is a link
 */
export function archiveEntries(root: string, entries: Iterable<LeavingEntry>): number {
  let lines: string[] = []
  let kept = 0
  const at = nowNs()
  const write = (): void => {
    if (lines.length === 0) return
    const folder = quarantineFolder(root)
    const bytes = Buffer.from(lines.join(''))
    for (let time = at; !writeNewFileDurably(join(folder, `index-entries.${time}.ndjson`), [bytes]); time++);
    kept += lines.length
    lines = []
  }
  for (const entry of entries) {
    lines.push(lineOf(entry, at))
    if (lines.length === ENTRIES_A_FILE) write()
  }
  write()
  return kept
}

/** An entry in the form of the file. */
export function lineOf({ shardPath, rowOffset, createdAt, why, ...key }: LeavingEntry, at: bigint) {
  const line = {
    ...Object.fromEntries(ALL_KEY_PARTS.map(({ field, column }) => [column, key[field]])),
    shard_path: shardPath,
    row_offset: rowOffset,
    created_at: String(createdAt),
    why,
    at: String(at)
  }
  return `${JSON.stringify(line)}\n`
}

/** Removes partial files left by a crash. The caller holds the lock. @throws SystemError */
export function sweepArchive(root: string): void {
  const folder = join(root, QUARANTINE_PATH)
  // The target of a link does not belong to the cache.
  if (lstatSync(folder, { throwIfNoEntry: false })?.isDirectory() === true) sweepTempFiles(folder)
}

/** Files of the archive, relative to the root, oldest first. @throws SystemError */
export function archiveFiles(root: string): string[] {
  const folder = join(root, QUARANTINE_PATH)
  try {
    if (lstatSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true) return []
    const names = readdirSync(folder).filter(name => FILE_NAME.test(name))
    return names.sort((a, b) => a.length - b.length || (a < b ? -1 : 1)).map(name => `${QUARANTINE_PATH}/${name}`)
  } catch (error) {
    if (failedWith(error, 'ENOENT')) return []
    throw asSystemError(error, 'read', folder)
  }
}

/**
 * Every archived entry, oldest first.
 * @param onProblem called for each file that cannot be read completely, or that has invalid lines
 */
export function* readArchive(root: string, onProblem: (problem: ArchiveProblem) => void): Generator<ArchivedEntry> {
  for (const path of archiveFiles(root)) yield* readArchiveFile(root, path, onProblem)
}

/** The same for one file. */
export function* readArchiveFile(root: string, path: string, onProblem: (problem: ArchiveProblem) => void): Generator<ArchivedEntry> {
  let strange = 0
  try {
    for (const line of linesOf(join(root, path))) {
      const entry = line === null ? null : entryOf(line)
      if (entry === null) strange += 1
      else yield entry
    }
  } catch (error) {
    const { message } = asSystemError(error, 'read', path)
    onProblem({ path, message: `archived index entries could not be read: ${message}`, refused: true })
    return
  }
  if (strange === 0) return
  const lines = strange === 1 ? 'one line is' : `${strange} lines are`
  onProblem({ path, message: `${lines} damaged. The evidence of these index entries is lost`, refused: false })
}

const PIECE_BYTES = 256 * 1024
const LINE_BYTES = 64 * 1024

/** The lines of a file. Null for a line longer than any entry. @throws the errors of Node */
function* linesOf(path: string): Generator<string | null> {
  const fd = openSync(path, READ_PLAIN)
  try {
    if (!fstatSync(fd).isFile()) {
      yield null
      return
    }
    const piece = Buffer.allocUnsafe(PIECE_BYTES)
    let rest: Buffer = Buffer.alloc(0)
    let isTooLong = false
    for (let read = readSync(fd, piece); read > 0; read = readSync(fd, piece)) {
      let from = 0
      for (let end = piece.subarray(0, read).indexOf(10); end >= 0; end = piece.subarray(0, read).indexOf(10, from)) {
        yield isTooLong ? null : Buffer.concat([rest, piece.subarray(from, end)]).toString()
        rest = Buffer.alloc(0)
        isTooLong = false
        from = end + 1
      }
      rest = Buffer.concat([rest, piece.subarray(from, read)])
      if (rest.length > LINE_BYTES) {
        isTooLong = true
        rest = Buffer.alloc(0)
      }
    }
    if (rest.length > 0 || isTooLong) yield isTooLong ? null : rest.toString()
  } finally {
    closeSync(fd)
  }
}

/** A line as an entry. Null for any other text. */
export function entryOf(line: string): ArchivedEntry | null {
  const fields = parsed(line)
  if (fields === null) return null
  const { shard_path: shardPath, row_offset: rowOffset, created_at: createdAt, why: because, at } = fields
  const why = WHYS.find(each => each === because)
  const key = keyInJson(fields)
  if (key === null || typeof rowOffset !== 'number') return null
  if (typeof shardPath !== 'string' || why === undefined || !isTime(createdAt) || !isTime(at)) return null
  return { ...key, shardPath, rowOffset, createdAt: BigInt(createdAt), why, at: BigInt(at) }
}

function parsed(line: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(line)
    return typeof value === 'object' && value !== null ? { ...value } : null
  } catch {
    return null
  }
}

function isTime(value: unknown): value is string {
  return typeof value === 'string' && /^-?\d{1,20}$/.test(value)
}
