/** Manual quarantine: moves shards with a reason file beside each, so that they can be restored. Nothing is deleted or overwritten. */
import { statSync } from 'node:fs'
import { InputError, NotFoundError } from '../../../shared/model/errors.ts'
import type { LongOptions, QuarantinedShard, ShardNotMoved } from '../../../shared/model/report.ts'
import { withCacheLock } from '../cache/cacheLock.ts'
import { checkCacheRoot } from '../cache/cacheRoot.ts'
import { tidyQuarantine } from '../cache/quarantineFiles.ts'
import { isThere } from '../fs/durableFile.ts'
import { asSystemError } from '../fs/systemError.ts'
import { unsupportedIndex } from '../index/windowIndex.ts'
import { isShardPath, resolveShardPath } from '../layouts/paths.ts'
import type { Ledger } from '../ledger/ledger.ts'
import { thenReindex } from './followIndex.ts'
import { moveToQuarantine } from './moveShards.ts'

const WAIT_MS = 10_000

export type QuarantineResult = {
  readonly moved: readonly QuarantinedShard[]
  readonly notMoved: readonly ShardNotMoved[]
  readonly indexRebuilt: boolean
}

/**
 * Moves shards to quarantine and rebuilds the index without them.
 * @throws NotFoundError, InputError, CacheBusyError, IndexUnusable for an index of another generation, SystemError if nothing could be
 * moved, CancelledError between two moves (moved shards stay moved)
 */
export async function quarantineShards(
  cacheDir: string,
  shards: readonly string[],
  reason: string,
  options: LongOptions & { readonly ledger?: Ledger } = {}
): Promise<QuarantineResult> {
  if (reason.trim() === '') throw new InputError('a quarantine by hand needs a reason', { field: 'reason', value: reason })
  const root = await checkCacheRoot(cacheDir)
  checkPresent(root, shards)
  const work = async (): Promise<QuarantineResult> => {
    // The previous owner of the lock may have moved them.
    checkPresent(root, shards)
    const unsupported = unsupportedIndex(root)
    if (unsupported !== null) throw unsupported
    await tidyQuarantine(root)
    const moves = [...new Set(shards)].map(shardPath => ({ shardPath, reasons: [reason] }))
    const { result, rebuilt } = await thenReindex(
      root,
      options,
      async () => {
        const { moved, notMoved, refusal } = await moveToQuarantine(root, moves, options)
        if (moved.length === 0 && refusal !== null) throw refusal
        return { moved, notMoved }
      },
      () => true
    )
    return { ...result, indexRebuilt: rebuilt }
  }
  return withCacheLock(root, 'quarantine', WAIT_MS, work, options.signal)
}

/** Each must exist, and be a file or a link to one. */
function checkPresent(root: string, shards: readonly string[]): void {
  for (const shardPath of shards) {
    const path = isShardPath(shardPath) ? resolveShardPath(root, shardPath) : null
    if (path === null || !isFileOrNothing(path, shardPath))
      throw new NotFoundError(`there is no shard ${shardPath}`, { shard_path: shardPath })
  }
}

/** @returns false if nothing is there @throws InputError for anything but a file, SystemError */
function isFileOrNothing(path: string, shardPath: string): boolean {
  try {
    if (!isThere(path)) return false
    if (statSync(path, { throwIfNoEntry: false })?.isFile()) return true
  } catch (error) {
    throw asSystemError(error, 'inspect', shardPath)
  }
  throw new InputError(`${shardPath} is not a file, and stays where it is`, { field: 'shard', value: shardPath })
}
