/** Reads a whole cache without changing it: every shard, every value, the keys across shards, and the index. */

import { setImmediate } from 'node:timers/promises'
import { CancelledError } from '../../../shared/model/errors.ts'
import { countByKind, type Finding, finding } from '../../../shared/model/finding.ts'
import type { LayoutVersion } from '../../../shared/model/layout.ts'
import type { FileIdentity, LongOptions, SecondReading, SharedKeys, VerifyReport } from '../../../shared/model/report.ts'
import { ProgressMeter } from '../base/progress.ts'
import { checkCacheRoot } from '../cache/cacheRoot.ts'
import { isProvenGone } from '../cache/provenGone.ts'
import { type ShardWalk, walkShards, withoutAliases } from '../cache/walkShards.ts'
import { EvidenceRun, type Present } from '../evidence/evidenceRun.ts'
import type { ArchiveProblem } from '../evidence/kept/entryArchive.ts'
import { aloneInDamaged, KeySharing } from '../evidence/keySharing.ts'
import { LocusCollector } from '../evidence/locusCollector.ts'
import { changedFinding, countMissing, type LostDetail, missingFinding } from '../evidence/lostReport.ts'
import { ShardStates } from '../evidence/shardStates.ts'
import { windowHashFindings } from '../evidence/windowHashFindings.ts'
import { isSameFile } from '../fs/fileStamp.ts'
import type { WindowIndex } from '../index/windowIndex.ts'
import { blocksIndexing, type Depth, type ShardVerdict } from '../inspect/inspectShard.ts'
import { KeyCollector, PairFinder } from '../keys/duplicateKeys.ts'
import { type EntryKey, spellKey } from '../keys/entryKey.ts'
import type { Holdings } from '../keys/holdings.ts'
import type { KeysSeen, KnownKeys } from '../keys/shardKeys.ts'
import { isAmongCopies } from '../layouts/folderNames.ts'
import { comparePaths, INDEX_PATH, isShardPath, shardFilePath } from '../layouts/paths.ts'
import { byPrecedence, isMisplacement } from '../layouts/precedence.ts'
import { type Selection, selectShards, type VerifyOptions } from '../ledger/selectShards.ts'
import { mapShards } from '../pool/mapShards.ts'
import { compareReaders, type ShardToCompare } from '../secondReader/compareReaders.ts'
import { faultFinding } from '../shards/faultFinding.ts'
import { ShardLookup } from '../shards/shardLookup.ts'
import { BackgroundSteps } from '../threads/backgroundSteps.ts'
import { compareShardWithIndex, danglingEntries, entriesBeyond, openIndexForComparison, unusable } from './compareIndex.ts'
import { compareShards } from './compareShards.ts'
import { type PlaceElsewhere, pathPairs, resolveElsewhere } from './keyPairs.ts'
import { LayoutCounts } from './otherLayouts.ts'
import { ShardJudge } from './shardJudge.ts'

/** The file of a shard as it was read. `sha256` is null if no digest was computed. */
export type ShardSeen = FileIdentity & { readonly sha256: string | null }

/** The result of a verification for a later plan: the report, and each shard's identity. */
export type Inspection = {
  readonly root: string
  readonly report: VerifyReport
  readonly stamps: ReadonlyMap<string, ShardSeen>
  readonly rows: ReadonlyMap<string, number | null>
  /** Number of rows for an index, over all shards that were read. */
  readonly indexableRows: number
  readonly indexableShards: number
  /** Shards without findings and without a digest or page checksums, so that a change would not be detected. */
  readonly readableShards: number
  /** Keys of the first shards, up to KEPT_ROWS, if the caller needs them. */
  readonly keys: KnownKeys
  /** Shards whose findings come from the interrupted run that is resumed, or from `known`. */
  readonly carriedOver: number
  /** All shards of the cache. */
  readonly present: ReadonlySet<string>
  /** Shards that were not part of this run. */
  readonly leftOut: number
  /** Rows that evidence expects and no shard holds, with the first of their keys and windows. */
  readonly lost: readonly LostDetail[]
  /** Keys that only one shard holds, for shards with findings. Null if unknown. */
  readonly keysOnlyHere: ReadonlyMap<string, number | null>
  readonly sharedKeys: readonly SharedKeys[]
  /** Shards whose bytes are known to be those that agreed with the index. */
  readonly intact: ReadonlySet<string>
  /** Whether the index, or the missing one, is of a layout that this program only reads. */
  readonly keepsIndex: boolean
}

