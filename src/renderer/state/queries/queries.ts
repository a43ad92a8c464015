/**
 * Queries on the open cache. Their keys end with the version of the cache, so a change is asked for again. The shown data stays until the
 * new answer has arrived. Expected errors are not retried.
 */
import { keepPreviousData, useQuery, useQueryClient } from '@tanstack/react-query'
import { useCallback } from 'react'
import type { Scope, ShardRow } from '../../../shared/contract/index.ts'
import type { ShardAddress } from '../../../shared/model/shard.ts'
import { useApi } from '../../data/api.ts'
import { useClient } from '../../data/ClientProvider.tsx'
import { isWhole } from '../scope.ts'
import type { Version } from '../version.ts'
import { useWorkspace } from '../WorkspaceProvider.tsx'
import { float32Of, float64Of } from './decodeBlob.ts'

const KEEP_MS = 30_000

export type Asked = { readonly signal: AbortSignal }

type Kept = { readonly queryKey: readonly unknown[] }

/** Keeps the last answer for a newer version of the same subject, never for another subject. */
function sameButVersion(key: readonly unknown[]) {
  return <T>(previous: T | undefined, query: Kept | undefined): T | undefined =>
    query !== undefined && JSON.stringify(query.queryKey.slice(0, -1)) === JSON.stringify(key.slice(0, -1)) ? previous : undefined
}

const once = { retry: false, staleTime: Number.POSITIVE_INFINITY, gcTime: KEEP_MS, refetchOnWindowFocus: false } as const

/** A query that is repeated for each version of the cache. The version is last in its key. */
export function atVersion<Options extends Kept>(options: Options, version: Version) {
  const queryKey = [...options.queryKey, version]
  return { ...once, ...options, queryKey, placeholderData: sameButVersion(queryKey) }
}

export function useBase() {
  const { cacheId, version } = useWorkspace('cacheId', 'version')
  return { client: useClient(), api: useApi(), cacheId, version }
}

/** All properties of a shard except its rows. */
export function useFacts(shardPath: string | null) {
  const { api, cacheId, version } = useBase()
  const asked = api.shards.describe.queryOptions({ input: { cacheId, shardPath: shardPath ?? '' } })
  return useQuery({ ...atVersion(asked, version), enabled: shardPath !== null })
}

/** The address in a shard's path. Null for a path of no layout, undefined until it is known. It never changes. */
export function useAddress(shardPath: string | null): ShardAddress | null | undefined {
  const { api, cacheId } = useBase()
  const asked = api.shards.address.queryOptions({ input: { cacheId, shardPath: shardPath ?? '' } })
  return useQuery({ ...once, ...asked, enabled: shardPath !== null }).data
}

/** The same for one path, from the service or from memory. */
export function useAskAddress(): (shardPath: string) => Promise<ShardAddress | null> {
  const { api, cacheId } = useBase()
  const queries = useQueryClient()
  return useCallback(
    shardPath => queries.fetchQuery({ ...once, ...api.shards.address.queryOptions({ input: { cacheId, shardPath } }) }),
    [api, cacheId, queries]
  )
}

/** The shard's line in the table of shards, for its health. Null if the table has none. */
export function useShardLine(shardPath: string) {
  const { api, cacheId, version } = useBase()
  const sort = { by: 'shardPath', descending: false } as const
  const input = { cacheId, scope: {}, text: shardPath, health: [], sort, offset: 0, limit: 20 }
  const asked = api.shards.page.queryOptions({ input })
  return useQuery({
    ...atVersion(asked, version),
    select: ({ entries }: { readonly entries: readonly ShardRow[] }) => entries.find(entry => entry.shardPath === shardPath) ?? null
  })
}

/** One row's vector as doubles, with its statistics. */
export function useVector(shardPath: string, rowOffset: number) {
  const { client, api, cacheId, version } = useBase()
  const input = { cacheId, shardPath, rowOffset }
  const queryKey = api.shards.vector.queryKey({ input })
  const queryFn = async ({ signal }: Asked) => {
    const { values, ...rest } = await client.shards.vector(input, { signal })
    return { ...rest, values: await float64Of(values) }
  }
  return useQuery(atVersion({ queryKey, queryFn }, version))
}

/** A picture of another size is stretched until the new one has arrived. */
function sameShard(shardPath: string) {
  return <T>(previous: T | undefined, query: Kept | undefined): T | undefined => {
    const file = query?.queryKey.at(-1)
    return typeof file === 'object' && file !== null && 'shardPath' in file && file.shardPath === shardPath ? previous : undefined
  }
}

/** The whole shard as cells. `size` is in device pixels, null while it is unknown. */
export function useHeatMap(shardPath: string, size: { readonly width: number; readonly height: number } | null) {
  const { client, api, cacheId } = useBase()
  const { data: line } = useShardLine(shardPath)
  const input = { cacheId, shardPath, ...(size ?? { width: 1, height: 1 }) }
  return useQuery({
    ...once,
    // This reads the whole shard, so it is repeated only when the file has changed, not for every version of the cache.
    queryKey: [...api.shards.heatMap.queryKey({ input }), { shardPath, bytes: line?.bytes, modifiedMs: line?.modifiedMs }],
    enabled: size !== null && line !== undefined,
    placeholderData: sameShard(shardPath),
    queryFn: async ({ signal }) => {
      const { cells, ...rest } = await client.shards.heatMap(input, { signal })
      return { ...rest, cells: await float32Of(cells) }
    }
  })
}

/** Properties of a file of any layout. */
export function useRaw(shardPath: string) {
  const { api, cacheId, version } = useBase()
  return useQuery(atVersion(api.shards.raw.queryOptions({ input: { cacheId, shardPath } }), version))
}

/**
 * Findings within a scope.
 * @param keepOther whether the findings of another scope stay visible until these have arrived
 */
export function useFindings(scope: Scope, { keepOther = false }: { readonly keepOther?: boolean } = {}) {
  const { api, cacheId, version } = useBase()
  // Findings about the index belong to no scope. For the whole cache, ask without one.
  const asked = api.findings.queryOptions({ input: isWhole(scope) ? { cacheId } : { cacheId, scope } })
  const options = atVersion(asked, version)
  return useQuery(keepOther ? { ...options, placeholderData: keepPreviousData } : options)
}

/** Files in quarantine. @param enabled whether they are shown */
export function useQuarantine(enabled = true) {
  const { api, cacheId, version } = useBase()
  return useQuery({ ...atVersion(api.quarantine.queryOptions({ input: { cacheId } }), version), enabled })
}

/** The lane of a scope. */
export function useLane(scope: Scope) {
  const { api, cacheId, version } = useBase()
  return useQuery({ ...atVersion(api.shards.lane.queryOptions({ input: { cacheId, scope } }), version), placeholderData: keepPreviousData })
}
