/** Follows one job: its progress, its findings and its end. The job continues if the component is gone. */
import { useEffect, useState } from 'react'
import type { JobEvent, JobOutcome } from '../../shared/contract/index.ts'
import type { FindingKind } from '../../shared/model/finding.ts'
import type { Progress } from '../../shared/model/report.ts'
import { useClient } from '../data/ClientProvider.tsx'
import { sentenceOf } from '../ui/faults.ts'

export type FollowedJob = {
  readonly progress: Progress | null
  readonly bytesPerSecond: number
  readonly secondsLeft: number | null
  /** Findings so far. */
  readonly byKind: Partial<Record<FindingKind, number>>
  /** Null while it runs. */
  readonly end: JobOutcome | null
  /** Why the job can no longer be followed. */
  readonly lost: string | null
}

const NEW: FollowedJob = { progress: null, bytesPerSecond: 0, secondsLeft: null, byKind: {}, end: null, lost: null }

/** The state after an event. Pure. */
export function takeEvent(job: FollowedJob, event: JobEvent): FollowedJob {
  switch (event.type) {
    case 'progress':
      return { ...job, progress: event.progress, bytesPerSecond: event.bytesPerSecond, secondsLeft: event.secondsLeft }
    case 'findings': {
      const byKind = { ...job.byKind }
      for (const { kind } of event.findings) byKind[kind] = (byKind[kind] ?? 0) + 1
      return { ...job, byKind }
    }
    case 'end':
      return { ...job, end: event.end }
  }
}

/** Follows a job; null for none. */
export function useFollowedJob(jobId: string | null): FollowedJob {
  const client = useClient()
  const [followed, setFollowed] = useState<{ readonly jobId: string | null; readonly job: FollowedJob }>({ jobId: null, job: NEW })
  useEffect(() => {
    if (jobId === null) return
    const stop = new AbortController()
    const change = (next: (job: FollowedJob) => FollowedJob): void =>
      setFollowed(old => (stop.signal.aborted ? old : { jobId, job: next(old.jobId === jobId ? old.job : NEW) }))
    const follow = async (): Promise<void> => {
      // The service repeats earlier events.
      change(() => NEW)
      for await (const event of await client.jobs.attach({ jobId }, { signal: stop.signal })) change(job => takeEvent(job, event))
    }
    follow().catch(error => change(job => ({ ...job, lost: sentenceOf(error) })))
    return () => stop.abort()
  }, [client, jobId])
  return followed.jobId === jobId ? followed.job : NEW
}