/**
 * Verifies a cache.
 * @throws InputError, NotFoundError, SystemError, CancelledError. The contents of the cache never cause an exception
 */
export async function verifyCache(cacheDir: string, options: LongOptions & VerifyOptions = {}): Promise<VerifyReport> {
  return (await inspectCache(cacheDir, options)).report
}

/** Maximum number of keys in memory for a rebuild of the index: 44 bytes per row. */
const KEPT_ROWS = 1_000_000

type InspectOptions = LongOptions &
  VerifyOptions & {
    readonly keepKeys?: boolean
    readonly nameAllLost?: boolean
    /** Reads everything except the embeddings, and records nothing. This is enough to find missing rows. */
    readonly keysOnly?: boolean
  }

/** The default number of lost shards, and of keys of each, that are listed by name. */
const LOST_SHARDS_NAMED = 200
const LOST_KEYS_NAMED = 20

/** Verifies a cache and keeps the data for a plan or for the merge of partitions. */
export async function inspectCache(cacheDir: string, options: InspectOptions): Promise<Inspection> {
  const started = performance.now()
  const root = await checkCacheRoot(cacheDir)
  const walk = await walkShards(root, options.signal)
  const { shards, hidden } = namedShards(walk, options.shards)
  const selection = selectShards(root, walk.shardPaths, { ...options, shards })
  const run = new VerifyRun(root, walk, selection, { ...options, shards })
  try {
    for (const found of hidden) run.report(found)
    for (const found of walk.findings) if (selection.isOfRun(found.shardPath)) run.report(found)
    return await run.complete(started)
  } finally {
    run.close()
  }
}

/** Canonical paths of the shards that a caller named, without those that could not be read according to the walk. */
function namedShards(walk: ShardWalk, shards: readonly string[] | undefined) {
  if (shards === undefined) return { shards, hidden: [] }
  const present = new Set(walk.shardPaths)
  const named = shards.map(path => withoutAliases(walk, path))
  const absent = named.filter(path => !present.has(path))
  const isAbout = ({ shardPath }: Finding, path: string): boolean => path === shardPath || path.startsWith(`${shardPath}/`)
  const hidden = walk.findings.filter(found => absent.some(path => isAbout(found, path)))
  return { shards: named.filter(path => present.has(path) || !hidden.some(found => isAbout(found, path))), hidden }
}

class VerifyRun {
  private readonly findings: Finding[] = []
  private readonly collector = new KeyCollector()
  private pairs: PairFinder | null = null
  private readonly loci = new LocusCollector()
  private readonly elsewhere: PlaceElsewhere[] = []
  private readonly stamps = new Map<string, ShardSeen>()
  private readonly rows = new Map<string, number | null>()
  private meter: ProgressMeter
  /** Shards that were read completely, so a second reader can compare them. */
  private readonly readable: ShardToCompare[] = []
  private secondReading: SecondReading | undefined
  private readonly depth: Depth
  private indexableRows = 0
  private indexableShards = 0
  private readonly root: string
  private readonly walk: ShardWalk
  private readonly all: readonly string[]
  private readonly selection: Selection
  private readonly options: InspectOptions
  private readonly keys = new Map<string, KeysSeen>()
  private readonly states: ShardStates
  private readonly holdings: Present[] = []
  private readonly sharing = new KeySharing()
  private readonly judge: ShardJudge
  private evidence: EvidenceRun | null = null
  private lost: LostDetail[] = []
  private indexFailed = false
  private readonly layouts = new LayoutCounts()
  /** The layout of an index that is only read. */
  private readOnlyIndex: LayoutVersion | null = null
  /** Whether the index, or the missing one, has such a layout. */
  private keepsIndex = false

