/** Starts jobs. The drawer shows them, and a notice shows a refusal. */
import { useCallback } from 'react'
import type { JobRequest } from '../../shared/contract/index.ts'
import { useClient } from '../data/ClientProvider.tsx'
import { useSecondReader } from '../state/secondReader.ts'
import { useWorkspace } from '../state/WorkspaceProvider.tsx'
import { useWorkers } from '../state/workers.ts'
import { sentenceOf } from '../ui/faults.ts'
import { useTell } from '../ui/frames/Notice.tsx'
import { preparedRequest } from './kinds/index.ts'

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
        const asked = preparedRequest(request, { secondReader })
        await client.jobs.start({ cacheId, request: asked, workers: workers ?? undefined })
        ask({ kind: 'drawer', panel: 'jobs' })
      } catch (error) {
        notify(sentenceOf(error))
      }
    },
    [client, cacheId, workers, secondReader, ask, notify]
  )
}
