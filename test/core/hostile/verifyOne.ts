/** A program that verifies one shard, and reports the findings and its peak memory. Run by limits.test.ts in a separate process. */
import { verifyShard } from '../../../src/main/core/inspect/inspectShard.ts'

export type Outcome = { rows: number | null; kinds: { kind: string; column: string | null }[]; peakMiB: number }

const [root = '', shardPath = ''] = process.argv.slice(2)
const { rows, findings } = verifyShard(root, shardPath, 'full')
const kinds = findings.map(({ kind, column }) => ({ kind, column }))
const outcome: Outcome = { rows, kinds, peakMiB: process.resourceUsage().maxRSS / 1024 }
process.stdout.write(JSON.stringify(outcome))
