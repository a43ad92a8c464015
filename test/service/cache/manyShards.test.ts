/** A hundred thousand shards: opened, shown during the scan, sorted, filtered, and opened again. Times are printed, not asserted. */
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setImmediate } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { SHARD_SORTS } from '../../../src/shared/contract/index.ts'
import { makeManyShards } from '../../support/manyShards.ts'
import { temporaryFolder } from '../../support/temporaryFolder.ts'
import { EVERYTHING, isWhole, openTestService, summaryWhen } from '../testService.ts'

const SHARDS = 100_000
const first = { ...EVERYTHING, offset: 0, limit: 100 }

test.each(['for the first time', 'again'])(
  'opens %s',
  async when => {
    const cold = when !== 'again'
    const { client, service } = openTestService(data)
    const delay = monitorEventLoopDelay({ resolution: 5 })
    delay.enable()
    const started = performance.now()
    const since = (from = started): string => `${(performance.now() - from).toFixed(0)} ms`
    const { cacheId } = await client.caches.open({ path: root })
    let reported = `${when}: open ${since()}`
    await summaryWhen(client, cacheId, ({ shards }) => shards > 0)
    const page = await client.shards.page({ cacheId, ...first })
    expect(page.entries).toHaveLength(100)
    reported += `, first rows ${since()} (${page.total} shards by then)`
    expect(await summaryWhen(client, cacheId, ({ scan }) => scan.state !== 'scanning')).toMatchObject({ shards: SHARDS })
    const tree = await client.shards.tree({ cacheId })
    expect(tree.filter(node => node.level === 'encoder').reduce((sum, node) => sum + node.shards, 0)).toBe(SHARDS)
    reported += `, tree ${since()}`
    for (const by of SHARD_SORTS) {
      const from = performance.now()
      const sorted = await client.shards.page({ cacheId, ...first, sort: { by, descending: true } })
      expect(sorted.total).toBe(SHARDS)
      reported += `, by ${by} ${since(from)}`
      // Direct calls never yield to the event loop, unlike calls over a connection.
      await setImmediate()
    }
    const from = performance.now()
    expect((await client.shards.page({ cacheId, ...first, text: 'chrX_1.' })).total).toBeGreaterThan(200)
    reported += `, filter ${since(from)}`
    const whole = await summaryWhen(client, cacheId, isWhole)
    expect(whole.rows).toBeGreaterThan(SHARDS)
    if (!cold) expect(whole.rows).toBe(rows)
    rows = whole.rows
    const last = await client.shards.page({ cacheId, ...first, offset: SHARDS - 10 })
    expect(last.entries.map(entry => entry.rows)).not.toContain(null)
    delay.disable()
    const memory = (process.memoryUsage.rss() / 2 ** 20).toFixed(0)
    const longest = `${(delay.percentile(99) / 1e6).toFixed(0)} ms in 99 %, ${(delay.max / 1e6).toFixed(0)} ms at most`
    process.stdout.write(`${reported}, all footers ${since()}; delays ${longest}; ${memory} MiB with the test itself\n`)
    await service.close()
  },
  300_000
)

const root = makeManyShards(SHARDS)
const data = temporaryFolder()
let rows: number | null = null
