/** Quarantined shards in the window. */
import { formatCounted } from '../../text/index.ts'
import type { JobView } from './jobView.ts'
import { NotMoved, Paths } from './reportParts.tsx'
import { notMovedText, stayed } from './reportTexts.ts'

export const quarantine: JobView<'quarantine'> = {
  sentence: ({ report: { moved, notMoved } }) => `${formatCounted(moved.length, 'shard')} quarantined${notMovedText(notMoved)}.`,
  Report: ({ done: { report } }) => (
    <>
      <Paths title='Quarantined' paths={report.moved.map(({ shardPath }) => shardPath)} />
      <NotMoved shards={report.notMoved} />
    </>
  ),
  movedTo: ({ report }) => report.moved.map(({ movedTo }) => movedTo),
  document: ({ report: { moved, notMoved } }) => ({ moved, ...stayed(notMoved) })
}
