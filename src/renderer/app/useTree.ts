/** The levels of the cache, asked for once for all who need them. */
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import type { TreeNode } from '../../shared/contract/index.ts'
import { useClient } from '../client/ClientProvider.tsx'
import { useWorkspace } from '../workspace/WorkspaceProvider.tsx'
import { usePacedVersion } from './usePacedVersion.ts'

const NONE: readonly TreeNode[] = []

/** Levels in the order of the tree; none until they have come. */
export function useTree(): readonly TreeNode[] {
  const client = useClient()
  const { cacheId } = useWorkspace()
  const version = usePacedVersion()
  const tree = useQuery({
    queryKey: ['tree', cacheId, version],
    queryFn: ({ signal }) => client.shards.tree({ cacheId }, { signal }),
    placeholderData: keepPreviousData,
    gcTime: 5000
  })
  return tree.data ?? NONE
}
