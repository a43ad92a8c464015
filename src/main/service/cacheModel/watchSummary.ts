/** A cache's summary at once and after each change, a few times per second at most. */
import { setTimeout as delay } from 'node:timers/promises'
import type { CacheSummary } from '../../../shared/contract/index.ts'
import type { OpenCache } from './openCache.ts'

const APART_MS = 200

/** Ends when the cache is closed, or with the signal. */
export async function* watchSummary(cache: OpenCache, signal?: AbortSignal): AsyncGenerator<CacheSummary, void, void> {
  while (!cache.isClosed && !signal?.aborted) {
    const summary = cache.summary()
    yield summary
    await delay(APART_MS, undefined, { signal }).catch(() => undefined)
    await cache.changes.after(summary.version, signal)
  }
}
