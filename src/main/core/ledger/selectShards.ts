/** Selects the shards that a verification reads, and their earlier results. */
import { createHash } from 'node:crypto'
import { InputError, NotFoundError } from '../../../shared/model/errors.ts'
import type { Finding } from '../../../shared/model/finding.ts'
import type { FileStamp } from '../../../shared/model/report.ts'
import { isFuture, isOlderThan } from '../../../shared/text/age.ts'
import { stampIfVisible } from '../fs/fileStamp.ts'
import { shardFilePath } from '../layouts/paths.ts'
import type { Ledger, LedgerRun, ReportedMissing } from './ledger.ts'
import { folderIdentity } from './movedCache.ts'

export type VerifyOptions = {
  /** Footers, names and the index only; no page is read. */
  readonly quick?: boolean
  /** Only these shards. */
  readonly shards?: readonly string[]
  /**
   * Only shards that are new, or whose size or mtime has changed since their last full verification. A verification in the future counts as
   * none.
   */
  readonly changed?: boolean
  /** Only shards whose last full verification is older than this, in ms. */
  readonly olderThanMs?: number
  /**
   * A shard whose last full verification is not older than this, in ms, and whose size and mtime are unchanged, is not read again. Its
   * earlier findings are reported. Keys and index are compared as in any run.
   */
  readonly trustMs?: number
  /** Resume the last unfinished run on this cache. */
  readonly resume?: boolean
  /** The `index`-th (from 1) of `of` partitions. The partition of a shard depends only on its path. */
  readonly partition?: { readonly index: number; readonly of: number }
  /** Where full verifications are recorded; needed by `changed`, `olderThanMs`, `trustMs` and `resume`. */
  readonly ledger?: Ledger
  /**
   * Findings in shards from other runs, by path. Only these shards are part of this run, and those with unchanged size and time are not
   * read again. Keys and index are compared as in any run, so that the report equals that of one run over all of them.
   */
  readonly known?: ReadonlyMap<string, KnownVerdict>
  /** Missing shards according to other ledgers. */
  readonly reportedMissing?: readonly ReportedMissing[]
  /** False if the ledger is only read, and nothing is recorded. */
  readonly recording?: boolean
  /** Also reads every shard with hyparquet and compares all values. This takes 10 to 60 times as long. */
  readonly secondReader?: boolean
}

/** The result of a full verification of a shard, without its keys, and the identity of the file. */
export type KnownVerdict = FileStamp & {
  readonly findings: readonly Finding[]
  /** Whether the ledger of that run had a digest of the same bytes that agreed with the index. */
  readonly isIntact?: boolean
}

export type Selection = {
  /** In path order. */
  readonly shardPaths: readonly string[]
  readonly stamps: ReadonlyMap<string, FileStamp>
  /** Whether this run would report a path that is not among its shards. */
  readonly isOfRun: (path: string) => boolean
  readonly ledgerRun: LedgerRun | null
}

/**
 * Selects the shards.
 * @param all every shard of the cache, in path order
 * @throws InputError, NotFoundError
 */
export function selectShards(root: string, all: readonly string[], options: VerifyOptions): Selection {
  const { shards, partition, changed, olderThanMs, trustMs, ledger, resume, known } = options
  if ((changed === true || olderThanMs !== undefined || trustMs !== undefined || resume === true) && ledger === undefined) {
    throw new InputError('earlier verifications are known only with a ledger', { field: 'ledger' })
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

/** The scope of a run in the ledger. A run can only be resumed with the same scope. */
export function runScope({ shards, partition, changed, olderThanMs }: VerifyOptions): string {
  return JSON.stringify({ shards, partition, changed, olderThanMs })
}

function checkPartition({ index, of }: { readonly index: number; readonly of: number }): void {
  if (Number.isSafeInteger(index) && Number.isSafeInteger(of) && index >= 1 && index <= of) return
  throw new InputError(`there is no partition ${index} of ${of}: partitions count from 1`, { field: 'partition', value: `${index}/${of}` })
}

/** The partition of a shard, from 1: the first four bytes of its path's SHA-256, modulo `of`. */
function partitionOf(shardPath: string, of: number): number {
  return (createHash('sha256').update(shardPath).digest().readUInt32BE(0) % of) + 1
}
