/** The open caches, each once, by a name that follows from its path. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { checkCacheRoot, followMove, NotFoundError } from '../../core/index.ts'
import { absolutePath } from '../queries/folderReport.ts'
import { type CacheParts, cacheIdOf, OpenCache } from './openCache.ts'

/** A small cache is shown when it is complete; a large one during its first scan. */
const PATIENCE_MS = 100

export class Caches {
  private readonly parts: CacheParts
  private readonly open_ = new Map<string, OpenCache>()
  private readonly samples = new Map<string, Promise<void>>()

  constructor(parts: CacheParts) {
    this.parts = parts
  }

  /**
   * Opens a cache, or returns it if it is already open.
   * @throws InputError if there is none, SystemError
   */
  async open(path: string): Promise<OpenCache> {
    const root = await checkCacheRoot(absolutePath(path))
    const known = this.find(cacheIdOf(root))
    if (known !== undefined) return known
    const cache = new OpenCache(root, this.parts)
    this.open_.set(cache.cacheId, cache)
    const started = this.followMove(root)
      .then(() => cache.start())
      .catch(error => {
        if (!cache.isClosed) this.parts.onError(error)
      })
    const patience = new AbortController()
    await Promise.race([started, delay(PATIENCE_MS, undefined, { signal: patience.signal }).catch(() => undefined)])
    patience.abort()
    return cache
  }

  /** A cache that was moved keeps its verification records. */
  private async followMove(root: string): Promise<void> {
    try {
      const before = await followMove(this.parts.ledger, root)
      if (before !== null) this.parts.onRemark('this cache was moved; its verification records were taken over', { root, before })
    } catch (error) {
      this.parts.onError(error)
    }
  }

  /** The built-in sample, built on first use. */
  async openSample(damaged: boolean): Promise<OpenCache> {
    const folder = join(this.parts.dataFolder, damaged ? 'sample-damaged' : 'sample')
    let building = this.samples.get(folder)
    if (building === undefined && !existsSync(folder)) {
      building = this.parts.reader.ask('makeSample', { folder, damaged }).finally(() => this.samples.delete(folder))
      this.samples.set(folder, building)
    }
    await building
    return this.open(folder)
  }

  find(cacheId: string): OpenCache | undefined {
    return this.open_.get(cacheId)
  }

  /** @throws NotFoundError */
  get(cacheId: string): OpenCache {
    const cache = this.find(cacheId)
    if (cache === undefined) throw new NotFoundError('this cache is not open', { cache_id: cacheId })
    return cache
  }

  close(cacheId: string): void {
    const cache = this.get(cacheId)
    this.open_.delete(cacheId)
    cache.close()
    // Its files are closed. A failure can no longer be reported and does no harm.
    void this.parts.reader.ask('closeShards', { root: cache.root }).catch(() => undefined)
  }

  closeAll(): void {
    for (const cache of this.open_.values()) cache.close()
    this.open_.clear()
  }
}
