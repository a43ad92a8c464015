/** The missing rows of an open cache, determined again after each change, one run at a time. */
import type { Finding, ShardState } from '../../core/index.ts'
import type { CatalogEntry } from '../catalog/catalogEntry.ts'
import type { MissingReport } from '../queries/missing.ts'

/** Delay after changes that no caller waits for, ms; longer if a run takes long. */
const PAUSE_MS = 500
const PAUSES_A_QUESTION = 20

export class MissingShards {
  private readonly ask: () => Promise<MissingReport>
  private readonly onAnswer: () => void
  private readonly onError: (error: unknown) => void
  private readonly isThere: (shardPath: string) => boolean
  private report: MissingReport = { missingShards: 0, missingRows: 0, findings: [], notRead: null }
  private turn: Promise<void> = Promise.resolve()
  private timer: NodeJS.Timeout | null = null
  private lastMs = 0
  private closed = false

  /** @param isThere whether a shard is in the cache now */
  constructor(
    ask: () => Promise<MissingReport>,
    isThere: (shardPath: string) => boolean,
    onAnswer: () => void,
    onError: (error: unknown) => void
  ) {
    this.ask = ask
    this.isThere = isThere
    this.onAnswer = onAnswer
    this.onError = onError
  }

  get counts(): { readonly missingShards: number; readonly missingRows: number } {
    const { missingShards, missingRows } = this.report
    return { missingShards, missingRows }
  }

  get findings(): readonly Finding[] {
    return this.report.findings
  }

  /** Why missing shards may be absent from this list; null if all evidence was read. */
  get notRead(): string | null {
    return this.report.notRead
  }

  close(): void {
    this.closed = true
    if (this.timer !== null) clearTimeout(this.timer)
  }

  /** Runs again after the current run, and settles with the result. Without a result, the last one stays. */
  refresh(): Promise<void> {
    this.turn = this.turn.then(() => (this.closed ? undefined : this.askNow()))
    return this.turn
  }

  /** Runs when there was no request for a while. */
  refreshSoon(): void {
    if (this.closed) return
    this.timer ??= setTimeout(
      () => {
        this.timer = null
        void this.refresh().then(() => {
          if (!this.closed) this.onAnswer()
        })
      },
      Math.max(PAUSE_MS, PAUSES_A_QUESTION * this.lastMs)
    ).unref()
  }

  private async askNow(): Promise<void> {
    const started = performance.now()
    try {
      this.report = withKnown(this.report, await this.ask(), this.isThere)
    } catch (error) {
      this.report = { ...this.report, notRead: error instanceof Error ? error.message : String(error) }
      this.onError(error)
    }
    this.lastMs = performance.now() - started
  }
}

/**
 * A result without some of the evidence removes nothing.
 * @param isThere whether a shard is in the cache now
 * @returns `now`, and the shards of `last` that still do not exist
 */
function withKnown(last: MissingReport, now: MissingReport, isThere: (shardPath: string) => boolean): MissingReport {
  if (now.notRead === null) return now
  const named = new Set(now.findings.map(({ shardPath }) => shardPath))
  const isStillMissing = ({ shardPath, details }: Finding): boolean => details.reason === 'rows_missing' || !isThere(shardPath)
  const known = last.findings.filter(found => !named.has(found.shardPath) && isStillMissing(found))
  const rows = known.reduce((sum, { details }) => sum + (typeof details.count === 'number' ? details.count : 0), 0)
  return {
    missingShards: now.missingShards + known.length,
    missingRows: now.missingRows + rows,
    findings: [...now.findings, ...known].sort((a, b) => (a.shardPath < b.shardPath ? -1 : 1)),
    notRead: now.notRead
  }
}

/** The numbers of rows of shards that cannot be read at present, according to their findings. */
export function statesOf(
  lines: Iterable<CatalogEntry>,
  findingsOf: (line: CatalogEntry) => readonly Finding[],
  stateBy: (findings: readonly Finding[]) => ShardState
): (readonly [string, ShardState])[] {
  const states: (readonly [string, ShardState])[] = []
  for (const line of lines) {
    const state = stateBy(findingsOf(line))
    if (state !== 'unlooked') states.push([line.shardPath, state])
  }
  return states
}
