/**
 * Rebuilds the index from the shards (`reindex_cache` of `geno_lewm`). Reads every column except the embeddings. An unreadable shard or a
 * duplicate key is a finding and does not stop the rest.
 */
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { UnsupportedError } from '../../../shared/model/errors.ts'
import { type Finding, finding } from '../../../shared/model/finding.ts'
import type { FileIdentity, LongOptions, ReindexReport } from '../../../shared/model/report.ts'
import { describeFinding } from '../../../shared/text/describeFinding.ts'
import { ProgressMeter } from '../base/progress.ts'
import { withCacheLock } from '../cache/cacheLock.ts'
import { checkCacheRoot } from '../cache/cacheRoot.ts'
import { walkShards, withoutAliases } from '../cache/walkShards.ts'
import { sweepArchive } from '../evidence/kept/entryArchive.ts'
import { pruneArchive } from '../evidence/kept/pruneArchive.ts'
import { type ShardFate, VanishingEntries } from '../evidence/kept/vanishingEntries.ts'
import { removeQuietly } from '../fs/durableFile.ts'
import { hasIdentity, identityIfVisible, isSameFile } from '../fs/fileStamp.ts'
import { hadEntries, keepUnreadEntries } from '../index/keptEntries.ts'
import { unsupportedIndex, type WindowIndex } from '../index/windowIndex.ts'
import { type IndexBuilder, startIndex } from '../index/write/buildIndex.ts'
import type { RepeatedRow } from '../index/write/bulkLoad.ts'
import { withIndex } from '../index/write/changeIndex.ts'
import { ROWS_LISTED } from '../inspect/checkRows.ts'
import { blocksIndexing, type ShardVerdict, verifyShard } from '../inspect/inspectShard.ts'
import { indexRow, type KnownKeys, type ShardKeys } from '../keys/shardKeys.ts'
import { comparePaths, INDEX_PATH, shardFilePath } from '../layouts/paths.ts'
import { isMisplacement } from '../layouts/precedence.ts'
import { WRITTEN_LAYOUT } from '../layouts/registry.ts'
import { judgeEmptyFile } from '../parquet/file/placeholders.ts'
import { BYTES_OF_KEYS, mapShards } from '../pool/mapShards.ts'
import { LayoutCounts } from '../verify/otherLayouts.ts'

const WAIT_MS = 10_000

/**
 * Builds a new index beside the old one and puts it in place.
 * @throws InputError, CacheBusyError, IndexUnusable for an index of another generation, UnsupportedError where all shards are of another
 * layout, SystemError, CancelledError (the old index stays)
 */
export async function reindexCache(cacheDir: string, options: LongOptions = {}): Promise<ReindexReport> {
  const root = await checkCacheRoot(cacheDir)
  const report = await withCacheLock(root, 'reindex', WAIT_MS, () => rebuildIndex(root, options), options.signal)
  const foreign = report.indexKept && report.findings.find(({ kind }) => kind === 'index_other_layout')
  if (foreign) throw new UnsupportedError(`${describeFinding(foreign)} Nothing was changed.`, foreign.details)
  return report
}

/**
 * The same for a caller that holds the lock.
 * @param leaveOut shards whose rows must not be indexed, and why: a full verification found them damaged
 * @param known keys that were just read; a shard whose file is unchanged is not read again
 */
export async function rebuildIndex(
  root: string,
  options: LongOptions,
  leaveOut: ReadonlyMap<string, readonly Finding[]> = new Map(),
  known: KnownKeys = new Map()
): Promise<ReindexReport> {
  const unsupported = unsupportedIndex(root)
  if (unsupported !== null) throw unsupported
  const walk = await walkShards(root, options.signal)
  for (const path of walk.tempFiles) removeQuietly(join(root, path))
  sweepArchive(root)
  const run = new ReindexRun(root, leaveOut)
  const wanted = walk.shardPaths.filter(path => !leaveOut.has(path))
  const meter = new ProgressMeter(options.onProgress, 'index', wanted.length)
  const old = new VanishingEntries(root)
  const builder = startIndexOr(root, () => old.close())
  try {
    for await (const seen of keysOfAll(root, wanted, options, known)) {
      const verdict = judgeEmptyFile(seen, () => hadEntries(root, seen.shardPath))
      run.take(verdict)
      if (verdict.keys !== null) {
        if (isHeld(verdict.keys)) builder.add(verdict.shardPath, verdict.keys)
        old.take(verdict.shardPath, verdict.keys)
      }
      meter.findings = run.findings.length
      meter.step(verdict.shardPath)
    }
    run.leaveOutRepeated(builder.finish(run.misplaced))
    run.findings.push(...walk.findings)
    run.entriesKept(keepUnreadEntries(root, path => run.wasRead(withoutAliases(walk, path)), builder.addRows))
    // A failed read means nothing about the contents of the index.
    if (run.readNothing) builder.discard()
    else {
      old.keep(builder.holds, path => run.fateOf(withoutAliases(walk, path)))
      old.close()
      await builder.publish(options.signal)
    }
  } catch (error) {
    builder.discard()
    throw error
  } finally {
    old.close()
  }
  if (!run.readNothing) {
    await run.catchUp()
    pruneArchive(root)
  }
  const { indexedShards, indexedRows } = run
  const findings = [...run.findings, ...run.ofOtherLayouts()].sort((a, b) => comparePaths(a.shardPath, b.shardPath))
  for (const found of findings) options.onFinding?.(found)
  return { indexedShards, indexedRows, indexPath: INDEX_PATH, findings, ...(run.readNothing && { indexKept: true }) }
}

