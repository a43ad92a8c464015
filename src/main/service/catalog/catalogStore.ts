/** One cache's part of the catalog: the stored data, and changes that are written in batches. */
import { makePauses } from '../threads/fairQueue.ts'
import type { Catalog, CatalogRow } from './catalog.ts'
import type { CatalogEntry } from './catalogEntry.ts'
import type { Comparison } from './comparison.ts'

const AT_ONCE = 500

export class CatalogStore {
  private readonly catalog: Catalog
  private readonly root: string
  private rootId: number | null = null
  private readonly onError: (error: unknown) => void
  private unsaved = new Set<CatalogEntry>()
  private gone = new Set<string>()
  private failed = false

  /** @param onError called once if the catalog cannot be used; from then on nothing is stored */
  constructor(catalog: Catalog, root: string, onError: (error: unknown) => void) {
    this.catalog = catalog
    this.root = root
    this.onError = onError
  }

  /** All stored data of the cache's shards, in batches, in byte order of their paths. */
  async recall(take: (entries: readonly CatalogRow[]) => void): Promise<void> {
    const breathe = makePauses()
    for (let after: string | undefined = ''; after !== undefined; ) {
      const from: string = after
      const entries: CatalogRow[] = this.attempt(rootId => this.catalog.entriesAfter(rootId, from, AT_ONCE)) ?? []
      if (entries.length > 0) take(entries)
      after = entries.at(-1)?.shardPath
      await breathe()
    }
  }

  /** An entry that is new or has new data. */
  note(line: CatalogEntry): void {
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
    this.attempt(rootId => this.catalog.save(rootId, lines, gone))
    this.unsaved = new Set()
    this.gone = new Set()
  }

  comparison(): Comparison | null {
    return this.attempt(rootId => this.catalog.comparison(rootId)) ?? null
  }

  saveComparison(comparison: Comparison): void {
    this.attempt(rootId => this.catalog.saveComparison(rootId, comparison))
  }

  private attempt<T>(work: (rootId: number) => T): T | undefined {
    if (this.failed) return undefined
    try {
      this.rootId ??= this.catalog.rootId(this.root)
      return work(this.rootId)
    } catch (error) {
      this.failed = true
      this.catalog.condemn(error)
      this.onError(error)
      return undefined
    }
  }
}
