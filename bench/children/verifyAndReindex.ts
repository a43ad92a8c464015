/** Verifies and reindexes one cache in this process and tells times, the index's size and the most memory it took. */
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { INDEX_PATH, reindexCache, verifyCache } from '../../src/main/core/index.ts'
import { expectOutcome, timeRuns } from '../measure.ts'
import { peakBytes } from '../reportPeak.ts'

const [dir = '', rows] = process.argv.slice(2)
const RUNS = 3
/** Small caches take a moment: enough of them is done beforehand that none is measured while the code is still cold. */
const WARM_UP_MS = 3000

const reindex = async (): Promise<void> =>
  expectOutcome('rows indexed', (await reindexCache(dir, { workers: 2 })).indexedRows, Number(rows))
const verify = async (): Promise<void> => {
  const { checkedRows, findings } = await verifyCache(dir, { workers: 2 })
  expectOutcome('rows verified', checkedRows, Number(rows))
  expectOutcome('findings', findings.length, 0)
}
for (const started = performance.now(); performance.now() - started < WARM_UP_MS; ) {
  await reindex()
  await verify()
}
const { values: reindexMs } = await timeRuns(RUNS, reindex)
const { values: verifyMs } = await timeRuns(RUNS, verify)
const { size: indexBytes } = statSync(join(dir, INDEX_PATH))
process.stdout.write(JSON.stringify({ verifyMs, reindexMs, indexBytes, peakBytes: peakBytes() }))
