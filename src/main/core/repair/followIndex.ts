/** Updates the index after moves, even if some of them failed. */

import { join } from 'node:path'
import { CacheBusyError, CancelledError, SystemError } from '../../../shared/model/errors.ts'
import type { LongOptions, ReindexReport } from '../../../shared/model/report.ts'
import { describeFinding } from '../../../shared/text/describeFinding.ts'
import { isThere } from '../fs/durableFile.ts'
import { expectedError } from '../fs/systemError.ts'
import { unsupportedIndex } from '../index/windowIndex.ts'
import { INDEX_PATH } from '../layouts/paths.ts'
import { rebuildIndex } from './reindexCache.ts'

/**
 * Moves shards and rebuilds the index. A cache without an index stays without one until a user requests it, and the index of another
 * GenoLeWM is left unchanged.
 * @param isNeeded whether the moves make a new index necessary
 * @returns the result of the move, and whether the index was rebuilt
 * @throws SystemError if a shard could not be read for the index; moved shards stay moved
 */
export async function thenReindex<T>(
  root: string,
  options: LongOptions,
  move: () => Promise<T>,
  isNeeded: (moved: T) => boolean
): Promise<{ readonly result: T; readonly rebuilt: boolean }> {
  const reindex = async (): Promise<ReindexReport | null> =>
    isThere(join(root, INDEX_PATH)) && unsupportedIndex(root) === null ? rebuildIndex(root, options) : null
  let result: T
  try {
    result = await move()
  } catch (error) {
    if (error instanceof CancelledError) throw error
    // The first failure is reported. If the index could not be updated either, the message includes the remedy.
    await reindex().catch(() => inTheMove(error))
    throw error
  }
  if (!isNeeded(result)) return { result, rebuilt: false }
  const report = await reindex().catch(afterTheMove)
  const unread = report?.findings.find(({ severity, details }) => severity === 'unreadable' && details.entries_kept === undefined)
  if (unread === undefined) return { result, rebuilt: report !== null && report.indexKept !== true }
  throw new SystemError(
    `the shards were moved, but ${unread.shardPath} could not be read for the index: ${describeFinding(unread)}; a reindex enters it when it can be read`,
    { ...unread.details }
  )
}

/** The error that stopped the moves, if the index could not be updated for those that succeeded. */
function inTheMove(error: unknown): never {
  const expected = expectedError(error)
  if (!(expected instanceof SystemError)) throw error
  const message = `${expected.message}; if shards had been moved by then, the index could not follow, and a reindex makes up for it`
  throw new SystemError(message, expected.details, { cause: error })
}

/** The error that stopped the update of the index, with the remedy. */
export function afterTheMove(error: unknown): never {
  const expected = expectedError(error)
  if (!(expected instanceof SystemError || expected instanceof CacheBusyError)) throw error
  const message = `the shards were moved, but the index could not follow; a reindex makes up for it: ${expected.message}`
  throw expected instanceof SystemError
    ? new SystemError(message, expected.details, { cause: error })
    : new CacheBusyError(message, expected.details)
}
