/** What lies in quarantine, as all who show it know it. */
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useClient } from '../../data/ClientProvider.tsx'
import { useWorkspace } from '../WorkspaceProvider.tsx'

/** @param enabled whether anybody wants to know */
export function useQuarantine(enabled = true) {
  const client = useClient()
  const { cacheId, version } = useWorkspace()
  return useQuery({
    queryKey: ['quarantine', cacheId, version],
    queryFn: ({ signal }) => client.quarantine({ cacheId }, { signal }),
    enabled,
    placeholderData: keepPreviousData
  })
}
