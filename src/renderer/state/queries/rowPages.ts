/** Rows of a shard in pages: those in view, and others on request. */
import { type UseQueryResult, useQueries, useQueryClient } from '@tanstack/react-query'
import { useCallback } from 'react'
import { PAGE_ROWS, RAW_ROWS } from '../../../shared/contract/constants.ts'
import type { RawRowPage, RowLine } from '../../../shared/contract/index.ts'
import { type Asked, atVersion, useBase } from './queries.ts'

/** Some rows: `null` for a row that cannot be shown, undefined while it is loaded. */
export type RowPages = {
  readonly rowAt: (rowOffset: number) => RowLine | null | undefined
  /** Rows in the shard as the pages state. */
  readonly total: number | null
  readonly error: unknown
}

type RowPage = { readonly page: number; readonly total: number; readonly rows: ReadonlyMap<number, RowLine> }

function useRowPageOptions(shardPath: string) {
  const { client, api, cacheId, version } = useBase()
  return useCallback(
    (page: number) => {
      const input = { cacheId, shardPath, offset: page * PAGE_ROWS, limit: PAGE_ROWS }
      const queryKey = api.shards.rows.queryKey({ input })
      const queryFn = async ({ signal }: Asked): Promise<RowPage> => {
        const { total, rows } = await client.shards.rows(input, { signal })
        return { page, total, rows: new Map(rows.map(row => [row.rowOffset, row])) }
      }
      return atVersion({ queryKey, queryFn }, version)
    },
    [client, api, cacheId, version, shardPath]
  )
}

function combineRows(results: readonly UseQueryResult<RowPage>[]): RowPages {
  const pages = new Map(results.flatMap(({ data }) => (data === undefined ? [] : [[data.page, data] as const])))
  return {
    rowAt: rowOffset => {
      const held = pages.get(Math.floor(rowOffset / PAGE_ROWS))
      return held === undefined ? undefined : (held.rows.get(rowOffset) ?? null)
    },
    total: pages.values().next().value?.total ?? null,
    error: results.find(({ error }) => error !== null)?.error ?? null
  }
}

/** The pages of 500 that hold these rows. */
export function useRowPages(shardPath: string, rowOffsets: readonly number[]): RowPages {
  const optionsOf = useRowPageOptions(shardPath)
  return useQueries({ queries: pagesWith(rowOffsets, PAGE_ROWS).map(optionsOf), combine: combineRows })
}

/** Loads rows in this order. Rows that cannot be shown are left out. */
export function useLoadRows(shardPath: string): (rowOffsets: readonly number[]) => Promise<readonly RowLine[]> {
  const queries = useQueryClient()
  const optionsOf = useRowPageOptions(shardPath)
  return useCallback(
    async rowOffsets => {
      const pages = new Map<number, RowPage>()
      for (const page of pagesWith(rowOffsets, PAGE_ROWS)) pages.set(page, await queries.ensureQueryData(optionsOf(page)))
      return rowOffsets.map(row => pages.get(Math.floor(row / PAGE_ROWS))?.rows.get(row)).filter(row => row !== undefined)
    },
    [queries, optionsOf]
  )
}

/** A row of a file of any layout, as texts. */
export type RawRow = readonly (string | null)[]

export type RawPages = {
  readonly rowAt: (row: number) => RawRow | undefined
  /** The first page that is loaded. */
  readonly first: RawRowPage | null
  readonly error: unknown
}

type RawPage = RawRowPage & { readonly page: number }

function useRawPageOptions(shardPath: string) {
  const { client, api, cacheId, version } = useBase()
  return useCallback(
    (page: number) => {
      const input = { cacheId, shardPath, offset: page * RAW_ROWS, limit: RAW_ROWS }
      const queryKey = api.shards.rawRows.queryKey({ input })
      const queryFn = async ({ signal }: Asked): Promise<RawPage> => ({ page, ...(await client.shards.rawRows(input, { signal })) })
      return atVersion({ queryKey, queryFn }, version)
    },
    [client, api, cacheId, version, shardPath]
  )
}

function combineRaw(results: readonly UseQueryResult<RawPage>[]): RawPages {
  const pages = new Map(results.flatMap(({ data }) => (data === undefined ? [] : [[data.page, data] as const])))
  return {
    rowAt: row => pages.get(Math.floor(row / RAW_ROWS))?.rows[row % RAW_ROWS],
    first: pages.values().next().value ?? null,
    error: results.find(({ error }) => error !== null)?.error ?? null
  }
}

/** The pages of 100 that hold these rows. */
export function useRawPages(shardPath: string, rows: readonly number[]): RawPages {
  const optionsOf = useRawPageOptions(shardPath)
  return useQueries({ queries: pagesWith(rows, RAW_ROWS).map(optionsOf), combine: combineRaw })
}

/** Loads rows of a file of any layout. */
export function useLoadRawRows(shardPath: string): (rows: readonly number[]) => Promise<readonly RawRow[]> {
  const queries = useQueryClient()
  const optionsOf = useRawPageOptions(shardPath)
  return useCallback(
    async rows => {
      const pages = new Map<number, RawPage>()
      for (const page of pagesWith(rows, RAW_ROWS)) pages.set(page, await queries.ensureQueryData(optionsOf(page)))
      return rows.map(row => pages.get(Math.floor(row / RAW_ROWS))?.rows[row % RAW_ROWS]).filter(row => row !== undefined)
    },
    [queries, optionsOf]
  )
}

function pagesWith(rows: readonly number[], size: number): readonly number[] {
  return [...new Set(rows.map(row => Math.floor(row / size)))]
}