  constructor(root: string, walk: ShardWalk, selection: Selection, options: InspectOptions) {
    this.root = root
    this.walk = walk
    this.all = walk.shardPaths
    this.selection = selection
    this.options = options
    this.depth = options.quick === true ? 'footer' : options.keysOnly === true ? 'keys' : 'full'
    const bytesTotal = selection.shardPaths.reduce((sum, path) => sum + (selection.stamps.get(path)?.bytes ?? 0), 0)
    this.meter = new ProgressMeter(options.onProgress, 'read', selection.shardPaths.length, bytesTotal)
    this.states = new ShardStates(root, walk)
    this.judge = new ShardJudge(root, selection, options, this.depth)
  }

  close(): void {
    this.meter.end()
    this.selection.ledgerRun?.flush()
    this.evidence?.close()
    this.collector.close()
    this.loci.close()
  }

  report(found: Finding): void {
    const about = found.severity === 'index' && this.readOnlyIndex !== null ? { index_layout: this.readOnlyIndex } : null
    const reported = about === null ? found : { ...found, details: { ...found.details, ...about } }
    this.findings.push(reported)
    this.meter.findings += 1
    this.options.onFinding?.(reported)
  }

  async complete(started: number): Promise<Inspection> {
    const { index, findings } = openIndexForComparison(this.root, this.all.length)
    let usable = index
    if (index?.isWritten === false) this.readOnlyIndex = index.layout.version
    const evidence = this.evidenceRun(index)
    this.evidence = evidence
    try {
      if (this.options.shards === undefined) for (const found of findings) this.report(found)
      const { signal, workers, shardBudgetMs } = this.options
      const plans = this.selection.shardPaths.map(shardPath => this.judge.plan(shardPath))
      const bytes = plans.reduce(
        (sum, { task }) => sum + (task.depth === 'full' ? (this.selection.stamps.get(task.shardPath)?.bytes ?? 0) : 0),
        0
      )
      const tasks = plans.map(({ task }) => task)
      let i = 0
      // Only rows that were all read can replace one side of the proof.
      const prepares = this.selection.isOfRun(INDEX_PATH) && tasks.every(({ depth }) => depth === 'full')
      const preparation = new BackgroundSteps(prepares ? index?.prepareProof() : undefined, signal)
      try {
        for await (const look of mapShards(tasks, 'inspection', { signal, workers, budgetMs: shardBudgetMs, bytes })) {
          const verdict = this.judge.judge(look, plans[i]?.before ?? null, usable)
          this.take(i, verdict, look.sha256)
          usable = this.whileUsable(usable, each => this.compareWithIndex(each, verdict))
          this.meter.step(verdict.shardPath, verdict.bytes)
          i += 1
        }
        await preparation.done
      } finally {
        await preparation.end()
      }
      if (this.options.shards === undefined) usable = this.whileUsable(usable, each => this.reportDangling(each))
      if (index !== null) for (const found of this.layouts.findings(index.layout.version)) this.report(found)
      this.keepsIndex = index === null ? this.layouts.isForeign : !index.isWritten
      await this.questionEvidence(evidence, usable !== null || findings.every(({ kind }) => kind === 'index_missing'))
      if (this.selection.isOfRun(INDEX_PATH)) await this.proveIndex(usable)
    } finally {
      index?.close()
    }
    if (this.options.keysOnly !== true) await this.compareAcrossShards()
    if (this.options.secondReader === true) await this.askSecondReader()
    this.selection.ledgerRun?.finish()
    return this.inspection(started)
  }

