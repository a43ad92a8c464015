/** Starts jobs. The drawer shows them, and a notice shows a refusal. */
import { useCallback } from 'react'
import type { JobRequest } from '../../shared/contract/index.ts'
import { useClient } from '../data/ClientProvider.tsx'
import { sentenceOf } from '../ui/faults.ts'
import { useTell } from '../ui/frames/Notice.tsx'
import { useSecondReader } from './secondReader.ts'
import { useWorkspace } from './WorkspaceProvider.tsx'
import { useWorkers } from './workers.ts'

/** Starts a job on the open cache. It never fails. A failure is shown in the notice line. */
export function useStartJob(): (request: JobRequest) => Promise<void> {
  const client = useClient()
  const { cacheId, ask } = useWorkspace('cacheId', 'ask')
  const notify = useTell()
  const [workers] = useWorkers()
  const [secondReader] = useSecondReader()
  return useCallback(
    async request => {
      try {
        const asked = secondReader && request.kind === 'verify' ? { ...request, secondReader } : request
        await client.jobs.start({ cacheId, request: asked, workers: workers ?? undefined })
        ask({ kind: 'drawer', panel: 'jobs' })
      } catch (error) {
        notify(sentenceOf(error))
      }
    },
    [client, cacheId, workers, secondReader, ask, notify]
  )
}
