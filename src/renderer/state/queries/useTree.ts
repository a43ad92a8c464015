/** The levels of the cache, queried once for all callers. */
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useRef } from 'react'
import type { TreeNode } from '../../../shared/contract/index.ts'
import { useApi } from '../../data/api.ts'
import { useClient } from '../../data/ClientProvider.tsx'
import { useWorkspace } from '../WorkspaceProvider.tsx'
import { sameLevels } from './sameLevels.ts'

const NONE: readonly TreeNode[] = []

/** Levels in tree order. Empty until they have arrived. */
export function useTree(): readonly TreeNode[] {
  const client = useClient()
  const api = useApi()
  const { cacheId, version } = useWorkspace('cacheId', 'version')
  const shown = useRef(NONE)
  const tree = useQuery({
    queryKey: [...api.shards.tree.queryKey({ input: { cacheId } }), version],
    queryFn: async ({ signal }) => sameLevels(shown.current, await client.shards.tree({ cacheId }, { signal })),
    placeholderData: keepPreviousData
  })
  shown.current = tree.data ?? NONE
  return shown.current
}
