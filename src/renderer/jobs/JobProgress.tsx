/** The progress of a job in numbers: shards, bytes, rate, time left, and the current shard. */
import { formatBytes, formatCount, formatCounted, formatDuration, formatRate, formatShare, shortenMiddle } from '../text/index.ts'
import classes from './Jobs.module.css'
import { PHASE_NAMES } from './phases.ts'
import type { FollowedJob } from './useFollowedJob.ts'

export function JobProgress({ job, title }: { readonly job: FollowedJob; readonly title: string }) {
  const { progress, bytesPerSecond, secondsLeft } = job
  if (progress === null) return <p className={classes.numbers}>Starting…</p>
  const { phase, done, total, bytesDone, bytesTotal, shardPath, findings } = progress
  return (
    <div className={classes.progress}>
      <Bar done={done} total={total} label={title} />
      <p className={classes.numbers}>
        <span>
          {PHASE_NAMES[phase]} {formatCount(done)} of {formatCounted(total, 'shard')}
        </span>
        <span>{formatShare(done, total)}</span>
        {bytesTotal > 0 && (
          <span>
            {formatBytes(bytesDone)} of {formatBytes(bytesTotal)}
          </span>
        )}
        {bytesPerSecond > 0 && <span>{formatRate(bytesPerSecond)}</span>}
        {secondsLeft !== null && <span>{formatDuration(secondsLeft)} left</span>}
        <span>{formatCounted(findings, 'finding')}</span>
      </p>
      {shardPath !== null && (
        <p className={classes.current} title={shardPath}>
          {shortenMiddle(shardPath, 90)}
        </p>
      )}
    </div>
  )
}

function Bar({ done, total, label }: { readonly done: number; readonly total: number; readonly label: string }) {
  const share = total > 0 ? Math.min(1, done / total) : 0
  return (
    <div
      className={classes.bar}
      role='progressbar'
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={Math.floor(share * 100)}
    >
      <span style={{ width: `${share * 100}%` }} />
    </div>
  )
}
