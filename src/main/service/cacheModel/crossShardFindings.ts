/** What the last comparison found, as far as it still holds: kept with the catalog, and marked on the shards that it speaks of. */
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
  /** The index as it was when it was last settled. */
  private index: FileStamp | null = null

  /** @param lineOf the shard at a path, as it is now */
  constructor(memory: CatalogStore, lineOf: LineOf) {
    this.memory = memory
    this.lineOf = lineOf
    this.comparison = memory.comparison()
  }

  /** Those that held when it was last settled. */
  all(): readonly Finding[] {
    return this.held
  }

  /** @param index the index as it is now */
  drift(index: FileStamp | null): number | null {
    return driftOf(this.comparison, index, this.lineOf)
  }

  /**
   * Takes in what a job came to.
   * @param checked the shards that it looked at; null for all
   * @param index the index as it is after it
   * @param files what it read; null for a job that changes the cache
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

  /** A shard came, changed or went: the index may be in step with the others and not with it. */
  shardsChanged(): void {
    if (this.comparison?.whole !== true) return
    this.comparison = { ...this.comparison, whole: false }
    this.memory.saveComparison(this.comparison)
  }

  /**
   * Works out which findings still hold, and marks the shards.
   * @param missing what other evidence says of shards that are there
   */
  settle(index: FileStamp | null, missing: readonly Finding[]): void {
    const { lineOf } = this
    this.index = index
    for (const { shardPath } of this.held) Object.assign(lineOf(shardPath) ?? {}, { crossWorst: 0, crossFindings: 0 })
    this.held = [...holding(this.comparison, index, lineOf), ...missing]
    for (const [shardPath, found] of Map.groupBy(this.held, each => each.shardPath)) {
      // What changed meanwhile says nothing against the shard as it is now.
      const certain = found.filter(({ details }) => details.changed_meanwhile !== true)
      Object.assign(lineOf(shardPath) ?? {}, { crossWorst: worstOf(certain), crossFindings: found.length })
    }
  }

  /** What the second reader said of shards that it was not asked about now, or could not read. */
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
        // An index that is as it was before the job is as right or wrong as it was.
        return this.comparison
    }
  }
}
