/**
 * An open cache: its shards with their health, updated from changes in its folder and from jobs. Files are read only by the query threads.
 * Nothing is written except to the program's own catalog.
 */
import { createHash } from 'node:crypto'
import type { CacheSummary, LostFormat, LostListReport, Scope } from '../../../shared/contract/index.ts'
import {
  EMBEDDINGS_DIR,
  type FileStamp,
  type Finding,
  isThisProcess,
  type Ledger,
  lastChange,
  type RecordedVerdict,
  runScope,
  stateByFindings
} from '../../core/index.ts'
import type { Catalog } from '../catalog/catalog.ts'
import { applyVerification, type CatalogEntry, firstLookOf, modifiedMs, sameStamp } from '../catalog/catalogEntry.ts'
import { CatalogStore } from '../catalog/catalogStore.ts'
import { ComparedFiles } from '../catalog/comparedFiles.ts'
import type { ReportEffect } from '../catalog/comparison.ts'
import { inScope } from '../catalog/scope.ts'
import { countLines } from '../catalog/totals.ts'
import type { MissingQuestion, MissingReport } from '../queries/missing.ts'
import type { QueryThread } from '../queries/queryThread.ts'
import type { Surroundings } from '../queries/surroundings.ts'
import { Changes } from './changes.ts'
import { ComparedFindings } from './crossShardFindings.ts'
import { FooterQueue } from './footerQueue.ts'
import { MissingShards, statesOf } from './missingShards.ts'
import { Polling } from './polling.ts'
import { ShardScan } from './shardScan.ts'

export type CacheParts = {
  /** Answers requests that a window waits for. */
  readonly reader: QueryThread
  /** Answers requests that no caller waits for. */
  readonly background: QueryThread
  readonly catalog: Catalog
  readonly ledger: Ledger
  readonly ledgerFile: string
  /** The record of changes that this program has made to a cache. */
  readonly dataFolder: string
  readonly onError: (error: unknown) => void
  /** A message for the log. */
  readonly onRemark: (sentence: string, details: object) => void
}

/** The name of a cache, which follows from its path. */
export function cacheIdOf(root: string): string {
  return createHash('sha256').update(root).digest('hex').slice(0, 16)
}

export class OpenCache {
  readonly cacheId: string
  readonly root: string
  readonly changes = new Changes()
  /** Whether this program has changed the cache: since it was opened, or earlier according to the record. */
  written: boolean
  private readonly parts: CacheParts
  private readonly memory: CatalogStore
  private readonly scan: ShardScan
  private readonly footers: FooterQueue
  private scanned = false
  /** Whether known shards are looked up in the ledger again, because another process may have verified them. */
  private consulting = false
  private ledgerFailed = false
  private lastFailure = ''
  private readonly compared: ComparedFindings
  private surroundings: Surroundings = {
    index: { state: 'missing', reason: null, isRebuildable: true, stamp: null },
    writer: null,
    quarantined: 0,
    there: true
  }
  private summarised: CacheSummary | null = null
  private readonly polling: Polling
  private readonly missing: MissingShards
  private closed = false

  /** @param root absolute real path of a cache */
  constructor(root: string, parts: CacheParts) {
    this.root = root
    this.cacheId = cacheIdOf(root)
    this.parts = parts
    this.written = lastChange(parts.dataFolder, root) !== null
    this.memory = new CatalogStore(parts.catalog, root, parts.onError)
    this.compared = new ComparedFindings(this.memory, path => this.line(path))
    this.scan = new ShardScan(root, parts.background, {
      onNew: line => this.takeNew(line),
      onKnown: line => {
        if (this.consulting) this.consult(line)
      },
      onGone: paths => {
        if (paths.length > 0) this.compared.shardsChanged()
        this.memory.forget(paths)
      },
      onProgress: () => this.changes.touch(),
      onSettled: folders => this.whileOpen(() => this.takeSettled(folders)),
      onError: error => this.logOnce(error),
      onUnwatched: reason =>
        parts.onRemark('the operating system does not report changes in all folders; they are polled every few seconds instead', {
          root,
          reason
        })
    })
    this.missing = new MissingShards(
      () => this.askMissing(),
      path => this.line(path) !== undefined,
      () => this.settle(),
      error => this.logOnce(error)
    )
    this.polling = new Polling(this.scan, () => this.poll().catch(error => this.logOnce(error)))
    this.footers = new FooterQueue(
      root,
      parts.background,
      line => this.line(line.shardPath) === line,
      lines => {
        for (const line of lines) this.memory.note(line)
        this.changes.touch()
      }
    )
  }

  /** Shows the remembered state, then scans the files. Settles when every footer has been read. */
  async start(): Promise<void> {
    await this.recall()
    try {
      await Promise.all([this.scan.scanAll(), this.pollCache()])
    } finally {
      this.scanned = true
      this.polling.wait()
    }
    this.settle()
    this.whileOpen(() => this.askAgain())
    await this.readFooters()
  }

  close(): void {
    if (this.closed) return
    this.closed = true
    this.scan.close()
    this.missing.close()
    this.footers.close()
    this.polling.end()
    this.memory.save()
    this.changes.flush()
  }

