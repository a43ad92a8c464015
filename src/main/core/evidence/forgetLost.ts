/** Forgets lost shards on request of the user. Their evidence is moved to a separate file in quarantine. */
import { lstatSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { CacheError, InputError, NotFoundError, SystemError } from '../../../shared/model/errors.ts'
import type { LongOptions } from '../../../shared/model/report.ts'
import { nowNs } from '../base/clock.ts'
import { withCacheLock } from '../cache/cacheLock.ts'
import { checkCacheRoot } from '../cache/cacheRoot.ts'
import { removeEmptyFolders } from '../cache/quarantineFiles.ts'
import { removeFile, writeFileDurably, writeNewFileDurably } from '../fs/durableFile.ts'
import { asSystemError } from '../fs/systemError.ts'
import { openIndex } from '../index/windowIndex.ts'
import { forgetEntries } from '../index/write/changeIndex.ts'
import { verifyShard } from '../inspect/inspectShard.ts'
import { contradictionsOf } from '../keys/contradictions.ts'
import type { IndexRow } from '../keys/indexRow.ts'
import { isShardPath, QUARANTINE_PATH } from '../layouts/paths.ts'
import type { Ledger } from '../ledger/ledger.ts'
import { findLost, type LostFound } from './findLost.ts'
import type { LostReason } from './judgeClaims.ts'
import { type ArchivedEntry, archiveFiles, entryOf, lineOf, readArchiveFile, sweepArchive } from './kept/entryArchive.ts'
import { type Forgotten, whoAmI } from './kept/forgotten.ts'
import type { Place } from './places.ts'

const WAIT_MS = 10_000

/** The forgotten rows of one shard. */
export type ForgottenShard = {
  readonly shardPath: string
  /** Null if the number is unknown. */
  readonly rows: number | null
  readonly reason: LostReason
  readonly by: string
  readonly host: string
  /** UTC ns. */
  readonly at: bigint
}

/**
 * Records that the user does not need these shards, with user name and time.
 * @throws NotFoundError for a shard that has no missing rows, InputError for a shard with a placeholder, CacheBusyError, SystemError,
 * IndexUnusable. Nothing is forgotten if some evidence could not be read
 */
export async function forgetLost(
  cacheDir: string,
  shards: readonly string[],
  options: LongOptions & { readonly ledger?: Ledger } = {}
): Promise<ForgottenShard[]> {
  const root = await checkCacheRoot(cacheDir)
  const { ledger, signal, workers } = options
  const work = async (): Promise<ForgottenShard[]> => {
    sweepArchive(root)
    const found = await findLost(root, { ledger, signal, workers, shardsNamed: 0, keysNamed: 0 })
    checkAllRead(found, ledger)
    const { lost } = found
    const wanted = [...new Set(shards)].map(shardPath =>
      lostNow(
        root,
        shardPath,
        lost.filter(({ place }) => place.shardPath === shardPath)
      )
    )
    const said = { ...whoAmI(), at: nowNs() }
    const forgotten = wanted.map(({ shardPath, rows, reason }) => ({ shardPath, rows, reason, ...said }))
    writeDown(root, wanted, said)
    forgetEntries(
      root,
      wanted.flatMap(({ entries }) => entries)
    )
    takeFromArchive(root, new Set(wanted.map(({ shardPath }) => shardPath)))
    ledger?.dropRecords(
      root,
      wanted.filter(({ isPresent }) => !isPresent).map(({ shardPath }) => shardPath)
    )
    // The record of a present shard stays, because its digest shows later changes.
    ledger?.dropHoldings(
      root,
      wanted.filter(({ isPresent }) => isPresent).map(({ shardPath }) => shardPath)
    )
    return forgotten
  }
  return withCacheLock(root, 'forget', WAIT_MS, work, signal)
}

/** @throws CacheError if the index, the quarantine or the ledger could not be read, because their evidence is then unknown */
function checkAllRead({ indexFailure, problems }: LostFound, ledger: Ledger | undefined): void {
  if (indexFailure !== null) {
    const { code, message, details } = indexFailure
    throw new CacheError(code, `nothing was forgotten, because the index could not be read: ${message}`, details, { cause: indexFailure })
  }
  const refused = problems.find(problem => problem.refused)
  if (refused !== undefined) {
    throw new SystemError(`nothing was forgotten, because ${refused.path} could not be read: ${refused.message}`, { path: refused.path })
  }
  if (ledger?.isReadable === false) {
    throw new SystemError('nothing was forgotten, because the record of earlier verifications could not be read')
  }
}

type Lost = {
  readonly shardPath: string
  readonly rows: number | null
  readonly reason: LostReason
  readonly isPresent: boolean
  /** Index entries that are evidence of it. */
  readonly entries: readonly IndexRow[]
  readonly place: Place | null
}

/** The missing rows of a shard, and the index entries that are evidence of them. @throws NotFoundError, InputError */
function lostNow(root: string, shardPath: string, losses: LostFound['lost']): Lost {
  const [found] = losses
  if (found?.lost.reason === 'placeholder') {
    throw new InputError(`${shardPath} is a placeholder. Fetch its contents, or delete the placeholder first`, {
      field: 'shard',
      value: shardPath
    })
  }
  const isAbsent = found?.place.state === 'absent'
  const entries = isShardPath(shardPath) ? (isAbsent ? entriesOf(root, shardPath) : changedEntries(root, shardPath)) : []
  if (found === undefined && entries.length === 0) {
    throw new NotFoundError(`no rows of ${shardPath} are missing`, { shard_path: shardPath })
  }
  const { reason } = found?.lost ?? { reason: 'changed_since_indexed' as const }
  const known = losses.map(({ lost: { rows } }) => rows)
  const rows =
    found === undefined ? entries.length : known.includes(null) ? null : known.reduce<number>((sum, each) => sum + (each ?? 0), 0)
  return { shardPath, rows, reason, isPresent: !isAbsent, entries, place: found?.place ?? null }
}

/** Entries with earlier keys of a present shard. */
function changedEntries(root: string, shardPath: string): IndexRow[] {
  const { keys } = verifyShard(root, shardPath, 'keys')
  return keys === null ? [] : [...contradictionsOf(entriesOf(root, shardPath), keys).changed]
}

function entriesOf(root: string, shardPath: string): IndexRow[] {
  const index = openIndex(root, 'read')
  try {
    return [...(index?.rowsOf(shardPath) ?? [])]
  } finally {
    index?.close()
  }
}

/** Records the forgotten rows with all of their evidence. @throws SystemError */
function writeDown(
  root: string,
  lost: readonly Lost[],
  { by, host, at }: { readonly by: string; readonly host: string; readonly at: bigint }
): void {
  const paths = new Set(lost.map(({ shardPath }) => shardPath))
  const lines = lost.map(({ shardPath, rows, reason, place }): Forgotten => {
    const quarantined = (place?.quarantined ?? []).map(entry => ({
      path: entry.path,
      at: entry.at === null ? null : String(entry.at),
      bytes: entry.bytes
    }))
    return { shard_path: shardPath, rows, reason, by, host, at: String(at), quarantined }
  })
  const evidence = lost.flatMap(({ entries }) => entries.map(entry => lineOf({ ...entry, why: 'shard_missing' }, at)))
  const archived = [...archivedOf(root, paths)].map(entry => lineOf(entry, entry.at))
  const bytes = Buffer.from([...lines.map(line => `${JSON.stringify(line)}\n`), ...evidence, ...archived].join(''))
  for (let time = at; !writeNewFileDurably(join(root, QUARANTINE_PATH, `forgotten.${time}.ndjson`), [bytes]); time++);
}

function* archivedOf(root: string, shardPaths: ReadonlySet<string>): Generator<ArchivedEntry> {
  for (const path of archiveFiles(root)) {
    for (const entry of readArchiveFile(root, path, () => undefined)) if (shardPaths.has(entry.shardPath)) yield entry
  }
}

/** A larger file was not written by this program, so it is not part of the archive. */
const MOST_BYTES = 256 * 1024 * 1024

/** Removes the entries of some shards from the archive. Invalid lines are kept. @throws SystemError */
function takeFromArchive(root: string, shardPaths: ReadonlySet<string>): void {
  for (const path of archiveFiles(root)) {
    const file = join(root, path)
    try {
      if (!(lstatSync(file).size <= MOST_BYTES)) continue
      const lines = readFileSync(file, 'utf8').split('\n')
      const rest = lines.filter(line => !shardPaths.has(entryOf(line)?.shardPath ?? ''))
      if (rest.length === lines.length) continue
      if (rest.some(line => line !== '')) writeFileDurably(file, [Buffer.from(rest.join('\n'))])
      else removeFile(file)
    } catch (error) {
      throw asSystemError(error, 'write', file)
    }
    removeEmptyFolders(root, path)
  }
}
