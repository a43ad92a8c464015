/** Reads a whole cache and changes nothing: every shard, every value, the keys across shards, the index against the shards. */
import { createHash } from 'node:crypto'
import { lstatSync } from 'node:fs'
import { setImmediate } from 'node:timers/promises'
import { CancelledError, InputError, NotFoundError } from '../../../shared/model/errors.ts'
import { countByKind, type Finding, finding } from '../../../shared/model/finding.ts'
import type { FileStamp, LongOptions, VerifyReport } from '../../../shared/model/report.ts'
import { checkCacheRoot } from '../cacheRoot.ts'
import { digestShard } from '../digestShard.ts'
import type { WindowIndex } from '../index/windowIndex.ts'
import type { Ledger, LedgerRun, Verification } from '../ledger/ledger.ts'
import { comparePaths } from '../paths.ts'
import { ProgressMeter } from '../progress.ts'
import { isDtype, isPoolType } from '../rowValues.ts'
import { ShardLookup } from '../shardLookup.ts'
import { shardFilePath } from '../shardRows.ts'
import { walkShards } from '../walkShards.ts'
import {
  compareShardWithIndex,
  danglingEntries,
  type Elsewhere,
  entriesBeyond,
  missingFinding,
  openIndexForComparison,
  unusable
} from './compareIndex.ts'
import { compareShards } from './compareShards.ts'
import { KeyCollector } from './duplicateKeys.ts'
import { indexRow, type ShardKeys } from './shardKeys.ts'
import { blocksIndexing, type Depth, faultFinding, type ShardVerdict, verifyShard } from './verifyShard.ts'

export type VerifyOptions = {
  /** Footers, names and the index only: no page is read. */
  readonly quick?: boolean
  /** Only these shards. */
  readonly shards?: readonly string[]
  /** Only what is new, or has another size or mtime than when it was last verified in full. */
  readonly changed?: boolean
  /** Only what was last verified in full longer ago than this, in ms. */
  readonly olderThanMs?: number
  /** Go on with the last run on this cache that did not come to its end. */
  readonly resume?: boolean
  /** The `index`-th (from 1) of `of` parts; a shard's part follows from its path alone. */
  readonly partition?: { readonly index: number; readonly of: number }
  /** Where full verifications are written down; needed by `changed`, `olderThanMs` and `resume`. */
  readonly ledger?: Ledger
}

/** What a verify saw, for the plan that follows: the report, and each shard's identity. */
export type Inspection = {
  readonly root: string
  readonly report: VerifyReport
  readonly stamps: ReadonlyMap<string, FileStamp>
  readonly rows: ReadonlyMap<string, number | null>
  /** Rows that belong into an index, over all shards that were read. */
  readonly indexableRows: number
  readonly indexableShards: number
}

/**
 * Verifies a cache.
 * @throws InputError, NotFoundError, SystemError, CancelledError; never for what the cache contains
 */
export async function verifyCache(cacheDir: string, options: LongOptions & VerifyOptions = {}): Promise<VerifyReport> {
  return (await inspectCache(cacheDir, options)).report
}

/** Verifies a cache and keeps what a plan needs to know. */
export async function inspectCache(cacheDir: string, options: LongOptions & VerifyOptions): Promise<Inspection> {
  const started = performance.now()
  const root = await checkCacheRoot(cacheDir)
  const walk = await walkShards(root, options.signal)
  const selection = selectShards(root, walk.shardPaths, options)
  const run = new VerifyRun(root, walk.shardPaths, selection, options)
  try {
    for (const found of walk.findings) if (selection.mine(found.shardPath)) run.report(found)
    return await run.complete(started)
  } finally {
    run.close()
  }
}

type Selection = {
  /** In path order. */
  readonly shardPaths: readonly string[]
  readonly stamps: ReadonlyMap<string, FileStamp>
  /** Whether a path that is no shard of this run would be its to report. */
  readonly mine: (path: string) => boolean
  readonly ledgerRun: LedgerRun | null
}

