/** Long work begins here: the drawer shows it, and a refusal is told. */
import { useCallback } from 'react'
import type { JobRequest } from '../../shared/contract/index.ts'
import { useClient } from '../data/ClientProvider.tsx'
import { sentenceOf } from '../ui/faults.ts'
import { useTell } from '../ui/frames/Notice.tsx'
import { useSecondReader } from './secondReader.ts'
import { useWorkspace } from './WorkspaceProvider.tsx'
import { useWorkers } from './workers.ts'

/** How to start a job on the open cache; it never fails, it tells. */
export function useStartJob(): (request: JobRequest) => Promise<void> {
  const client = useClient()
  const { cacheId, ask } = useWorkspace('cacheId', 'ask')
  const tell = useTell()
  const [workers] = useWorkers()
  const [secondReader] = useSecondReader()
  return useCallback(
    async request => {
      try {
        const asked = secondReader && request.kind === 'verify' ? { ...request, secondReader } : request
        await client.jobs.start({ cacheId, request: asked, workers: workers ?? undefined })
        ask({ kind: 'drawer', panel: 'jobs' })
      } catch (error) {
        tell(sentenceOf(error))
      }
    },
    [client, cacheId, workers, secondReader, ask, tell]
  )
}
