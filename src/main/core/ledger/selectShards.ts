/** Which shards a verify looks at, and what was known of them before. */
import { createHash } from 'node:crypto'
import { isFuture, isOlderThan } from '../../../shared/model/age.ts'
import { InputError, NotFoundError } from '../../../shared/model/errors.ts'
import type { Finding } from '../../../shared/model/finding.ts'
import type { FileStamp } from '../../../shared/model/report.ts'
import { stampIfVisible } from '../fs/fileStamp.ts'
import { shardFilePath } from '../layouts/paths.ts'
import type { Ledger, LedgerRun, ReportedMissing } from './ledger.ts'
import { folderIdentity } from './movedCache.ts'

export type VerifyOptions = {
  /** Footers, names and the index only: no page is read. */
  readonly quick?: boolean
  /** Only these shards. */
  readonly shards?: readonly string[]
  /** Only what is new, or has another size or mtime than when it was last verified in full. A verification in the future counts as none. */
  readonly changed?: boolean
  /** Only what was last verified in full longer ago than this, in ms. */
  readonly olderThanMs?: number
  /**
   * What was verified in full no longer ago than this, in ms, and has its size and mtime still, is not read again: what was found in it
   * then stands. Keys and index are compared as in any run.
   */
  readonly trustMs?: number
  /** Go on with the last run on this cache that did not come to its end. */
  readonly resume?: boolean
  /** The `index`-th (from 1) of `of` parts; a shard's part follows from its path alone. */
  readonly partition?: { readonly index: number; readonly of: number }
  /** Where full verifications are written down; needed by `changed`, `olderThanMs`, `trustMs` and `resume`. */
  readonly ledger?: Ledger
  /**
   * What was found in shards elsewhere, by path: only these are looked at, and the values of those that still have their size and
   * time are not read again. Keys and index are compared as in any run, so that the report is that of one run over all of them.
   */
  readonly known?: ReadonlyMap<string, KnownVerdict>
  /** Missing shards that the ledgers of others know. */
  readonly reportedMissing?: readonly ReportedMissing[]
  /** False where the ledger is only asked, and nothing is written down. */
  readonly recording?: boolean
  /** Also reads every shard with hyparquet and compares all values. That takes 10 to 60 times as long. */
  readonly secondReader?: boolean
}

/** What a full look at a shard came to, without its keys, and what the file looked like then. */
export type KnownVerdict = FileStamp & {
  readonly findings: readonly Finding[]
  /** Whether the ledger that was asked then knew the bytes as those that agreed with the index. */
  readonly isIntact?: boolean
}

export type Selection = {
  /** In path order. */
  readonly shardPaths: readonly string[]
  readonly stamps: ReadonlyMap<string, FileStamp>
  /** Whether a path that is no shard of this run would be its to report. */
  readonly isOfRun: (path: string) => boolean
  readonly ledgerRun: LedgerRun | null
}

/**
 * Chooses.
 * @param all every shard of the cache, in path order
 * @throws InputError, NotFoundError
 */
export function selectShards(root: string, all: readonly string[], options: VerifyOptions): Selection {
  const { shards, partition, changed, olderThanMs, trustMs, ledger, resume, known } = options
  if ((changed === true || olderThanMs !== undefined || trustMs !== undefined || resume === true) && ledger === undefined) {
    throw new InputError('what was verified before is known only with a ledger', { field: 'ledger' })
  }
  if (partition !== undefined) checkPartition(partition)
  const inPartition = (path: string): boolean => partition === undefined || partitionOf(path, partition.of) === partition.index
  let chosen = all.filter(path => inPartition(path) && known?.has(path) !== false)
  if (shards !== undefined) {
    const wanted = new Set(shards)
    const missing = shards.filter(shard => !all.includes(shard))
    if (missing.length > 0) throw new NotFoundError(`there is no shard ${missing[0]}`, { shard_paths: missing })
    chosen = chosen.filter(path => wanted.has(path))
  }
  const stamps = new Map<string, FileStamp>()
  for (const path of chosen) {
    const stamp = stampIfVisible(shardFilePath(root, path))
    if (stamp !== undefined) stamps.set(path, stamp)
  }
  if (ledger !== undefined && (changed === true || olderThanMs !== undefined)) {
    const now = Date.now()
    chosen = chosen.filter(path => {
      const last = ledger.lastVerification(root, path)
      if (last === null) return true
      const stamp = stamps.get(path)
      const differs = stamp === undefined || stamp.bytes !== last.bytes || stamp.mtimeNs !== last.mtimeNs
      const isNews = differs || isFuture(last.verifiedAtMs, now)
      return (changed === true && isNews) || (olderThanMs !== undefined && isOlderThan(last.verifiedAtMs, olderThanMs, now))
    })
  }
  const ledgerRun =
    ledger === undefined || options.quick === true || options.recording === false
      ? null
      : ledger.startRun(root, runScope(options), resume === true, folderIdentity(root))
  return { shardPaths: chosen, stamps, isOfRun: path => shards === undefined && inPartition(path), ledgerRun }
}

/** What a run is of, in the ledger: one that is resumed must be of the same. */
export function runScope({ shards, partition, changed, olderThanMs }: VerifyOptions): string {
  return JSON.stringify({ shards, partition, changed, olderThanMs })
}

function checkPartition({ index, of }: { readonly index: number; readonly of: number }): void {
  if (Number.isSafeInteger(index) && Number.isSafeInteger(of) && index >= 1 && index <= of) return
  throw new InputError(`there is no part ${index} of ${of}: parts count from 1`, { field: 'partition', value: `${index}/${of}` })
}

/** Which of `of` parts a shard belongs to, from 1: the first four bytes of its path's SHA-256, modulo. */
function partitionOf(shardPath: string, of: number): number {
  return (createHash('sha256').update(shardPath).digest().readUInt32BE(0) % of) + 1
}
