/** The bottom line: the path of the cache, its size, the current work, and the memory of the service. */

import { useQuery } from '@tanstack/react-query'
import { useEffect } from 'react'
import { missingText } from '../../shared/text/missingText.ts'
import { useApi } from '../data/api.ts'
import { desktop } from '../data/client.ts'
import { useJobs } from '../panels/jobs/useJobs.ts'
import { useWorkspace } from '../state/WorkspaceProvider.tsx'
import { formatBytes, formatCount, formatCounted, formatRows, formatShare } from '../text/index.ts'
import { BareButton } from '../ui/controls/Button.tsx'
import classes from './StatusBar.module.css'

export function StatusBar() {
  const { summary } = useWorkspace('summary')
  const { root, shards, rows, withoutRowCount, bytes, scan, missing } = summary
  return (
    <footer className={classes.bar}>
      <span className={classes.root} title={root}>
        {root}
      </span>
      <span>{formatCounted(shards, 'shard')}</span>
      <span>{formatRows(rows, withoutRowCount)}</span>
      <span>{formatBytes(bytes)}</span>
      {missing.missingShards > 0 && <span>{missingText(missing)}</span>}
      <span role='status'>
        {scan.state === 'scanning' && 'Listing the folders…'}
        {scan.state === 'footers' && `Reading footers: ${formatCount(scan.done)} of ${formatCount(scan.total)}`}
      </span>
      <span className={classes.space} />
      <RunningJobs />
      <Service />
    </footer>
  )
}

function RunningJobs() {
  const { ask } = useWorkspace('ask')
  const running = useJobs().filter(job => job.endedMs === null)
  const [first] = running
  const progress = first?.progress ?? null
  const fraction = first === undefined ? -1 : progress === null || progress.total === 0 ? 0 : progress.done / progress.total
  useEffect(() => desktop()?.setProgress(fraction), [fraction])
  if (first === undefined) return null
  return (
    <BareButton className={classes.job} onClick={() => ask({ kind: 'drawer', panel: 'jobs' })}>
      {first.title}
      {progress !== null && ` · ${formatShare(progress.done, progress.total)}`}
      {running.length > 1 && ` · and ${running.length - 1} more`}
    </BareButton>
  )
}

function Service() {
  const api = useApi()
  const info = useQuery(api.program.info.queryOptions({ refetchInterval: 10_000 }))
  if (info.data === undefined) return null
  const { pid, residentBytes, node } = info.data
  return <span title={`The service: process ${pid}, Node ${node.replace(/^v/, '')}`}>service {formatBytes(residentBytes)}</span>
}
