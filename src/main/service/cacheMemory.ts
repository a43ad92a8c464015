/** One cache's part of the catalog: what it remembered, and what is new since and is to be written down in a batch. */
import { makeBreather } from './breather.ts'
import type { Catalog, CatalogEntry } from './catalog.ts'
import type { Comparison } from './comparison.ts'
import type { ShardLine } from './shardLine.ts'

const AT_ONCE = 500

export class CacheMemory {
  private readonly catalog: Catalog
  private readonly rootId: number
  private readonly onError: (error: unknown) => void
  private unsaved = new Set<ShardLine>()
  private gone = new Set<string>()
  private failed = false

  /** @param onError told once when the catalog cannot be used; from then on nothing is remembered */
  constructor(catalog: Catalog, root: string, onError: (error: unknown) => void) {
    this.catalog = catalog
    this.onError = onError
    this.rootId = catalog.rootId(root)
  }

  /** Everything that is remembered of the cache's shards. */
  async recall(take: (entry: CatalogEntry) => void): Promise<void> {
    const breathe = makeBreather()
    for (let after: string | undefined = ''; after !== undefined; ) {
      const from: string = after
      const entries: CatalogEntry[] = this.attempt(() => this.catalog.entriesAfter(this.rootId, from, AT_ONCE)) ?? []
      for (const entry of entries) take(entry)
      after = entries.at(-1)?.shardPath
      await breathe()
    }
  }

  /** A line that is new, or that more is known of. */
  note(line: ShardLine): void {
    this.unsaved.add(line)
    this.gone.delete(line.shardPath)
    if (this.unsaved.size >= AT_ONCE) this.save()
  }

  forget(shardPaths: readonly string[]): void {
    for (const path of shardPaths) this.gone.add(path)
  }

  save(): void {
    if (this.unsaved.size === 0 && this.gone.size === 0) return
    const lines = [...this.unsaved].filter(line => !this.gone.has(line.shardPath))
    const gone = [...this.gone]
    this.attempt(() => this.catalog.save(this.rootId, lines, gone))
    this.unsaved = new Set()
    this.gone = new Set()
  }

  comparison(): Comparison | null {
    return this.attempt(() => this.catalog.comparison(this.rootId)) ?? null
  }

  saveComparison(comparison: Comparison): void {
    this.attempt(() => this.catalog.saveComparison(this.rootId, comparison))
  }

  private attempt<T>(work: () => T): T | undefined {
    if (this.failed) return undefined
    try {
      return work()
    } catch (error) {
      this.failed = true
      this.onError(error)
      return undefined
    }
  }
}
