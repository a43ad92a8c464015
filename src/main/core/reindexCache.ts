/**
 * Rebuilds the index from the shards (the seed's `reindex_cache`). Reads every column but the embeddings; a shard that cannot be
 * read, or a key that is there already, is a finding and does not stop the rest.
 */
import { lstatSync } from 'node:fs'
import { join } from 'node:path'
import { setImmediate, setTimeout as sleep } from 'node:timers/promises'
import { CancelledError } from '../../shared/model/errors.ts'
import { type Finding, finding } from '../../shared/model/finding.ts'
import type { RowPlace } from '../../shared/model/record.ts'
import type { LongOptions, ReindexReport } from '../../shared/model/report.ts'
import { withCacheLock } from './cacheLock.ts'
import { checkCacheRoot } from './cacheRoot.ts'
import { removeQuietly } from './durableFile.ts'
import { startIndex } from './index/buildIndex.ts'
import { type IndexRow, IndexUnusable, openIndex, withIndex } from './index/windowIndex.ts'
import { ROWS_LISTED } from './integrity/checkRows.ts'
import { indexRow } from './integrity/shardKeys.ts'
import { blocksIndexing, verifyShard } from './integrity/verifyShard.ts'
import { INDEX_PATH } from './paths.ts'
import { ProgressMeter } from './progress.ts'
import { shardFilePath } from './shardRows.ts'
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
  for (const path of walk.tempFiles) removeQuietly(join(root, path))
  const run = new ReindexRun(root, options, leaveOut)
  for (const found of walk.findings) run.report(found)
  const meter = new ProgressMeter(options.onProgress, 'index', walk.shardPaths.length)
  const builder = startIndex(root)
  try {
    for (const shardPath of walk.shardPaths) {
      if (options.signal?.aborted) throw new CancelledError()
      run.enter(shardPath, builder.add)
      meter.findings = run.findings.length
      meter.step(shardPath)
      await setImmediate()
    }
  } catch (error) {
    builder.discard()
    throw error
  }
  await builder.publish(options.signal)
  await run.catchUp()
  const { indexedShards, indexedRows, findings } = run
  return { indexedShards, indexedRows, indexPath: INDEX_PATH, findings }
}

const WRITER_PAUSE_MS = 300

class ReindexRun {
  findings: Finding[] = []
  indexedShards = 0
  indexedRows = 0
  /** What each shard looked like when it was read. */
  private readonly seen = new Map<string, string>()
  private readonly root: string
  private readonly options: LongOptions
  private readonly leaveOut: ReadonlySet<string>

  constructor(root: string, options: LongOptions, leaveOut: ReadonlySet<string>) {
    this.root = root
    this.options = options
    this.leaveOut = leaveOut
  }

  report(found: Finding): void {
    this.findings.push(found)
    this.options.onFinding?.(found)
  }

  /** Reads a shard's keys and gives its rows to the index. */
  enter(shardPath: string, add: (row: IndexRow) => RowPlace | null): void {
    if (this.leaveOut.has(shardPath)) return
    // Taken before the shard is read: one that changes meanwhile is read once more.
    this.seen.set(shardPath, stampText(this.root, shardPath))
    const { findings, keys } = verifyShard(this.root, shardPath, 'keys')
    const kept = findings.some(({ severity }) => severity === 'unreadable') ? this.carryOver(shardPath, add) : 0
    for (const found of findings) {
      if (blocksIndexing(found)) this.report(kept === 0 ? found : { ...found, details: { ...found.details, entries_kept: kept } })
    }
    if (keys === null) return
    const repeated: { row: number; place: string }[] = []
    for (let row = 0; row < keys.rows; row++) {
      const place = add(indexRow(keys, row, shardPath))
      if (place !== null && !(place.shardPath === shardPath && place.rowOffset === row)) repeated.push({ row, place: place.shardPath })
    }
    this.indexedShards += 1
    this.indexedRows += keys.rows - repeated.length
    for (const found of repeatedKeys(shardPath, repeated)) this.report(found)
  }

  /** That the system would not let us read a shard now says nothing of its rows: what the old index knew of them is kept. */
  private carryOver(shardPath: string, add: (row: IndexRow) => RowPlace | null): number {
    const kept = oldRows(this.root, shardPath).filter(row => add(row) === null).length
    this.indexedRows += kept
    return kept
  }

  /**
   * Enters what others wrote while the index was being built: their entries may have gone into the old one. Whatever is written
   * from now on is entered into the new one by its writer. The pause lets a writer who is between its shard and its entries finish:
   * entering them for it would make its own attempt fail.
   */
  async catchUp(): Promise<void> {
    const { shardPaths } = await walkShards(this.root)
    const late = shardPaths.filter(path => !this.leaveOut.has(path) && this.seen.get(path) !== stampText(this.root, path))
    if (late.length === 0) return
    await sleep(WRITER_PAUSE_MS)
    withIndex(this.root, index => {
      for (const shardPath of late) {
        this.findings = this.findings.filter(found => found.shardPath !== shardPath)
        this.enter(shardPath, row => index.enterUnlessTaken(row))
      }
    })
  }
}

function oldRows(root: string, shardPath: string): IndexRow[] {
  try {
    const index = openIndex(root, 'read')
    const rows = index?.rowsOf(shardPath) ?? []
    index?.close()
    return rows
  } catch (error) {
    if (error instanceof IndexUnusable) return []
    throw error
  }
}

function stampText(root: string, shardPath: string): string {
  const stat = lstatSync(shardFilePath(root, shardPath), { bigint: true, throwIfNoEntry: false })
  return stat === undefined ? '' : `${stat.size} ${stat.mtimeNs}`
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