  private take(i: number, verdict: ShardVerdict, sha256: string | null): void {
    const { shardPath, bytes, mtimeNs, inode, ctimeNs } = verdict
    this.stamps.set(shardPath, { bytes, mtimeNs, inode, ctimeNs, sha256 })
    this.rows.set(verdict.shardPath, verdict.rows)
    for (const found of verdict.findings) this.report(found)
    this.states.take(i, verdict, this.depth)
    if (verdict.layout !== null && verdict.rows !== null && !verdict.findings.some(blocksIndexing)) {
      this.layouts.add(verdict.layout, verdict.rows)
    }
    if (this.depth === 'full' && verdict.rows !== null && !verdict.findings.some(blocksIndexing)) {
      this.readable.push({ shardPath: verdict.shardPath, bytes: verdict.bytes })
    }
    if (verdict.keys === null) return
    if (verdict.holdings !== null)
      this.holdings.push({ shardPath: verdict.shardPath, holdings: withoutLoci(verdict.holdings), sha256: null })
    this.collector.add(i, verdict.keys)
    if (verdict.loci !== null) this.loci.add(i, verdict.keys, verdict.loci)
    if (this.options.keepKeys === true && this.indexableRows + verdict.keys.rows <= KEPT_ROWS) {
      const isMisplaced = verdict.findings.some(isMisplacement)
      this.keys.set(shardPath, { bytes, mtimeNs, inode, ctimeNs, keys: verdict.keys, isMisplaced })
    }
    this.indexableRows += verdict.keys.rows
    this.indexableShards += 1
  }

  /** A failure of the index is a finding, and the index is not used again. @returns null from then on */
  private whileUsable(index: WindowIndex | null, work: (index: WindowIndex) => void): WindowIndex | null {
    if (index === null) return null
    try {
      work(index)
      return index
    } catch (error) {
      this.giveUpIndex(error)
      return null
    }
  }

  /** Checks that GenoLeWM can find the contents of the index. Comparing entries with shards uses other access paths. */
  private async proveIndex(index: WindowIndex | null): Promise<void> {
    const proof = index?.prove()
    let isDone = proof === undefined
    while (!isDone) {
      if (this.options.signal?.aborted) throw new CancelledError()
      this.whileUsable(index, () => {
        isDone = true
        isDone = proof?.next().done === true
      })
      await setImmediate()
    }
  }

  private reportDangling(index: WindowIndex): void {
    const isDangling = (path: string): boolean =>
      this.selection.isOfRun(path) && (!isShardPath(path) || isAmongCopies(path) || isProvenGone(this.root, path))
    for (const found of danglingEntries(this.root, index, new Set(this.all), isDangling)) this.report(found)
  }

  private compareWithIndex(index: WindowIndex, verdict: ShardVerdict): void {
    const { keys, shardPath } = verdict
    if (keys === null) {
      if (this.depth === 'footer' && verdict.rows !== null) {
        for (const found of entriesBeyond(index, shardPath, verdict.rows)) this.report(found)
      }
      return
    }
    const compared = compareShardWithIndex(index, shardPath, keys, () => this.judge.intactness.isIntact(verdict))
    if (compared.changed.length > 0) this.evidence?.claimChanged(shardPath, compared.changed)
    for (const found of compared.findings) this.report(found)
    for (const place of compared.elsewhere) {
      // Through a link to the same shard, the entry points to the same row. Entries of copies in a trash folder are a separate finding.
      const isHere = withoutAliases(this.walk, place.indexedShard) === shardPath && place.indexedRow === place.row
      if (!isHere && !isAmongCopies(place.indexedShard)) this.elsewhere.push({ place, keys })
    }
  }

  /** Which of two shards with the same key comes first. Known when all shards have been judged. */
  private precedence(): ReturnType<typeof byPrecedence> {
    return byPrecedence(new Set(this.findings.filter(isMisplacement).map(({ shardPath }) => shardPath)))
  }

