/** A finished job's report: its sentence, its parts, and what can be done with it. */

import type { ReactElement } from 'react'
import type { JobOutcome, JobReport } from '../../../shared/contract/index.ts'
import { countByKind, FINDING_KINDS, type Finding, type FindingKind, isFindingKind } from '../../../shared/model/finding.ts'
import type { Progress, ShardNotMoved } from '../../../shared/model/report.ts'
import { describeFinding } from '../../../shared/text/describeFinding.ts'
import { SEVERITY_MARK } from '../../parts/FindingList.tsx'
import { useQuarantine } from '../../state/queries/queries.ts'
import { useStartJob } from '../../state/useStartJob.ts'
import { useWorkspace } from '../../state/WorkspaceProvider.tsx'
import { kindTitle } from '../../text/findings/findingAdvice.ts'
import { capital, formatBytes, formatCount, formatCounted, formatDuration } from '../../text/index.ts'
import { Button } from '../../ui/controls/Button.tsx'
import { saveBytes } from '../../ui/copyText.ts'
import { sentenceOf } from '../../ui/faults.ts'
import { useTell } from '../../ui/frames/Notice.tsx'
import { HealthMark } from '../../ui/text/HealthMark.tsx'
import { ShardName } from '../../ui/text/ShardName.tsx'
import { Muted } from '../../ui/text/Text.tsx'
import classes from './Jobs.module.css'
import { movedBy, outcomeText, reportJson, secondReadingText } from './reportText.ts'

/** @param progress the last that was heard of it */
export function JobEnd({ end, progress }: { readonly end: JobOutcome; readonly progress: Progress | null }) {
  return (
    <div className={classes.report}>
      <p className={end.outcome === 'failed' ? classes.failed : undefined} role='status'>
        {capital(outcomeText(end, progress))}
      </p>
      {end.outcome === 'done' && (
        <>
          <ReportActions done={end.report} />
          <ReportParts done={end.report} />
        </>
      )}
    </div>
  )
}

function ReportParts({ done }: { readonly done: JobReport }): ReactElement {
  switch (done.kind) {
    case 'verify': {
      const { checkedBytes, seconds, healthyShards, findings, secondReader } = done.report
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
    case 'plan':
      return <Paths title='To quarantine' paths={done.plan.moves.filter(move => move.ticked).map(move => move.shardPath)} />
    case 'apply':
      return (
        <>
          <Paths title='Quarantined' paths={done.report.quarantined.map(({ shardPath }) => shardPath)} />
          <NotMoved shards={done.report.notMoved} />
          <Paths title='Left where they are' paths={done.report.kept.map(({ shardPath }) => shardPath)} />
          <LeftOut findings={done.report.reindex.findings} />
        </>
      )
    case 'reindex':
      return <LeftOut findings={done.report.findings} />
    case 'quarantine':
      return (
        <>
          <Paths title='Quarantined' paths={done.report.moved.map(({ shardPath }) => shardPath)} />
          <NotMoved shards={done.report.notMoved} />
        </>
      )
    case 'forget':
      return <Paths title='Forgotten' paths={done.report.forgotten.map(({ shardPath }) => shardPath)} />
    case 'restore':
      return (
        <>
          <Paths title='Brought back' paths={done.report.restored.map(({ shardPath }) => shardPath)} />
          <Paths title='Stayed in quarantine' paths={done.report.skipped.map(({ path, reason }) => `${path}: ${reason}`)} />
        </>
      )
  }
}

function ReportActions({ done }: { readonly done: JobReport }) {
  const { ask } = useWorkspace('ask')
  const start = useStartJob()
  const tell = useTell()
  const moved = useMoved(done)
  const save = (): void => {
    const bytes = new TextEncoder().encode(reportJson(done))
    saveBytes(`lewm-cache-${done.kind}.json`, bytes).catch(error => tell(sentenceOf(error)))
  }
  return (
    <p className={classes.actions}>
      {done.kind === 'verify' && done.report.findings.length > 0 && (
        <Button small onClick={() => ask({ kind: 'drawer', panel: 'problems' })}>
          Show problems
        </Button>
      )}
      {moved.length > 0 && (
        <Button small onClick={() => void start({ kind: 'restore', which: [...moved] })}>
          Undo: bring {moved.length === 1 ? 'it' : `all ${formatCount(moved.length)}`} back
        </Button>
      )}
      <Button small onClick={save}>
        Save report…
      </Button>
    </p>
  )
}

/** What a job moved to quarantine and still lies there. */
function useMoved(done: JobReport): readonly string[] {
  const moved = movedBy(done)
  const there = useQuarantine(moved.length > 0)
  const paths = new Set(there.data?.map(({ path }) => path))
  return moved.filter(path => paths.has(path))
}

/** How many of each kind, with their marks. */
export function KindCounts({ byKind }: { readonly byKind: Partial<Record<FindingKind, number>> }) {
  const kinds = Object.keys(FINDING_KINDS).filter(isFindingKind)
  const shown = kinds.filter(kind => (byKind[kind] ?? 0) > 0)
  if (shown.length === 0) return null
  return (
    <ul className={classes.kinds}>
      {shown.map(kind => (
        <li key={kind}>
          <HealthMark mark={SEVERITY_MARK[FINDING_KINDS[kind].severity]} word={`${kindTitle(kind)} ${formatCount(byKind[kind] ?? 0)}`} />
        </li>
      ))}
    </ul>
  )
}

function LeftOut({ findings }: { readonly findings: readonly Finding[] }) {
  return <Paths title='Not in the index' paths={findings.map(found => `${found.shardPath}: ${describeFinding(found)}`)} />
}

function NotMoved({ shards }: { readonly shards: readonly ShardNotMoved[] }) {
  return <Paths title='Could not be moved' paths={shards.map(({ shardPath, reason }) => `${shardPath}: ${reason}`)} />
}

const SHOWN = 200

function Paths({ title, paths }: { readonly title: string; readonly paths: readonly string[] }) {
  if (paths.length === 0) return null
  return (
    <section>
      <h3>
        {title} <Muted>{formatCount(paths.length)}</Muted>
      </h3>
      <ul className={classes.paths}>
        {paths.slice(0, SHOWN).map(path => (
          <li key={path}>{path.endsWith('.parquet') ? <ShardName path={path} /> : path}</li>
        ))}
        {paths.length > SHOWN && <li>and {formatCount(paths.length - SHOWN)} more, all of them in the saved report</li>}
      </ul>
    </section>
  )
}
