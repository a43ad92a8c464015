/**
 * Cursor and choice of the table. The cursor follows the one selection and stays on its shard when the lines move; the choice is for
 * what is done with many, and never holds what another filter has hidden.
 */
import { useCallback, useEffect, useRef, useState } from 'react'
import type { Scope, ShardRow } from '../../../shared/contract/index.ts'
import { useAddress } from '../../state/queries/queries.ts'
import { scopeHolds } from '../../state/scope.ts'
import { useWorkspace } from '../../state/WorkspaceProvider.tsx'
import { sentenceOf } from '../../ui/faults.ts'
import { useTell } from '../../ui/frames/Notice.tsx'
import type { GridSelection } from '../../ui/tables/model/grid.ts'
import { type Choice, chooseAlso, chooseOnly, NOTHING, refreshed, toggle } from './choice.ts'
import { findByPath, indexAmong } from './pages.ts'
import type { ShardPages, ShardSort } from './useShardPages.ts'

/** The selection follows the cursor when it rests, ms: a held arrow key is one step in the history, not a hundred. */
const REST = 140

export type ShardChoice = GridSelection<ShardRow> & {
  readonly choice: Choice
  /** The cursor leaves the table: its lines are in another order now. */
  leave(): void
}

/** @param filterKey what the table shows; another one is another table */
export function useShardChoice(
  pages: ShardPages,
  { filterKey, scope, sort }: { readonly filterKey: string; readonly scope: Scope; readonly sort: ShardSort }
): ShardChoice {
  const { selection, go } = useWorkspace('selection', 'go')
  const notify = useTell()
  const [choice, setChoice] = useState<Choice>(NOTHING)
  const [cursor, setCursor] = useState<number | null>(null)
  const [revealed, setRevealed] = useState(0)
  const reveal = useCallback(() => setRevealed(before => before + 1), [])
  const cursorPath = useRef<string | null>(null)
  const anchor = useRef<number | null>(null)
  const rest = useRef<ReturnType<typeof setTimeout>>(undefined)
  /** The number of selections so far: an earlier one that is still loading must not undo a later one. */
  const pointings = useRef(0)
  /** The selection as this table made or showed it: nothing to look for. */
  const selected = useRef<string | null>(null)
  /** @returns whether the user has selected nothing since */
  const sinceNow = useCallback(() => {
    const before = pointings.current
    return () => pointings.current === before
  }, [])
  const { at, between } = pages
  const total = pages.totals?.total ?? 0
  const put = useCallback((index: number | null, shardPath: string | null) => {
    cursorPath.current = shardPath
    setCursor(index)
  }, [])

  const shownFilter = useRef(filterKey)
  const shownTotal = useRef(total)
  useEffect(() => {
    const fewer = total < shownTotal.current
    shownTotal.current = total
    if (shownFilter.current === filterKey && !fewer) return
    if (shownFilter.current !== filterKey) {
      put(null, null)
      selected.current = null
    }
    shownFilter.current = filterKey
    // No action may apply to shards that are gone.
    setChoice(NOTHING)
    anchor.current = null
  }, [filterKey, total, put])

  useEffect(() => {
    setChoice(before => refreshed(before, pages.pages))
    const path = cursorPath.current
    if (path === null) return
    setCursor(before => (before !== null && at(before)?.shardPath === path ? before : indexAmong(pages.pages, path)))
  }, [pages.pages, at])

  const latest = useRef({ pages, sort, total })
  latest.current = { pages, sort, total }
  const { shardPath } = selection
  const address = useAddress(shardPath)
  const hasRows = total > 0
  useEffect(() => {
    const now = latest.current
    if (!hasRows || (shardPath !== null && [selected.current, cursorPath.current].includes(shardPath))) return
    selected.current = null
    if (shardPath === null || address === undefined || !scopeHolds(scope, address)) return
    let replaced = false
    const isLast = sinceNow()
    const current = (): boolean => !replaced && isLast()
    const show = async (index: number | null): Promise<void> => {
      if (!current() || index === null) return
      put(index, shardPath)
      selected.current = shardPath
      anchor.current = index
      reveal()
      const [shard] = await latest.current.pages.between(index, index)
      if (current() && shard !== undefined) setChoice(chooseOnly([shard]))
    }
    const locate = async (): Promise<void> => {
      const near = indexAmong(now.pages.pages, shardPath)
      if (near !== null) await show(near)
      else if (now.sort.by === 'shardPath') await show(await findByPath(shardPath, now.total, now.sort.descending, now.pages.load))
    }
    // Not to find it is no fault of what was asked for: the inspector shows it all the same.
    locate().catch(() => {})
    return () => {
      replaced = true
    }
  }, [shardPath, address, scope, hasRows, put, reveal, sinceNow])

  const rowsOf = async (from: number, to: number, use: (rows: readonly ShardRow[]) => void): Promise<void> => {
    try {
      use(await between(from, to))
    } catch (error) {
      notify(sentenceOf(error))
    }
  }
  const withRow = (index: number, use: (shard: ShardRow) => void): void => {
    const there = at(index)
    if (there !== undefined) use(there)
    else void rowsOf(index, index, ([shard]) => shard !== undefined && use(shard))
  }
  return {
    choice,
    cursor,
    revealed,
    count: choice.size,
    isSelected: index => {
      const shard = at(index)
      return shard !== undefined && choice.has(shard.shardPath)
    },
    rows: () => [...choice.values()],
    point: (index, { extend, add, byKey }) => {
      pointings.current += 1
      const isLast = sinceNow()
      const choose = (rows: readonly ShardRow[]): void => {
        if (isLast()) setChoice(chooseOnly(rows))
      }
      put(index, at(index)?.shardPath ?? null)
      reveal()
      if (extend) {
        void rowsOf(anchor.current ?? index, index, add ? rows => setChoice(before => chooseAlso(before, rows)) : choose)
      } else {
        anchor.current = index
        withRow(index, add ? shard => setChoice(before => toggle(before, shard)) : shard => choose([shard]))
      }
      clearTimeout(rest.current)
      rest.current = setTimeout(
        () =>
          withRow(index, found => {
            if (!isLast()) return
            cursorPath.current = found.shardPath
            selected.current = found.shardPath
            go({ shardPath: found.shardPath, rowOffset: null })
          }),
        byKey ? REST : 0
      )
    },
    selectAll: () => {
      const isLast = sinceNow()
      void rowsOf(0, total - 1, rows => isLast() && setChoice(chooseOnly(rows)))
    },
    selectNone: () => setChoice(NOTHING),
    leave: () => put(null, null)
  }
}