  /** Duplicates: shards with a common hash, and rows that the index assigns to a shard outside this run. */
  private async compareAcrossShards(): Promise<void> {
    const { root, elsewhere } = this
    const compare = this.precedence()
    const pairs = pathPairs(this.pairs?.pairs() ?? [], this.selection.shardPaths)
    const { pairs: more, findings } = resolveElsewhere(root, elsewhere, compare, this.readOnlyIndex === null)
    for (const found of findings) this.report(found)
    for (const [first, second] of new Map([...pairs, ...more].map(pair => [pair.join('\n'), pair])).values()) {
      if (this.options.signal?.aborted) throw new CancelledError()
      if (first !== second && isSameFile(shardFilePath(root, first), shardFilePath(root, second))) continue
      try {
        for (const found of compareShards(root, first, second)) this.report(found)
      } catch (error) {
        // Damage is reported where the shard is read, and does not affect the other one. Exceeding the time limit is specific to this
        // comparison.
        const found = faultFinding(second, error)
        if (found.kind === 'over_limit') this.report(found)
      }
      await setImmediate()
    }
    for (const found of windowHashFindings(root, this.loci.disagreements(), this.selection.shardPaths)) {
      if (found !== null) this.report(found)
      if (this.options.signal?.aborted) throw new CancelledError()
      await setImmediate()
    }
  }

  /** Reports once why the index cannot be used. @throws errors that the index did not cause */
  private giveUpIndex(error: unknown): void {
    const found = unusable(error)
    if (!this.indexFailed) this.report(found)
    this.indexFailed = true
  }

  private evidenceRun(index: WindowIndex | null): EvidenceRun {
    const { root, selection, states } = this
    const { ledger, signal, workers, shards, nameAllLost } = this.options
    const wanted = shards === undefined ? null : new Set(shards)
    const situation = {
      root,
      present: this.all,
      index,
      ledger,
      reported: this.options.reportedMissing ?? [],
      signal,
      workers,
      canonical: (path: string) => withoutAliases(this.walk, path),
      stateOf: (path: string) => states.stateOf(path),
      idOf: (path: string) => states.idOf(path),
      rowsOf: (path: string) => this.rows.get(path) ?? null,
      isIntact: (path: string) => this.judge.intactness.isIntactAt(path),
      isMine: wanted === null ? selection.isOfRun : (path: string) => wanted.has(path),
      onIndexFailure: (error: unknown) => this.giveUpIndex(error),
      onProblem: ({ path, message: reason, refused }: ArchiveProblem) =>
        this.report(refused ? finding('unreadable', path, { cause: 'evidence', reason }) : finding('bad_metadata', path, { reason }))
    }
    return new EvidenceRun(situation, this.collector, {
      holdings: () => this.holdings,
      listed: nameAllLost === true ? Number.POSITIVE_INFINITY : LOST_KEYS_NAMED
    })
  }

  /** Rows that no shard holds, although the index, its removed entries, the quarantine or the ledger expect them. */
  private async questionEvidence(evidence: EvidenceRun, isIndexKnown: boolean): Promise<void> {
    const { shardPaths } = this.selection
    const compare = this.precedence()
    const pairs = new PairFinder((a, b) => compare(shardPaths[a] ?? '', shardPaths[b] ?? ''))
    this.pairs = pairs
    await evidence.settle(holders => {
      pairs.take(holders)
      this.sharing.take(holders)
    })
    const named = await evidence.details(this.options.nameAllLost === true ? Number.POSITIVE_INFINITY : LOST_SHARDS_NAMED)
    this.lost = named.map(({ lost }) => lost)
    for (const { lost, place } of named) {
      const found = missingFinding(lost, place)
      if (found !== null) this.report(found)
    }
    const lookup = new ShardLookup(this.root)
    for (const place of evidence.places) {
      if (place.changedRows.size > 0) this.report(changedFinding(place, row => keyNow(lookup, place.shardPath, row)))
      if (place.state === 'damaged') this.sharing.takeDamaged(place, this.states.positionOf(place.shardPath))
    }
    lookup.close()
    if (this.selection.ledgerRun !== null && this.options.shards === undefined) this.noteInLedger(evidence, isIndexKnown)
  }