function selectShards(root: string, all: readonly string[], options: VerifyOptions): Selection {
  const { shards, partition, changed, olderThanMs, ledger, resume } = options
  if ((changed === true || olderThanMs !== undefined || resume === true) && ledger === undefined) {
    throw new InputError('what was verified before is known only with a ledger', { field: 'ledger' })
  }
  if (partition !== undefined) checkPartition(partition)
  const inPartition = (path: string): boolean => partition === undefined || partitionOf(path, partition.of) === partition.index
  let chosen = all.filter(inPartition)
  if (shards !== undefined) {
    const wanted = new Set(shards)
    const missing = shards.filter(shard => !all.includes(shard))
    if (missing.length > 0) throw new NotFoundError(`there is no shard ${missing[0]}`, { shard_paths: missing })
    chosen = chosen.filter(path => wanted.has(path))
  }
  const stamps = new Map(chosen.flatMap(path => stampOf(root, path)))
  if (ledger !== undefined && (changed === true || olderThanMs !== undefined)) {
    const now = Date.now()
    chosen = chosen.filter(path => {
      const last = ledger.lastVerification(root, path)
      if (last === null) return true
      const stamp = stamps.get(path)
      const differs = stamp === undefined || stamp.bytes !== last.bytes || stamp.mtimeNs !== last.mtimeNs
      return (changed === true && differs) || (olderThanMs !== undefined && now - last.verifiedAtMs > olderThanMs)
    })
  }
  const scope = JSON.stringify({ shards, partition, changed, olderThanMs })
  const ledgerRun = ledger === undefined || options.quick === true ? null : ledger.startRun(root, scope, resume === true)
  return { shardPaths: chosen, stamps, mine: path => shards === undefined && inPartition(path), ledgerRun }
}

function checkPartition({ index, of }: { readonly index: number; readonly of: number }): void {
  if (Number.isSafeInteger(index) && Number.isSafeInteger(of) && index >= 1 && index <= of) return
  throw new InputError(`there is no part ${index} of ${of}: parts count from 1`, { field: 'partition', value: `${index}/${of}` })
}

/** Which of `of` parts a shard belongs to, from 1: the first four bytes of its path's SHA-256, modulo. */
function partitionOf(shardPath: string, of: number): number {
  return (createHash('sha256').update(shardPath).digest().readUInt32BE(0) % of) + 1
}

function stampOf(root: string, shardPath: string): [string, FileStamp][] {
  try {
    const stat = lstatSync(shardFilePath(root, shardPath), { bigint: true })
    return [[shardPath, { bytes: Number(stat.size), mtimeNs: stat.mtimeNs }]]
  } catch {
    // What cannot be looked at is reported when it is opened.
    return []
  }
}

class VerifyRun {
  private readonly findings: Finding[] = []
  private readonly collector = new KeyCollector()
  private readonly elsewhere: { place: Elsewhere; keys: ShardKeys }[] = []
  private readonly stamps = new Map<string, FileStamp>()
  private readonly rows = new Map<string, number | null>()
  private readonly meter: ProgressMeter
  private readonly depth: Depth
  private indexableRows = 0
  private indexableShards = 0
  private readonly root: string
  private readonly all: readonly string[]
  private readonly selection: Selection
  private readonly options: LongOptions & VerifyOptions

  constructor(root: string, all: readonly string[], selection: Selection, options: LongOptions & VerifyOptions) {
    this.root = root
    this.all = all
    this.selection = selection
    this.options = options
    this.depth = options.quick === true ? 'footer' : 'full'
    const bytesTotal = selection.shardPaths.reduce((sum, path) => sum + (selection.stamps.get(path)?.bytes ?? 0), 0)
    this.meter = new ProgressMeter(options.onProgress, 'read', selection.shardPaths.length, bytesTotal)
  }

  close(): void {
    this.collector.close()
  }

  report(found: Finding): void {
    this.findings.push(found)
    this.meter.findings += 1
    this.options.onFinding?.(found)
  }

