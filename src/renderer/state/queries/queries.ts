/**
 * What this room asks the service. Keys hold the cache and its version, so that a change is asked for again; what is on the screen
 * stays until the new answer is there. Expected faults are not tried twice.
 */
import { keepPreviousData, useQueries, useQuery, useQueryClient } from '@tanstack/react-query'
import { useCallback } from 'react'
import { PAGE_ROWS, RAW_ROWS } from '../../../shared/contract/constants.ts'
import type { RawRowPage, RowLine, Scope } from '../../../shared/contract/index.ts'
import type { ShardAddress } from '../../../shared/model/shard.ts'
import { useClient } from '../../data/ClientProvider.tsx'
import { isWhole, scopeKey } from '../scope.ts'
import { useWorkspace } from '../WorkspaceProvider.tsx'
import { float32Of, float64Of } from './decodeBlob.ts'

const KEEP_MS = 30_000

/** The parts of every key: what is asked, in which cache; `version` goes last, so that answers of the same thing share what is before. */
function useBase() {
  const { cacheId, version } = useWorkspace()
  return { client: useClient(), cacheId, version }
}

type Kept = { readonly queryKey: readonly unknown[] }

/** The last answer stays for a newer version of the same thing, never for another thing. */
function sameButVersion(key: readonly unknown[]) {
  return <T>(previous: T | undefined, query: Kept | undefined): T | undefined =>
    query !== undefined && JSON.stringify(query.queryKey.slice(0, -1)) === JSON.stringify(key.slice(0, -1)) ? previous : undefined
}

const once = { retry: false, staleTime: Number.POSITIVE_INFINITY, gcTime: KEEP_MS, refetchOnWindowFocus: false } as const

/** Everything about a shard but its rows. */
export function useFacts(shardPath: string | null) {
  const { client, cacheId, version } = useBase()
  const queryKey = ['shards.describe', cacheId, shardPath, version]
  return useQuery({
    ...once,
    queryKey,
    enabled: shardPath !== null,
    placeholderData: sameButVersion(queryKey),
    queryFn: ({ signal }) => client.shards.describe({ cacheId, shardPath: shardPath ?? '' }, { signal })
  })
}

/** Where a shard's path puts it: null for a path of no layout, undefined until that is known. It never changes. */
export function useAddress(shardPath: string | null): ShardAddress | null | undefined {
  const { client, cacheId } = useBase()
  const { data } = useQuery({
    ...once,
    queryKey: addressKey(cacheId, shardPath ?? ''),
    enabled: shardPath !== null,
    queryFn: ({ signal }) => client.shards.address({ cacheId, shardPath: shardPath ?? '' }, { signal })
  })
  return data
}

/** Asks the same for one path, or remembers it. */
export function useAskAddress(): (shardPath: string) => Promise<ShardAddress | null> {
  const { client, cacheId } = useBase()
  const queries = useQueryClient()
  return useCallback(
    shardPath =>
      queries.fetchQuery({
        ...once,
        queryKey: addressKey(cacheId, shardPath),
        queryFn: ({ signal }) => client.shards.address({ cacheId, shardPath }, { signal })
      }),
    [client, cacheId, queries]
  )
}

function addressKey(cacheId: string, shardPath: string): readonly string[] {
  return ['shards.address', cacheId, shardPath]
}

/** The shard's line in the table of shards, for its health; null when the table has none. */
export function useShardLine(shardPath: string) {
  const { client, cacheId, version } = useBase()
  const queryKey = ['shards.line', cacheId, shardPath, version]
  return useQuery({
    ...once,
    queryKey,
    placeholderData: sameButVersion(queryKey),
    queryFn: async ({ signal }) => {
      const sort = { by: 'shardPath', descending: false } as const
      const page = { cacheId, scope: {}, text: shardPath, health: [], sort, offset: 0, limit: 20 }
      const { entries } = await client.shards.page(page, { signal })
      return entries.find(entry => entry.shardPath === shardPath) ?? null
    }
  })
}

/** One row's vector as doubles, with its numbers. */
export function useVector(shardPath: string, rowOffset: number) {
  const { client, cacheId, version } = useBase()
  const queryKey = ['shards.vector', cacheId, shardPath, rowOffset, version]
  return useQuery({
    ...once,
    queryKey,
    placeholderData: sameButVersion(queryKey),
    queryFn: async ({ signal }) => {
      const { values, ...rest } = await client.shards.vector({ cacheId, shardPath, rowOffset }, { signal })
      return { ...rest, values: await float64Of(values) }
    }
  })
}

function sameShard(shardPath: string) {
  return <T>(previous: T | undefined, query: Kept | undefined): T | undefined => (query?.queryKey[2] === shardPath ? previous : undefined)
}

