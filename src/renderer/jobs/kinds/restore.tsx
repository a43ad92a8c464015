/** Restored shards in the window. */
import { formatCounted } from '../../text/index.ts'
import type { JobView } from './jobView.ts'
import { Paths } from './reportParts.tsx'

export const restore: JobView<'restore'> = {
  sentence: ({ report: { restored, skipped } }) => {
    const left = skipped.length === 0 ? '' : `; ${formatCounted(skipped.length, 'file')} stayed in quarantine`
    return `${formatCounted(restored.length, 'shard')} restored${left}.`
  },
  Report: ({ done: { report } }) => (
    <>
      <Paths title='Restored' paths={report.restored.map(({ shardPath }) => shardPath)} />
      <Paths title='Stayed in quarantine' paths={report.skipped.map(({ path, reason }) => `${path}: ${reason}`)} />
    </>
  ),
  document: ({ report: { restored, skipped } }) => ({
    restored,
    skipped: skipped.map(({ path, shardPath, reason }) => ({ path, shardPath, reason }))
  })
}