  async complete(started: number): Promise<Inspection> {
    const { index, findings } = openIndexForComparison(this.root, this.all.length)
    let usable = index
    try {
      if (this.options.shards === undefined) for (const found of findings) this.report(found)
      for (const [i, shardPath] of this.selection.shardPaths.entries()) {
        if (this.options.signal?.aborted) throw new CancelledError()
        const verdict = await this.look(shardPath)
        this.take(i, verdict)
        if (usable !== null) {
          try {
            this.compareWithIndex(usable, verdict)
          } catch (error) {
            this.report(unusable(error))
            usable = null
          }
        }
        this.meter.step(shardPath, verdict.bytes)
        await setImmediate()
      }
      if (usable !== null && this.options.shards === undefined) {
        for (const found of danglingEntries(usable, new Set(this.all), this.selection.mine)) this.report(found)
      }
    } finally {
      index?.close()
    }
    await this.compareShards()
    this.selection.ledgerRun?.finish()
    if (this.options.shards === undefined) this.options.ledger?.forgetMissing(this.root, new Set(this.all))
    return this.inspection(started)
  }

  /** Looks at a shard, or takes what the interrupted run that is being resumed found in it. */
  private async look(shardPath: string): Promise<ShardVerdict> {
    const before = this.selection.ledgerRun?.verifiedInThisRun(shardPath)
    const stamp = this.selection.stamps.get(shardPath)
    if (before && stamp && before.bytes === stamp.bytes && before.mtimeNs === stamp.mtimeNs) {
      // Its values were read; its keys are needed once more for the comparison across shards.
      const verdict = verifyShard(this.root, shardPath, 'keys')
      return {
        ...verdict,
        findings: before.findings,
        keys: before.findings.some(blocksIndexing) ? null : verdict.keys
      }
    }
    const verdict = verifyShard(this.root, shardPath, this.depth)
    return this.selection.ledgerRun === null ? verdict : this.fingerprint(verdict, this.selection.ledgerRun)
  }

  /** Holds a shard's digest against the one that was recorded first; readable is not intact. */
  private async fingerprint(verdict: ShardVerdict, run: LedgerRun): Promise<ShardVerdict> {
    const { shardPath } = verdict
    if (verdict.findings.some(found => found.severity === 'unreadable' || found.kind === 'not_a_file')) return verdict
    let sha256: string
    try {
      sha256 = await digestShard(this.root, shardPath, this.options.signal)
    } catch (error) {
      // Somebody moved it since its values were read.
      return { ...verdict, findings: [...verdict.findings, faultFinding(shardPath, error)], keys: null }
    }
    const last = this.options.ledger?.lastVerification(this.root, shardPath)
    const changed = last?.sha256 && last.sha256 !== sha256 ? [changedBytes(shardPath, last, sha256)] : []
    const known = { ...verdict, findings: [...verdict.findings, ...changed] }
    // A shard that is still being written looks cut off: only whole ones are held to their bytes.
    run.record(known, verdict.findings.some(found => found.severity === 'corrupt') ? null : sha256)
    return known
  }

  private take(i: number, verdict: ShardVerdict): void {
    this.stamps.set(verdict.shardPath, { bytes: verdict.bytes, mtimeNs: verdict.mtimeNs })
    this.rows.set(verdict.shardPath, verdict.rows)
    for (const found of verdict.findings) this.report(found)
    if (verdict.keys === null) return
    this.collector.add(i, verdict.keys)
    this.indexableRows += verdict.keys.rows
    this.indexableShards += 1
  }

  private compareWithIndex(index: WindowIndex, verdict: ShardVerdict): void {
    const { keys, shardPath } = verdict
    if (keys === null) {
      if (this.depth === 'footer' && verdict.rows !== null) {
        for (const found of entriesBeyond(index, shardPath, verdict.rows)) this.report(found)
      }
      return
    }
    const compared = compareShardWithIndex(index, shardPath, keys)
    for (const found of compared.findings) this.report(found)
    for (const place of compared.elsewhere) this.elsewhere.push({ place, keys })
  }