/** @param whenRefused closes what is already open */
function startIndexOr(root: string, whenRefused: () => void): IndexBuilder {
  try {
    return startIndex(root)
  } catch (error) {
    whenRefused()
    throw error
  }
}

type KeysVerdict = FileIdentity & Pick<ShardVerdict, 'shardPath' | 'findings' | 'keys'> & { readonly isMisplaced?: boolean }

/** The keys of shards in order, read or known. */
async function* keysOfAll(
  root: string,
  shardPaths: readonly string[],
  options: LongOptions,
  known: KnownKeys
): AsyncGenerator<KeysVerdict> {
  const same = (shardPath: string): ShardKeys | null => {
    const before = known.get(shardPath)
    const now = before === undefined ? undefined : identityIfVisible(shardFilePath(root, shardPath))
    return before !== undefined && now !== undefined && hasIdentity(now, before) ? before.keys : null
  }
  const found = shardPaths.map(shardPath => ({ shardPath, keys: same(shardPath) }))
  const unread = found.filter(({ keys }) => keys === null)
  const { signal, workers, shardBudgetMs } = options
  const tasks = unread.map(({ shardPath }) => ({ root, shardPath, depth: 'keys' as const, digest: false }))
  const looks = mapShards(tasks, 'inspection', { signal, workers, budgetMs: shardBudgetMs, bytes: tasks.length * BYTES_OF_KEYS })
  try {
    for (const { shardPath, keys } of found) {
      const before = known.get(shardPath)
      if (keys !== null && before !== undefined) {
        yield { ...before, shardPath, findings: [], keys }
        continue
      }
      const { value: look } = await looks.next()
      if (look === undefined) throw new TypeError('a shard was not inspected')
      yield look.verdict
    }
    // Lets it finish, so that its threads can be reused.
    await looks.next()
  } finally {
    await looks.return()
  }
}

const WRITER_PAUSE_MS = 300

class ReindexRun {
  findings: Finding[] = []
  /** Shards whose rows were indexed. */
  private readonly indexed = new Set<string>()
  /** Number of entries in the new index, by shard. */
  private readonly entries = new Map<string, number>()
  /** Shards that were read, to their keys or to their damage. */
  private readonly read = new Set<string>()
  private readonly damaged = new Set<string>()
  /** Shards with rows that belong at another path. */
  readonly misplaced = new Set<string>()
  /** The stamp of each shard when it was read. */
  private readonly seen = new Map<string, string>()
  /** Shards of another layout, which were read and which this index cannot hold. */
  private readonly otherShards = new Map<string, ShardKeys>()
  private readonly root: string
  private readonly leaveOut: ReadonlyMap<string, readonly Finding[]>

  constructor(root: string, leaveOut: ReadonlyMap<string, readonly Finding[]>) {
    this.root = root
    this.leaveOut = leaveOut
    this.findings.push(...[...leaveOut.values()].flat())
    for (const path of leaveOut.keys()) {
      this.read.add(path)
      this.damaged.add(path)
    }
  }

  get indexedShards(): number {
    return this.indexed.size
  }

  /** Number of entries of all shards, including those kept for unread shards. */
  get indexedRows(): number {
    return [...this.entries.values()].reduce((sum, entries) => sum + entries, 0)
  }

  wasRead(shardPath: string): boolean {
    return this.read.has(shardPath)
  }

  /** The state of a shard whose entries may be removed. */
  fateOf(shardPath: string): ShardFate {
    if (this.damaged.has(shardPath)) return 'damaged'
    return this.wasRead(shardPath) ? 'read' : 'missing'
  }

  /** Whether there are shards to read, and none of them could be read. */
  get readNothing(): boolean {
    return this.read.size === this.otherShards.size && this.findings.length + this.otherShards.size > 0
  }

  /** Counts a shard's rows, and records why it has none. A shard may be read twice. */
  take(verdict: KeysVerdict): void {
    const { shardPath, mtimeNs, findings, keys } = verdict
    // The stamp when it was opened. A shard that changes meanwhile is read again.
    this.seen.set(shardPath, mtimeNs === 0n ? fileText(this.root, shardPath) : identityText(verdict))
    this.findings.push(...findings.filter(blocksIndexing))
    const isDamaged = findings.some(({ severity }) => severity === 'corrupt')
    if (isDamaged) this.damaged.add(shardPath)
    if (keys !== null || isDamaged) this.read.add(shardPath)
    if (keys === null || !isHeld(keys)) {
      this.indexed.delete(shardPath)
      if (keys !== null) this.otherShards.set(shardPath, keys)
      return
    }
    this.otherShards.delete(shardPath)
    if (verdict.isMisplaced === true || findings.some(isMisplacement)) this.misplaced.add(shardPath)
    this.indexed.add(shardPath)
    this.entries.set(shardPath, keys.rows)
  }

