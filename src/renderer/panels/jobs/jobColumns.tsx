/** The columns of the table of jobs. */
import type { JobInfo } from '../../../shared/contract/index.ts'
import { formatAgo, formatShare, formatTime } from '../../text/index.ts'
import type { GridColumn } from '../../ui/tables/model/grid.ts'
import { Muted } from '../../ui/text/Text.tsx'
import classes from './Jobs.module.css'

const GLYPHS = { running: '▸', done: '✓', cancelled: '–', failed: '✕' } as const

function stateText({ outcome, progress, endedMs }: JobInfo): string {
  if (outcome === null) return progress === null ? 'starting' : formatShare(progress.done, progress.total)
  return outcome === 'done' ? formatAgo(endedMs) : `${outcome}, ${formatAgo(endedMs)}`
}

function Title({ job: { title, outcome } }: { readonly job: JobInfo }) {
  return (
    <span className={classes.job}>
      <span className={classes.state} data-outcome={outcome ?? 'running'} aria-hidden='true'>
        {GLYPHS[outcome ?? 'running']}
      </span>
      {title}
    </span>
  )
}

export const JOB_COLUMNS: readonly GridColumn<JobInfo>[] = [
  {
    id: 'title',
    name: 'Job',
    width: 120,
    grow: 1,
    fixed: true,
    sorts: true,
    value: ({ title }) => title,
    cell: job => <Title job={job} />,
    hint: ({ title }) => title
  },
  {
    id: 'state',
    name: 'State',
    width: 132,
    sorts: true,
    value: ({ outcome }) => outcome ?? 'running',
    cell: job => <Muted>{stateText(job)}</Muted>
  },
  {
    id: 'started',
    name: 'Started',
    width: 94,
    hidden: true,
    sorts: true,
    value: ({ startedMs }) => new Date(startedMs).toISOString(),
    cell: ({ startedMs }) => formatAgo(startedMs),
    hint: ({ startedMs }) => formatTime(startedMs)
  }
]
