/** Verifies or reindexes one cache in this process repeatedly. Reports the times and the peak memory. */
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { INDEX_PATH, reindexCache, verifyCache } from '../../src/main/core/index.ts'
import { expectOutcome, timeRuns } from '../measure.ts'
import { peakBytes } from '../reportPeak.ts'

const [operation = '', dir = '', rows] = process.argv.slice(2)
const RUNS = 3
/** Small caches are fast, so this much work is done first to warm up the code. */
const WARM_UP_MS = 3000

const OPERATIONS: Readonly<Record<string, () => Promise<number>>> = {
  verify: async () => (await verifyCache(dir, { workers: 2 })).checkedRows,
  reindex: async () => {
    // A correct index would not be written again.
    rmSync(join(dir, INDEX_PATH), { force: true })
    return (await reindexCache(dir, { workers: 2 })).indexedRows
  }
}
const work = async (): Promise<void> => expectOutcome(`rows of ${operation}`, await OPERATIONS[operation]?.(), Number(rows))

for (const started = performance.now(); performance.now() - started < WARM_UP_MS; ) await work()
const { values: ms } = await timeRuns(RUNS, work)
process.stdout.write(JSON.stringify({ ms, peakBytes: peakBytes() }))