/** The whole shard as cells; `size` in device pixels, null while it is not known. */
export function useHeatMap(shardPath: string, size: { readonly width: number; readonly height: number } | null) {
  const { client, cacheId } = useBase()
  const { data: line } = useShardLine(shardPath)
  return useQuery({
    ...once,
    // All of the shard is read for it: drawn anew when the file is another one, not whenever the cache changes.
    queryKey: ['shards.heatMap', cacheId, shardPath, size, line?.bytes, line?.modifiedMs],
    enabled: size !== null && line !== undefined,
    // A picture of another size is stretched until its own is there.
    placeholderData: sameShard(shardPath),
    queryFn: async ({ signal }) => {
      const { cells, ...rest } = await client.shards.heatMap({ cacheId, shardPath, ...(size ?? { width: 1, height: 1 }) }, { signal })
      return { ...rest, cells: await float32Of(cells) }
    }
  })
}

/** What is known of some rows: the line, `null` for a row whose key is none of ours, undefined while it is being read. */
export type RowPages = {
  readonly rowAt: (rowOffset: number) => RowLine | null | undefined
  /** Rows in the shard as the pages tell. */
  readonly total: number | null
  readonly error: unknown
}

/** The pages of 500 that hold these rows. */
export function useRowPages(shardPath: string, rowOffsets: readonly number[]): RowPages {
  const { client, cacheId, version } = useBase()
  const pages = [...new Set(rowOffsets.map(row => Math.floor(row / PAGE_ROWS)))]
  return useQueries({
    queries: pages.map(page => {
      const queryKey = ['shards.rows', cacheId, shardPath, page, version]
      return {
        ...once,
        queryKey,
        placeholderData: sameButVersion(queryKey),
        queryFn: async ({ signal }: { readonly signal: AbortSignal }) => {
          const { total, rows } = await client.shards.rows({ cacheId, shardPath, offset: page * PAGE_ROWS, limit: PAGE_ROWS }, { signal })
          return { page, total, rows: new Map(rows.map(row => [row.rowOffset, row])) }
        }
      }
    }),
    combine: results => ({
      rowAt: (rowOffset: number) => {
        const held = results.find(({ data }) => data?.page === Math.floor(rowOffset / PAGE_ROWS))?.data
        return held === undefined ? undefined : (held.rows.get(rowOffset) ?? null)
      },
      total: results.find(({ data }) => data !== undefined)?.data?.total ?? null,
      error: results.find(({ error }) => error !== null)?.error ?? null
    })
  })
}

/** What a file of any layout says of itself. */
export function useRaw(shardPath: string) {
  const { client, cacheId, version } = useBase()
  const queryKey = ['shards.raw', cacheId, shardPath, version]
  return useQuery({
    ...once,
    queryKey,
    placeholderData: sameButVersion(queryKey),
    queryFn: ({ signal }) => client.shards.raw({ cacheId, shardPath }, { signal })
  })
}

/** Some rows of a file of any layout: texts, undefined while they are being read. */
export type RawPages = {
  readonly rowAt: (row: number) => readonly (string | null)[] | undefined
  /** Of the first page that is there. */
  readonly first: RawRowPage | null
  readonly error: unknown
}

/** The pages of 100 that hold these rows. */
export function useRawPages(shardPath: string, rows: readonly number[]): RawPages {
  const { client, cacheId, version } = useBase()
  const pages = [...new Set(rows.map(row => Math.floor(row / RAW_ROWS)))]
  return useQueries({
    queries: pages.map(page => {
      const queryKey = ['shards.rawRows', cacheId, shardPath, page, version]
      return {
        ...once,
        queryKey,
        placeholderData: sameButVersion(queryKey),
        queryFn: async ({ signal }: { readonly signal: AbortSignal }) => {
          const input = { cacheId, shardPath, offset: page * RAW_ROWS, limit: RAW_ROWS }
          return { page, ...(await client.shards.rawRows(input, { signal })) }
        }
      }
    }),
    combine: results => ({
      rowAt: (row: number) => results.find(({ data }) => data?.page === Math.floor(row / RAW_ROWS))?.data?.rows[row % RAW_ROWS],
      first: results.find(({ data }) => data !== undefined)?.data ?? null,
      error: results.find(({ error }) => error !== null)?.error ?? null
    })
  })
}

/**
 * What is known to be wrong within a scope.
 * @param keepOther whether that of another scope stays until this one's is there
 */
export function useFindings(scope: Scope, { keepOther = false }: { readonly keepOther?: boolean } = {}) {
  const { client, cacheId, version } = useBase()
  const queryKey = ['findings', cacheId, scopeKey(scope), version]
  return useQuery({
    ...once,
    queryKey,
    placeholderData: keepOther ? keepPreviousData : sameButVersion(queryKey),
    // What is wrong with the index lies in no scope: of the whole cache, it is asked for without one.
    queryFn: ({ signal }) => client.findings(isWhole(scope) ? { cacheId } : { cacheId, scope }, { signal })
  })
}
