/** The findings of the last comparison that still hold. They are stored in the catalog and marked on their shards. */
import type { FileStamp, Finding, SecondReading } from '../../core/index.ts'
import { type CatalogEntry, worstOf } from '../catalog/catalogEntry.ts'
import type { CatalogStore } from '../catalog/catalogStore.ts'
import type { ComparedFiles } from '../catalog/comparedFiles.ts'
import {
  afterForgetting,
  afterReindex,
  type Compared,
  type Comparison,
  comparedOf,
  driftOf,
  holding,
  isChangedMeanwhile,
  mergeComparison,
  type ReportEffect
} from '../catalog/comparison.ts'

type LineOf = (shardPath: string) => CatalogEntry | undefined

export class ComparedFindings {
  private readonly memory: CatalogStore
  private readonly lineOf: LineOf
  private comparison: Comparison | null
  private held: readonly Finding[] = []
  /** The index when the findings were last settled. */
  private index: FileStamp | null = null

  /** @param lineOf the present entry of a shard at a path */
  constructor(memory: CatalogStore, lineOf: LineOf) {
    this.memory = memory
    this.lineOf = lineOf
    this.comparison = memory.comparison()
  }

  /** The findings that held when they were last settled. */
  all(): readonly Finding[] {
    return this.held
  }

  /** @param index the present index */
  drift(index: FileStamp | null): number | null {
    return driftOf(this.comparison, index, this.lineOf)
  }

  /**
   * Adds the result of a job.
   * @param checked the shards that it read; null for all
   * @param index the index after it
   * @param files the files that it read; null for a job that changes the cache
   */
  async take(
    effect: ReportEffect,
    checked: ReadonlySet<string> | null,
    index: FileStamp | null,
    files: ComparedFiles | null
  ): Promise<void> {
    const indexWritten = (await files?.isIndexWritten(index)) ?? false
    const compared = (found: readonly Finding[]): readonly Compared[] =>
      comparedOf(found, path => files?.stampOf(path) ?? null, indexWritten)
    this.comparison = this.after(effect, checked, index, compared)
    if (this.comparison !== null) this.memory.saveComparison(this.comparison)
  }

  /** A shard appeared, changed or disappeared, so that the index may no longer match it. */
  shardsChanged(): void {
    if (this.comparison?.whole !== true) return
    this.comparison = { ...this.comparison, whole: false }
    this.memory.saveComparison(this.comparison)
  }

  /**
   * Determines which findings still hold, and marks their shards.
   * @param missing findings of other evidence about shards that exist
   */
  settle(index: FileStamp | null, missing: readonly Finding[]): void {
    const { lineOf } = this
    this.index = index
    for (const { shardPath } of this.held) Object.assign(lineOf(shardPath) ?? {}, { crossWorst: 0, crossFindings: 0 })
    this.held = [...holding(this.comparison, index, lineOf), ...missing]
    for (const [shardPath, found] of Map.groupBy(this.held, each => each.shardPath)) {
      // A finding about a file that changed meanwhile does not count against the present shard.
      const certain = found.filter(({ details }) => details.changed_meanwhile !== true)
      Object.assign(lineOf(shardPath) ?? {}, { crossWorst: worstOf(certain), crossFindings: found.length })
    }
  }

  /** Findings of the second reader about shards that it did not read this time, or could not read. */
  private stillDisagreeing(reading?: SecondReading): Compared[] {
    const isAnswered = (shardPath: string): boolean => reading?.notRead.every(each => each.shardPath !== shardPath) === true
    const holds = (each: Compared): boolean => this.lineOf(each.finding.shardPath) !== undefined && !isChangedMeanwhile(each, this.lineOf)
    return (this.comparison?.findings ?? []).filter(
      each => each.finding.kind === 'readers_disagree' && !isAnswered(each.finding.shardPath) && holds(each)
    )
  }

  private after(
    effect: ReportEffect,
    checked: ReadonlySet<string> | null,
    index: FileStamp | null,
    compared: (found: readonly Finding[]) => readonly Compared[]
  ): Comparison | null {
    switch (effect.type) {
      case 'compared': {
        const found = [...compared(effect.findings), ...this.stillDisagreeing(effect.secondReader)]
        return mergeComparison(this.comparison, found, checked, index)
      }
      case 'forgotten':
        return afterForgetting(this.comparison, effect.shards, this.index, index)
      case 'rebuilt':
        return afterReindex(this.comparison, index)
      case 'unchanged':
        // An index that the job did not change is as right or wrong as before.
        return this.comparison
    }
  }
}
