/** The drawer's jobs: those that run and those that ended, and the one at hand in full. */

import { useEffect, useState } from 'react'
import { ListBox, ListBoxItem } from 'react-aria-components'
import type { JobInfo } from '../../../shared/contract/index.ts'
import { useClient } from '../../data/ClientProvider.tsx'
import { formatAgo, formatShare, formatTime } from '../../text/index.ts'
import { Button } from '../../ui/controls/Button.tsx'
import { sentenceOf } from '../../ui/faults.ts'
import { Empty } from '../../ui/frames/Empty.tsx'
import { useTell } from '../../ui/frames/Notice.tsx'
import { Muted } from '../../ui/text/Text.tsx'
import { JobProgress } from './JobProgress.tsx'
import { JobEnd, KindCounts } from './JobReportView.tsx'
import classes from './Jobs.module.css'
import { useFollowedJob } from './useFollowedJob.ts'
import { useJobs } from './useJobs.ts'

export function JobsPanel() {
  const own = useJobs()
  const [chosen, choose] = useState<string | null>(null)
  // A new job is the one at hand.
  const latest = own[0]?.jobId ?? null
  useEffect(() => choose(latest), [latest])
  const job = own.find(({ jobId }) => jobId === chosen) ?? own[0]
  if (job === undefined) return <Empty>No job runs, and none has run on this cache since the service was started.</Empty>
  return (
    <div className={classes.panel}>
      <ListBox
        className={classes.list ?? ''}
        aria-label='Jobs'
        selectionMode='single'
        disallowEmptySelection
        selectedKeys={[job.jobId]}
        onSelectionChange={keys => {
          const [key] = keys === 'all' ? [] : keys
          if (typeof key === 'string') choose(key)
        }}
        items={own}
      >
        {item => (
          <ListBoxItem id={item.jobId} textValue={item.title} className={classes.item ?? ''}>
            <span className={classes.state} data-outcome={item.outcome ?? 'running'} aria-hidden='true'>
              {GLYPHS[item.outcome ?? 'running']}
            </span>
            <span className={classes.title}>{item.title}</span>
            <span className={classes.when} title={formatTime(item.startedMs)}>
              {stateText(item)}
            </span>
          </ListBoxItem>
        )}
      </ListBox>
      <JobDetails key={job.jobId} job={job} />
    </div>
  )
}

const GLYPHS = { running: '▸', done: '✓', cancelled: '–', failed: '✕' } as const

function stateText({ outcome, progress, endedMs }: JobInfo): string {
  if (outcome === null) return progress === null ? 'starting' : formatShare(progress.done, progress.total)
  return outcome === 'done' ? formatAgo(endedMs) : `${outcome}, ${formatAgo(endedMs)}`
}

function JobDetails({ job }: { readonly job: JobInfo }) {
  const client = useClient()
  const tell = useTell()
  const followed = useFollowedJob(job.jobId)
  const { end, lost, byKind } = followed
  const running = end === null && lost === null && job.endedMs === null
  return (
    <section className={classes.details} aria-label={job.title}>
      <div className={classes.head}>
        <h3>{job.title}</h3>
        <Muted>{formatTime(job.startedMs)}</Muted>
        <span className={classes.grow} />
        {running && (
          <Button small onClick={() => client.jobs.cancel({ jobId: job.jobId }).catch(error => tell(sentenceOf(error)))}>
            Cancel
          </Button>
        )}
      </div>
      {running && (
        <>
          <JobProgress job={{ ...followed, progress: job.progress }} title={job.title} />
          <KindCounts byKind={byKind} />
        </>
      )}
      {lost !== null && <p className={classes.failed}>{lost}</p>}
      {end !== null && <JobEnd end={end} progress={followed.progress} />}
    </section>
  )
}
