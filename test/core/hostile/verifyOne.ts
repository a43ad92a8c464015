/** A program: verifies one shard, and tells what it found and how much memory that took. Run by limits.test.ts in a process of its own. */
import { verifyShard } from '../../../src/main/core/inspect/inspectShard.ts'

export type Outcome = { rows: number | null; kinds: { kind: string; column: string | null }[]; peakMiB: number }

const [root = '', shardPath = ''] = process.argv.slice(2)
const { rows, findings } = verifyShard(root, shardPath, 'full')
const kinds = findings.map(({ kind, column }) => ({ kind, column }))
const outcome: Outcome = { rows, kinds, peakMiB: process.resourceUsage().maxRSS / 1024 }
process.stdout.write(JSON.stringify(outcome))