  /** Rows that the index cannot hold, once for each layout. */
  ofOtherLayouts(): Finding[] {
    const counts = new LayoutCounts()
    for (const { layout, rows } of this.otherShards.values()) counts.add(layout, rows)
    return counts.findings(WRITTEN_LAYOUT.version)
  }

  /** Counts the entries that are kept, and records why their shards were not read. */
  entriesKept(kept: ReadonlyMap<string, number>): void {
    for (const [path, entries] of kept) this.addEntries(path, entries)
    const below = (folder: string): number =>
      [...kept].reduce((sum, [path, entries]) => sum + (path.startsWith(`${folder}/`) ? entries : 0), 0)
    this.findings = this.findings.map(found => {
      const entries = kept.get(found.shardPath) ?? (found.shardPath.endsWith('.parquet') ? 0 : below(found.shardPath))
      return entries === 0 ? found : { ...found, details: { ...found.details, entries_kept: entries } }
    })
  }

  /** Rows whose keys other rows have. */
  leaveOutRepeated(rows: readonly RepeatedRow[]): void {
    for (const { shardPath } of rows) this.addEntries(shardPath, -1)
    const ofOthers = rows.filter(({ shardPath, place }) => shardPath === place || !this.isSameFile(shardPath, place))
    for (const [shardPath, ofShard] of Map.groupBy(ofOthers, row => row.shardPath)) this.findings.push(...repeatedKeys(shardPath, ofShard))
  }

  private addEntries(shardPath: string, count: number): void {
    this.entries.set(shardPath, (this.entries.get(shardPath) ?? 0) + count)
  }

  private isSameFile(shardPath: string, other: string): boolean {
    return isSameFile(shardFilePath(this.root, shardPath), shardFilePath(this.root, other))
  }

  /**
   * Indexes shards that other processes wrote while the index was being built, because their entries may have gone into the old one. From
   * now on, writers insert into the new one. The pause lets a writer finish that is between its shard and its entries, because inserting
   * them first would make its own attempt fail.
   */
  async catchUp(): Promise<void> {
    const { shardPaths } = await walkShards(this.root)
    const late = shardPaths.filter(path => !this.leaveOut.has(path) && this.seen.get(path) !== fileText(this.root, path))
    if (late.length === 0) return
    await sleep(WRITER_PAUSE_MS)
    withIndex(this.root, index => {
      for (const shardPath of late) {
        this.findings = this.findings.filter(found => found.shardPath !== shardPath)
        const verdict = verifyShard(this.root, shardPath, 'keys')
        this.take(verdict)
        if (verdict.keys !== null && isHeld(verdict.keys)) this.leaveOutRepeated(enterAll(index, shardPath, verdict.keys))
        // Its writer may have inserted rows already.
        this.entries.set(shardPath, index.entriesOf(shardPath).length)
      }
    })
  }
}

/** Inserts a shard's rows into a live index. @returns those whose keys other rows have */
function enterAll(index: WindowIndex, shardPath: string, keys: ShardKeys): RepeatedRow[] {
  const repeated: RepeatedRow[] = []
  for (let row = 0; row < keys.rows; row++) {
    const place = index.enterUnlessTaken(indexRow(keys, row, shardPath))
    const taken = place !== null && !(place.shardPath === shardPath && place.rowOffset === row)
    if (taken) repeated.push({ shardPath, row, place: place.shardPath })
  }
  return repeated
}

/** Whether an index of the layout that is written can hold the rows of a shard. */
function isHeld({ layout }: ShardKeys): boolean {
  return layout === WRITTEN_LAYOUT.version
}

function fileText(root: string, shardPath: string): string {
  const identity = identityIfVisible(shardFilePath(root, shardPath))
  return identity === undefined ? '' : identityText(identity)
}

/** Without the ctime, which also changes with a new link to the file. */
function identityText({ bytes, mtimeNs, inode }: FileIdentity): string {
  return `${bytes} ${mtimeNs} ${inode}`
}

function repeatedKeys(shardPath: string, repeated: readonly RepeatedRow[]): Finding[] {
  return [...Map.groupBy(repeated, ({ place }) => place)].map(([place, rows]) => {
    const count = rows.length
    const other = place === shardPath ? null : place
    const facts = { role: 'reindexed' as const, count, other, isFirst: comparePaths(place, shardPath) <= 0 }
    const listed = rows.slice(0, ROWS_LISTED).map(({ row }) => row)
    return finding('duplicate_key', shardPath, facts, { row: listed[0] ?? null, details: { other_shard: place, rows: listed, count } })
  })
}
