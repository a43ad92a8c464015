/**
 * Rebuilds the index from the shards (the seed's `reindex_cache`). Reads every column but the embeddings; a shard that cannot be
 * read, or a key that is there already, is a finding and does not stop the rest.
 */
import { setImmediate } from 'node:timers/promises'
import { CancelledError } from '../../shared/model/errors.ts'
import { type Finding, finding } from '../../shared/model/finding.ts'
import type { LongOptions, ReindexReport } from '../../shared/model/report.ts'
import { withCacheLock } from './cacheLock.ts'
import { checkCacheRoot } from './cacheRoot.ts'
import { startIndex } from './index/buildIndex.ts'
import { ROWS_LISTED } from './integrity/checkRows.ts'
import { indexRow } from './integrity/shardKeys.ts'
import { blocksIndexing, verifyShard } from './integrity/verifyShard.ts'
import { INDEX_PATH } from './paths.ts'
import { ProgressMeter } from './progress.ts'
import { walkShards } from './walkShards.ts'

const WAIT_MS = 10_000

/**
 * Builds a new index beside the old one and puts it in place.
 * @throws InputError, CacheBusyError, SystemError, CancelledError (the old index stays)
 */
export async function reindexCache(cacheDir: string, options: LongOptions = {}): Promise<ReindexReport> {
  const root = await checkCacheRoot(cacheDir)
  return withCacheLock(root, 'reindex', WAIT_MS, () => rebuildIndex(root, options, new Set()), options.signal)
}

/**
 * The same, for somebody who holds the lock.
 * @param leaveOut shards whose rows must not be entered, as a full verify found them damaged
 */
export async function rebuildIndex(root: string, options: LongOptions, leaveOut: ReadonlySet<string>): Promise<ReindexReport> {
  const walk = await walkShards(root, options.signal)
  const findings: Finding[] = []
  const report = (found: Finding): void => {
    findings.push(found)
    options.onFinding?.(found)
  }
  for (const found of walk.findings) report(found)
  const meter = new ProgressMeter(options.onProgress, 'index', walk.shardPaths.length)
  const builder = startIndex(root)
  let indexedShards = 0
  let indexedRows = 0
  try {
    for (const shardPath of walk.shardPaths) {
      if (options.signal?.aborted) throw new CancelledError()
      const verdict = leaveOut.has(shardPath) ? null : verifyShard(root, shardPath, 'keys')
      for (const found of verdict?.findings ?? []) if (blocksIndexing(found)) report(found)
      if (verdict?.keys) {
        const repeated: { row: number; place: string }[] = []
        for (let row = 0; row < verdict.keys.rows; row++) {
          const place = builder.add(indexRow(verdict.keys, row, shardPath))
          if (place !== null) repeated.push({ row, place: place.shardPath })
        }
        indexedShards += 1
        indexedRows += verdict.keys.rows - repeated.length
        for (const found of repeatedKeys(shardPath, repeated)) report(found)
      }
      meter.findings = findings.length
      meter.step(shardPath)
      await setImmediate()
    }
  } catch (error) {
    builder.discard()
    throw error
  }
  await builder.publish()
  return { indexedShards, indexedRows, indexPath: INDEX_PATH, findings }
}

function repeatedKeys(shardPath: string, repeated: readonly { row: number; place: string }[]): Finding[] {
  return [...Map.groupBy(repeated, ({ place }) => place)].map(([place, rows]) => {
    const count = rows.length
    const keys = count === 1 ? 'one row has a key' : `${count} rows have keys`
    const message = `${keys} that ${place === shardPath ? 'an earlier row of this shard' : place} holds already; the first in path order is indexed`
    const listed = rows.slice(0, ROWS_LISTED).map(({ row }) => row)
    return finding('duplicate_key', shardPath, message, { row: listed[0] ?? null, details: { other_shard: place, rows: listed, count } })
  })
}
