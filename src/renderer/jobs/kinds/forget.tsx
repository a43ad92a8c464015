/** Forgotten shards in the window. */
import { formatCounted } from '../../text/index.ts'
import type { JobView } from './jobView.ts'
import { Paths } from './reportParts.tsx'

export const forget: JobView<'forget'> = {
  sentence: ({ report }) => `${formatCounted(report.forgotten.length, 'missing shard')} forgotten.`,
  Report: ({ done }) => <Paths title='Forgotten' paths={done.report.forgotten.map(({ shardPath }) => shardPath)} />,
  document: ({ report }) => report
}
