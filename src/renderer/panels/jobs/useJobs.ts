/** The jobs of the service as all who show them know them: what the list says of one is what its details and the last line say. */
import { type QueryClient, useQuery } from '@tanstack/react-query'
import type { JobInfo } from '../../../shared/contract/index.ts'
import type { Progress } from '../../../shared/model/report.ts'
import { useClient } from '../../data/ClientProvider.tsx'
import { useWorkspace } from '../../state/WorkspaceProvider.tsx'

const KEY = ['jobs']
const RUNNING_MS = 500
const RESTING_MS = 3000
const NONE: readonly JobInfo[] = []

/** Those of the open cache, the latest first. */
export function useJobs(): readonly JobInfo[] {
  const client = useClient()
  const { cacheId } = useWorkspace()
  const jobs = useQuery({
    queryKey: KEY,
    queryFn: ({ signal }) => client.jobs.list(undefined, { signal }),
    refetchInterval: query => (query.state.data?.some(job => job.endedMs === null) ? RUNNING_MS : RESTING_MS)
  })
  return (jobs.data ?? NONE).filter(job => job.cacheId === cacheId)
}

/** Takes into the list what somebody who follows a job has just heard of it. */
export function noteProgress(queries: QueryClient, jobId: string, progress: Progress): void {
  queries.setQueryData<JobInfo[]>(KEY, jobs => jobs?.map(job => (job.jobId === jobId ? { ...job, progress } : job)))
}
