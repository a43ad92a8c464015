/** An applied repair in the window. */
import { capital, formatCounted } from '../../text/index.ts'
import type { JobView } from './jobView.ts'
import { LeftOut, NotMoved, Paths } from './reportParts.tsx'
import { indexText, missingPart, notMovedText, stayed } from './reportTexts.ts'

export const apply: JobView<'apply'> = {
  sentence: ({ report }) => {
    const moved = `${formatCounted(report.quarantined.length, 'shard')} quarantined${notMovedText(report.notMoved)}`
    return `${moved}; ${indexText(report.reindex)}${missingPart(report, text => ` ${capital(text)}.`)}`
  },
  Report: ({ done: { report } }) => (
    <>
      <Paths title='Quarantined' paths={report.quarantined.map(({ shardPath }) => shardPath)} />
      <NotMoved shards={report.notMoved} />
      <Paths title='Left where they are' paths={report.kept.map(({ shardPath }) => shardPath)} />
      <LeftOut findings={report.reindex.findings} />
    </>
  ),
  movedTo: ({ report }) => report.quarantined.map(({ movedTo }) => movedTo),
  document: ({ report: { notMoved, ...report } }) => ({ ...report, ...stayed(notMoved) })
}