  get isClosed(): boolean {
    return this.closed
  }

  /** All shards in path order. */
  lines(): readonly CatalogEntry[] {
    return this.scan.folders.lines()
  }

  line(shardPath: string): CatalogEntry | undefined {
    return this.scan.folders.line(shardPath)
  }

  /** Shards that are visible: their footers are read first. */
  look(lines: readonly CatalogEntry[]): void {
    this.footers.want(lines)
  }

  summary(): CacheSummary {
    if (this.summarised?.version === this.changes.version) return this.summarised
    const { index, writer, quarantined } = this.surroundings
    const { footers, rows, ...counts } = countLines(this.lines())
    const known = footers === counts.shards
    this.summarised = {
      cacheId: this.cacheId,
      root: this.root,
      ...counts,
      rows: this.scanned ? rows : null,
      scan: this.scanned
        ? { state: known ? 'done' : 'footers', done: footers, total: counts.shards }
        : { state: 'scanning', done: this.scan.done, total: this.scan.total },
      index: {
        state: index.state,
        bytes: index.stamp?.bytes ?? 0,
        modifiedMs: index.stamp === null ? null : modifiedMs(index.stamp),
        drift: this.compared.drift(index.stamp),
        reason: index.reason ?? this.missing.notRead,
        isRebuildable: index.isRebuildable
      },
      quarantined,
      missing: this.missing.counts,
      scanFindings: this.scan.findings(),
      writer: writer === null ? null : { ...writer, own: isThisProcess(writer) },
      written: this.written,
      version: this.changes.version
    }
    return this.summarised
  }

  /** All known problems: between shards, with the index, and of single shards. */
  *findings(scope: Scope | undefined): Generator<Finding> {
    const among = (line: CatalogEntry | undefined): boolean => scope === undefined || (line !== undefined && inScope(line, scope))
    for (const found of this.compared.all()) if (among(this.line(found.shardPath))) yield found
    for (const found of this.absent()) {
      if (scope === undefined || inScope(this.scan.groups.line(found.shardPath, { bytes: 0, mtimeNs: 0n }), scope)) yield found
    }
    for (const line of this.lines()) {
      if (line.ownFindings === 0 || !among(line)) continue
      yield* this.parts.ledger.lastVerification(this.root, line.shardPath)?.findings ?? []
    }
  }

  /** Missing shards as entries that have only their address. */
  absentLines(): CatalogEntry[] {
    return this.absent().map(({ shardPath }) => this.scan.groups.line(shardPath, { bytes: 0, mtimeNs: 0n }))
  }

  /**
   * The missing rows as a file.
   * @throws SystemError, CancelledError
   */
  async lostList(scope: Scope, format: LostFormat, signal?: AbortSignal): Promise<LostListReport & { readonly file: Blob }> {
    const { bytes, ...report } = await this.parts.background.ask('listLost', { ...this.missingQuestion(), scope, format }, signal)
    return { ...report, file: new Blob([bytes]) }
  }

  private absent(): Finding[] {
    return this.missing.findings.filter(({ shardPath }) => this.line(shardPath) === undefined)
  }

  /** Findings of a first check of shards that were not verified in their present state. */
  *firstLook(scope: Scope | undefined): Generator<Finding> {
    for (const line of this.lines()) {
      const found = firstLookOf(line)
      if (found.length > 0 && (scope === undefined || inScope(line, scope))) yield* found
    }
  }

  /** Adds the findings of reading a shard, which hold until the shard is verified or changes. */
  takeFirstLook(shardPath: string, stamp: FileStamp, findings: readonly Finding[]): void {
    const line = this.line(shardPath)
    if (line === undefined || !sameStamp(line, stamp) || line.firstLook.length === findings.length) return
    line.firstLook = findings
    this.changes.touch()
  }

  /** Findings about one shard from comparisons. */
  comparedFindings(shardPath: string): Finding[] {
    return this.compared.all().filter(found => found.shardPath === shardPath)
  }

  /** The last verification of the whole cache, if it is unfinished. */
  interruptedVerification(): { readonly startedMs: number; readonly shards: number } | null {
    return this.askLedger(ledger => ledger.interruptedRun(this.root, runScope({}))) ?? null
  }

  /** The files before a verification reads them. */
  comparedFiles(): ComparedFiles {
    const { reader } = this.parts
    const index = reader.ask('surroundings', { root: this.root }).then(
      around => around.index.stamp,
      () => undefined
    )
    return new ComparedFiles(this.lines(), index)
  }

  /** Adds the verifications of a running job. */
  takeVerdicts(verdicts: readonly RecordedVerdict[]): void {
    for (const verdict of verdicts) {
      const line = this.line(verdict.shardPath)
      if (line !== undefined) applyVerification(line, verdict)
    }
    this.changes.touch()
  }

