/** A verification in the window. */
import { countByKind } from '../../../shared/model/finding.ts'
import type { SecondReading } from '../../../shared/model/report.ts'
import { useWorkspace } from '../../state/WorkspaceProvider.tsx'
import { formatBytes, formatCounted, formatDuration } from '../../text/index.ts'
import { Button } from '../../ui/controls/Button.tsx'
import { Muted } from '../../ui/text/Text.tsx'
import { KindCounts } from '../KindCounts.tsx'
import type { DoneOf, JobView } from './jobView.ts'
import { Paths } from './reportParts.tsx'
import { missingPart } from './reportTexts.ts'

type Verified = { readonly done: DoneOf<'verify'> }

function Report({ done: { report } }: Verified) {
  const { checkedBytes, seconds, healthyShards, findings, secondReader } = report
  return (
    <>
      <Muted as='p'>
        {formatBytes(checkedBytes)} read in {seconds < 1 ? 'less than a second' : formatDuration(seconds)};{' '}
        {formatCounted(healthyShards, 'shard')} without a finding
      </Muted>
      {secondReader !== undefined && <p>{secondReadingText(secondReader)}</p>}
      <KindCounts byKind={countByKind(findings)} />
      {secondReader !== undefined && (
        <Paths title='Not compared' paths={secondReader.notRead.map(({ shardPath, reason }) => `${shardPath}: ${reason}`)} />
      )}
    </>
  )
}

function Actions({ done: { report } }: Verified) {
  const { ask } = useWorkspace('ask')
  if (report.findings.length === 0) return null
  return (
    <Button small onClick={() => ask({ kind: 'drawer', panel: 'problems' })}>
      Show problems
    </Button>
  )
}

/** The outcome of the second reader. */
function secondReadingText({ compared, disagreeing }: SecondReading): string {
  const outcome = disagreeing > 0 ? `, values differ in ${formatCounted(disagreeing, 'shard')}` : compared > 0 ? ', no value differs' : ''
  return `Second reader (hyparquet): ${formatCounted(compared, 'shard')} compared${outcome}.`
}

export const verify: JobView<'verify'> = {
  prepare: (request, { secondReader }) => (secondReader ? { ...request, secondReader } : request),
  sentence: ({ report }) => {
    const { checkedShards, checkedRows, findings } = report
    const found = findings.length === 0 ? 'nothing wrong' : formatCounted(findings.length, 'finding')
    const missing = missingPart(report, text => `, ${text}`)
    return `${formatCounted(checkedShards, 'shard')} with ${formatCounted(checkedRows, 'row')} checked: ${found}${missing}.`
  },
  Report,
  Actions,
  document: ({ report }) => report
}
