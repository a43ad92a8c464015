/** The jobs of the open cache, as the service reports them: the list, the details and the status bar show the same. */
import type { JobInfo } from '../../../shared/contract/index.ts'
import { useWorkspace } from '../../state/WorkspaceProvider.tsx'

/** The latest first. */
export function useJobs(): readonly JobInfo[] {
  return useWorkspace('jobs').jobs
}
