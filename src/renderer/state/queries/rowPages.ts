/** Rows of a shard in pages: those in view, and others on request. */
import { type UseQueryResult, useQueries, useQueryClient } from '@tanstack/react-query'
import { useCallback } from 'react'
import { PAGE_ROWS, RAW_ROWS } from '../../../shared/contract/constants.ts'
import type { RawRowPage, RowLine } from '../../../shared/contract/index.ts'
import { type Asked, atVersion, useBase } from './queries.ts'

type Numbered = { readonly page: number }

/** The rows of one kind: how many are in a page, and where in it. */
type Paging<Page extends Numbered, Row> = {
  readonly size: number
  /** Undefined outside of the page. */
  readonly rowIn: (page: Page, row: number) => Row | undefined
}

/** Some loaded pages. */
export type Pages<Page, Row> = {
  /** Undefined while the row is loaded. */
  readonly rowAt: (row: number) => Row | undefined
  /** The first page that is loaded. */
  readonly first: Page | null
  readonly error: unknown
}

type PageOptions<Page> = ReturnType<
  typeof atVersion<{ readonly queryKey: readonly unknown[]; readonly queryFn: (asked: Asked) => Promise<Page> }>
>

function pagesWith(rows: readonly number[], size: number): readonly number[] {
  return [...new Set(rows.map(row => Math.floor(row / size)))]
}

/** For `useQueries`, which needs the same function each time. */
function combined<Page extends Numbered, Row>({ size, rowIn }: Paging<Page, Row>) {
  return (results: readonly UseQueryResult<Page>[]): Pages<Page, Row> => {
    const pages = new Map(results.flatMap(({ data }) => (data === undefined ? [] : [[data.page, data] as const])))
    return {
      rowAt: row => {
        const page = pages.get(Math.floor(row / size))
        return page === undefined ? undefined : rowIn(page, row)
      },
      first: pages.values().next().value ?? null,
      error: results.find(({ error }) => error !== null)?.error ?? null
    }
  }
}

/** Loads rows in this order. Rows that are not in their page or cannot be shown are left out. */
function useLoad<Page extends Numbered, Row>(
  optionsOf: (page: number) => PageOptions<Page>,
  { size, rowIn }: Paging<Page, Row>
): (rows: readonly number[]) => Promise<readonly NonNullable<Row>[]> {
  const queries = useQueryClient()
  return useCallback(
    async rows => {
      const pages = new Map<number, Page>()
      for (const page of pagesWith(rows, size)) pages.set(page, await queries.ensureQueryData(optionsOf(page)))
      return rows
        .map(row => {
          const page = pages.get(Math.floor(row / size))
          return page === undefined ? undefined : rowIn(page, row)
        })
        .filter(row => row !== undefined && row !== null)
    },
    [queries, optionsOf, size, rowIn]
  )
}

type RowPage = Numbered & { readonly total: number; readonly rows: ReadonlyMap<number, RowLine> }

/** Rows that GenoLeWM has a key for: null for one that cannot be shown. */
export type RowPages = Pages<RowPage, RowLine | null>

const ROWS: Paging<RowPage, RowLine | null> = { size: PAGE_ROWS, rowIn: ({ rows }, row) => rows.get(row) ?? null }
const combineRows = combined(ROWS)

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

/** The pages of 500 that hold these rows. */
export function useRowPages(shardPath: string, rowOffsets: readonly number[]): RowPages {
  const optionsOf = useRowPageOptions(shardPath)
  return useQueries({ queries: pagesWith(rowOffsets, PAGE_ROWS).map(optionsOf), combine: combineRows })
}

export function useLoadRows(shardPath: string): (rowOffsets: readonly number[]) => Promise<readonly RowLine[]> {
  return useLoad(useRowPageOptions(shardPath), ROWS)
}

/** A row of a file of any layout, as texts. */
export type RawRow = readonly (string | null)[]

type RawPage = RawRowPage & Numbered

const RAW: Paging<RawPage, RawRow> = { size: RAW_ROWS, rowIn: ({ rows }, row) => rows[row % RAW_ROWS] }
const combineRaw = combined(RAW)

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

/** The pages of 100 that hold these rows. */
export function useRawPages(shardPath: string, rows: readonly number[]): Pages<RawPage, RawRow> {
  const optionsOf = useRawPageOptions(shardPath)
  return useQueries({ queries: pagesWith(rows, RAW_ROWS).map(optionsOf), combine: combineRaw })
}

export function useLoadRawRows(shardPath: string): (rows: readonly number[]) => Promise<readonly RawRow[]> {
  return useLoad(useRawPageOptions(shardPath), RAW)
}