  /** Duplicates: shards that share a fingerprint, and rows that the index gives to a shard outside this run. */
  private async compareShards(): Promise<void> {
    const { shardPaths } = this.selection
    const pairs = new Map<string, readonly [string, string]>()
    for (const { first, second } of this.collector.pairs()) {
      const a = shardPaths[first]
      const b = shardPaths[second]
      if (a !== undefined && b !== undefined) pairs.set(`${a}\n${b}`, [a, b])
    }
    for (const [a, b] of this.resolveElsewhere()) pairs.set(`${a}\n${b}`, [a, b])
    for (const [first, second] of pairs.values()) {
      if (this.options.signal?.aborted) throw new CancelledError()
      try {
        for (const found of compareShards(this.root, first, second)) this.report(found)
      } catch (error) {
        this.report(faultFinding(second, error))
      }
      await setImmediate()
    }
  }

  private resolveElsewhere(): [string, string][] {
    const pairs: [string, string][] = []
    const missing = new Map<string, number[]>()
    const lookup = new ShardLookup(this.root)
    try {
      for (const { place, keys } of this.elsewhere) {
        if (holdsKey(lookup, place, keys)) {
          const earlier = comparePaths(place.shardPath, place.indexedShard) < 0
          pairs.push(earlier ? [place.shardPath, place.indexedShard] : [place.indexedShard, place.shardPath])
        } else missing.set(place.shardPath, [...(missing.get(place.shardPath) ?? []), place.row])
      }
    } finally {
      lookup.close()
    }
    for (const [shardPath, rows] of missing) for (const found of missingFinding(shardPath, rows)) this.report(found)
    return pairs
  }

  private inspection(started: number): Inspection {
    const findings = this.findings.sort((a, b) => comparePaths(a.shardPath, b.shardPath))
    const marked = new Set(findings.filter(found => found.severity !== 'index').map(found => found.shardPath))
    const { shardPaths } = this.selection
    const sum = (values: Iterable<number | null>): number => [...values].reduce<number>((total, value) => total + (value ?? 0), 0)
    return {
      root: this.root,
      report: {
        checkedShards: shardPaths.length,
        checkedRows: sum(this.rows.values()),
        checkedBytes: sum([...this.stamps.values()].map(stamp => stamp.bytes)),
        healthyShards: shardPaths.filter(path => !marked.has(path)).length,
        findings,
        byKind: countByKind(findings),
        seconds: (performance.now() - started) / 1000
      },
      stamps: this.stamps,
      rows: this.rows,
      indexableRows: this.indexableRows,
      indexableShards: this.indexableShards
    }
  }
}

function changedBytes(shardPath: string, last: Verification, sha256: string): Finding {
  const since = new Date(last.fingerprintedAtMs).toISOString()
  const unchanged = new Date(last.verifiedAtMs).toISOString()
  const message = `the bytes differ from those recorded on ${since}; shards are never rewritten, so this is rot, or another file in its place`
  return finding('changed_bytes', shardPath, message, {
    details: { recorded_sha256: last.sha256, sha256, recorded_at: since, last_verified: unchanged }
  })
}

/** Whether the place that the index gives for a row's key holds that key. */
function holdsKey(lookup: ShardLookup, place: Elsewhere, keys: ShardKeys): boolean {
  const { windowHash, encoderHash, stateLayer, poolType, poolRadius, dtype } = indexRow(keys, place.row, place.shardPath)
  if (!isPoolType(poolType) || !isDtype(dtype)) return false
  const key = {
    windowHash: Buffer.from(windowHash, 'hex'),
    encoderHash: Buffer.from(encoderHash, 'hex'),
    stateLayer,
    poolType,
    poolRadius,
    dtype
  }
  try {
    return lookup.open(place.indexedShard).matches(place.indexedRow, key)
  } catch {
    // Damage there is reported where that shard is read.
    return false
  }
}
