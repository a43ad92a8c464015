/** The drawer's jobs: those that run and those that ended, and the one at hand in full. */

import { useEffect, useState } from 'react'
import type { JobInfo } from '../../../shared/contract/index.ts'
import { useClient } from '../../data/ClientProvider.tsx'
import { JobEnd } from '../../jobs/JobEnd.tsx'
import { JobProgress } from '../../jobs/JobProgress.tsx'
import { KindCounts } from '../../jobs/KindCounts.tsx'
import { useFollowedJob } from '../../jobs/useFollowedJob.ts'
import { useGridLayout } from '../../state/useGridLayout.ts'
import { formatTime } from '../../text/index.ts'
import { Button } from '../../ui/controls/Button.tsx'
import { sentenceOf } from '../../ui/faults.ts'
import { Empty } from '../../ui/frames/Empty.tsx'
import { useTell } from '../../ui/frames/Notice.tsx'
import { DataGrid } from '../../ui/tables/DataGrid.tsx'
import { useMemoryGrid } from '../../ui/tables/model/useMemoryGrid.ts'
import { Muted } from '../../ui/text/Text.tsx'
import classes from './Jobs.module.css'
import { JOB_COLUMNS } from './jobColumns.tsx'
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
      <JobList jobs={own} chosen={job.jobId} onChoose={choose} />
      <JobDetails key={job.jobId} job={job} />
    </div>
  )
}

function JobList({
  jobs,
  chosen,
  onChoose
}: {
  readonly jobs: readonly JobInfo[]
  readonly chosen: string
  readonly onChoose: (jobId: string) => void
}) {
  const grid = useMemoryGrid(jobs, JOB_COLUMNS, jobIdOf, chosen, ({ jobId }) => onChoose(jobId))
  return (
    <div className={classes.list}>
      <DataGrid id='job' name='Jobs' columns={JOB_COLUMNS} {...grid} layout={useGridLayout('job')} isPaneEntry={false} fileName='jobs' />
    </div>
  )
}

function jobIdOf({ jobId }: JobInfo): string {
  return jobId
}

function JobDetails({ job }: { readonly job: JobInfo }) {
  const client = useClient()
  const notify = useTell()
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
          <Button small onClick={() => client.jobs.cancel({ jobId: job.jobId }).catch(error => notify(sentenceOf(error)))}>
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