  /** A file at the path of a removed shard is another shard. Rows that were found elsewhere are not missing. */
  private noteInLedger(evidence: EvidenceRun, isIndexKnown: boolean): void {
    const { ledger } = this.options
    const present = new Set(this.all)
    const absent = [...(ledger?.evidence(this.root, path => !present.has(path) && isProvenGone(this.root, path)) ?? [])]
    ledger?.forgetFingerprints(
      this.root,
      absent.map(({ shardPath }) => shardPath)
    )
    const moved = evidence.places.filter(({ isMoved, gone, state }) => isMoved && gone.missing === 0 && state !== 'read')
    ledger?.dropRecords(
      this.root,
      moved.map(({ shardPath }) => shardPath)
    )
    if (isIndexKnown) this.judge.intactness.record(evidence.contradicted)
  }

  /** For shards with findings: the number of keys that would be lost with each. */
  private keysOnlyHere(marked: ReadonlySet<string>): Map<string, number | null> {
    const places = new Map(this.evidence?.places.map(place => [place.shardPath, place]))
    const counts = new Map<string, number | null>()
    for (const path of this.selection.shardPaths) {
      if (!marked.has(path)) continue
      const rows = this.rows.get(path) ?? null
      const id = this.states.idOf(path)
      counts.set(path, id >= 0 ? this.sharing.aloneIn(id, rows ?? 0) : aloneInDamaged(places.get(path), rows))
    }
    return counts
  }

  private async askSecondReader(): Promise<void> {
    const { findings } = this.meter
    this.meter.end()
    const bytes = this.readable.reduce((sum, shard) => sum + shard.bytes, 0)
    this.meter = new ProgressMeter(this.options.onProgress, 'compare', this.readable.length, bytes)
    this.meter.findings = findings
    const { signal, workers, shardBudgetMs: budgetMs } = this.options
    this.secondReading = await compareReaders(this.root, this.readable, {
      signal,
      workers,
      budgetMs,
      onFinding: found => this.report(found),
      onDone: shard => this.meter.step(shard.shardPath, shard.bytes)
    })
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
        ...countMissing(this.lost, findings),
        byKind: countByKind(findings),
        seconds: (performance.now() - started) / 1000,
        ...(this.secondReading && { secondReader: this.secondReading })
      },
      stamps: this.stamps,
      rows: this.rows,
      indexableRows: this.indexableRows,
      indexableShards: this.indexableShards,
      keys: this.keys,
      readableShards: [...this.judge.unfingerprinted].filter(path => !marked.has(path)).length,
      carriedOver: this.judge.carriedOver,
      present: new Set(this.all),
      leftOut: this.all.length - shardPaths.length,
      lost: this.lost,
      keysOnlyHere: this.keysOnlyHere(marked),
      sharedKeys: this.sharing.shared(shardPaths),
      intact: this.judge.intactness.proven,
      keepsIndex: this.keepsIndex
    }
  }
}

/** The key of a row, read again. Null if that fails, which is reported where the shard is read. */
function keyNow(lookup: ShardLookup, shardPath: string, row: number): EntryKey | null {
  try {
    const rows = lookup.open(shardPath)
    const info = rows.info(row)
    return info === null ? null : spellKey(rows.reader.layout.key, info)
  } catch {
    return null
  }
}

/** The ledger keeps loci. A run needs only a digest of the rows. */
function withoutLoci(holdings: Holdings): Holdings {
  return { ...holdings, loci: null, configuration: null }
}