  /**
   * Adds the result of a job. When this settles, every query sees it.
   * @param report null if the job was cancelled or failed
   * @param checked the shards that it read; null for all
   * @param files the files that it read; null for a job that changes the cache
   */
  async takeEffect(
    writes: boolean,
    effect: ReportEffect | null,
    checked: ReadonlySet<string> | null,
    files: ComparedFiles | null
  ): Promise<void> {
    if (this.closed) return
    if (writes) await this.rescan()
    await this.pollCache()
    if (effect !== null) await this.compared.take(effect, checked, this.surroundings.index.stamp, files)
    await this.missing.refresh()
    this.settle()
    if (writes) this.whileOpen(() => this.readFooters())
  }

  private async recall(): Promise<void> {
    await this.memory.recall(entries => {
      const [first, last] = [entries[0]?.shardPath ?? '', entries.at(-1)?.shardPath ?? '']
      const verifications = this.askLedger(ledger => ledger.lastVerifications(this.root, first, last))
      for (const entry of entries) {
        const line = this.scan.groups.line(entry.shardPath, entry)
        line.rows = entry.rows
        line.dimensions = entry.dimensions
        line.otherContigs = entry.otherContigs
        applyVerification(line, verifications?.get(entry.shardPath) ?? null)
        // Problems of a footer are not remembered. The footer is read again unless a verification has findings.
        line.footerSeen = entry.footerSeen && (line.rows !== null || line.verifiedAtMs !== null)
        if (!line.footerSeen) this.footers.add(line)
        this.scan.folders.add(line)
      }
      this.changes.touch()
    })
    if (!this.closed && this.lines().length > 0) this.settle()
  }

  private takeNew(line: CatalogEntry): void {
    this.compared.shardsChanged()
    this.consult(line)
    this.footers.add(line)
    this.memory.note(line)
  }

  /** The ledger's records about the present file. */
  private consult(line: CatalogEntry): void {
    applyVerification(line, this.askLedger(ledger => ledger.lastVerification(this.root, line.shardPath)) ?? null)
  }

  /** If the ledger cannot be read, shards stay unverified. This is logged once. */
  private askLedger<T>(question: (ledger: Ledger) => T): T | undefined {
    if (this.ledgerFailed) return undefined
    try {
      return question(this.parts.ledger)
    } catch (error) {
      this.ledgerFailed = true
      this.parts.onError(error)
      return undefined
    }
  }

  private async rescan(): Promise<void> {
    this.consulting = true
    try {
      await this.scan.scanAll()
    } finally {
      this.consulting = false
    }
  }

  private async takeSettled(folders: readonly string[]): Promise<void> {
    this.polling.waitLess()
    if (folders.includes(EMBEDDINGS_DIR)) await this.pollCache()
    this.missing.refreshSoon()
    this.settle()
    await this.readFooters()
  }

  /** Determines which compared findings still hold, stores changes and publishes them. */
  private settle(): void {
    const missing = this.missing.findings.filter(({ shardPath }) => this.line(shardPath) !== undefined)
    this.compared.settle(this.surroundings.index.stamp, missing)
    this.memory.save()
    this.changes.flush()
  }

  /** The rows that are missing now. */
  private async askAgain(): Promise<void> {
    await this.missing.refresh()
    this.settle()
  }

  /** If the disk of the cache is unmounted, the last result stays. */
  private async askMissing(): Promise<MissingReport> {
    if (this.scan.isAway) return { ...this.missing.counts, findings: this.missing.findings, notRead: this.missing.notRead }
    return this.parts.background.ask('findMissing', this.missingQuestion())
  }

  private missingQuestion(): MissingQuestion {
    const states = statesOf(this.lines(), line => this.ownFindings(line), stateByFindings)
    return { root: this.root, ledgerFile: this.parts.ledgerFile, states }
  }

  private ownFindings(line: CatalogEntry): readonly Finding[] {
    if (line.ownFindings === 0) return firstLookOf(line)
    return this.askLedger(ledger => ledger.lastVerification(this.root, line.shardPath))?.findings ?? []
  }

  private async readFooters(): Promise<void> {
    await this.footers.run()
    if (this.closed) return
    this.memory.save()
    this.changes.flush()
  }

  private async pollCache(): Promise<void> {
    this.surroundings = await this.parts.background.ask('surroundings', { root: this.root })
    // Another window or a terminal may have changed it.
    this.written ||= lastChange(this.parts.dataFolder, this.root) !== null
    this.changes.touch()
    // The operating system does not report that a whole cache was moved or unmounted.
    if (!this.surroundings.there && !this.scan.isAway) {
      await this.scan.scanAll()
      this.polling.waitLess()
    }
  }

  private async poll(): Promise<void> {
    await this.rescan()
    await this.pollCache()
    if (this.missing.notRead !== null) this.missing.refreshSoon()
    this.settle()
    await this.readFooters()
  }

  /** Runs work that no caller waits for. It may continue after the cache is closed. */
  private whileOpen(work: () => Promise<void>): void {
    if (this.closed) return
    work().catch(error => this.logOnce(error))
  }

  /** A repeated failure is logged once. */
  private logOnce(error: unknown): void {
    const failure = String(error)
    if (this.closed || failure === this.lastFailure) return
    this.lastFailure = failure
    this.parts.onError(error)
  }
}
