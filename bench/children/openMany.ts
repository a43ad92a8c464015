/** Opens, sorts and filters a cache of very many shards in the service, like its window does. Reports times in ms, and memory. */
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setImmediate } from 'node:timers/promises'
import { createRouterClient } from '@orpc/server'
import { createService } from '../../src/main/service/index.ts'
import { type CacheSummary, SHARD_SORTS } from '../../src/shared/contract/index.ts'
import { expectOutcome } from '../measure.ts'
import { peakBytes } from '../reportPeak.ts'

const [path = '', dataFolder = '', shards] = process.argv.slice(2)
const FIRST = { scope: {}, text: '', health: [], offset: 0, limit: 100 }

const service = createService({ dataFolder })
const client = createRouterClient(service.router)
const delay = monitorEventLoopDelay({ resolution: 5 })
delay.enable()

const started = performance.now()
const { cacheId } = await client.caches.open({ path })
await summaryWhen(summary => summary.shards > 0)
expectOutcome(
  'first rows',
  (await client.shards.page({ cacheId, ...FIRST, sort: { by: 'shardPath', descending: false } })).entries.length,
  100
)
const firstRowsMs = performance.now() - started

await summaryWhen(summary => summary.shards === Number(shards))
const tree = await client.shards.tree({ cacheId })
expectOutcome(
  'shards in the tree',
  tree.filter(({ level }) => level === 'encoder').reduce((sum, node) => sum + node.shards, 0),
  Number(shards)
)
const treeMs = performance.now() - started

const sortMs: number[] = []
for (const by of SHARD_SORTS) {
  const from = performance.now()
  expectOutcome('shards sorted', (await client.shards.page({ cacheId, ...FIRST, sort: { by, descending: true } })).total, Number(shards))
  sortMs.push(performance.now() - from)
  // Direct calls never yield to the event loop, unlike calls over a connection.
  await setImmediate()
}
const from = performance.now()
const filtered = await client.shards.page({ cacheId, ...FIRST, text: 'chr7_1.', sort: { by: 'shardPath', descending: false } })
if (filtered.total === 0 || filtered.total === Number(shards)) throw new Error('the filter has no effect')
const filterMs = performance.now() - from

await summaryWhen(({ scan }) => scan.state === 'done')
const footersMs = performance.now() - started
delay.disable()
process.stdout.write(
  JSON.stringify({
    firstRowsMs,
    treeMs,
    sortMs: Math.max(...sortMs),
    filterMs,
    footersMs,
    longestMs: delay.max / 1e6,
    peakBytes: peakBytes()
  })
)
await service.close()

async function summaryWhen(wanted: (summary: CacheSummary) => boolean): Promise<void> {
  for await (const summary of await client.caches.watch({ cacheId })) if (wanted(summary)) return
  throw new Error('the cache was closed')
}
