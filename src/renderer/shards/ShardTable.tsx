/** Cursor, choice and actions of the table of shards. The cursor follows the one selection; the choice is for what is done with many. */
import { useVirtualizer } from '@tanstack/react-virtual'
import { type KeyboardEvent, type MouseEvent, useCallback, useEffect, useMemo, useRef, useState } from 'react'
import { type Health, PAGE_ROWS, type Scope, type ShardRow } from '../../shared/contract/index.ts'
import { sentenceOf } from '../app/faults.ts'
import { useTell } from '../app/Notice.tsx'
import { useStartJob } from '../app/useStartJob.ts'
import { useTree } from '../app/useTree.ts'
import { folderOf, narrowed, scopeHolds, scopeKey, scopeText } from '../scope/scope.ts'
import controls from '../styles/controls.module.css'
import { useWorkspace } from '../workspace/WorkspaceProvider.tsx'
import { type Choice, chooseAlso, chooseOnly, NOTHING, toggle } from './choice.ts'
import { findByPath, indexAmong, pagesOf } from './pages.ts'
import { ShardActions } from './ShardActions.tsx'
import { ShardGrid } from './ShardGrid.tsx'
import { ShardMenu } from './ShardMenu.tsx'
import classes from './ShardTable.module.css'
import { shardsTsv } from './tsv.ts'
import { type ShardSort, useShardPages } from './useShardPages.ts'

const ROW = 24
const HEAD = 25
/** The selection follows the cursor when it rests, ms: a held arrow key is one step in the history, not a hundred. */
const REST = 140

export function ShardTable({ scope, text, health }: { readonly scope: Scope; readonly text: string; readonly health: readonly Health[] }) {
  const { selection, summary, go, ask, cacheId } = useWorkspace()
  const tell = useTell()
  const startJob = useStartJob()
  const [sort, setSort] = useState<ShardSort>({ by: 'shardPath', descending: false })
  const [choice, setChoice] = useState<Choice>(NOTHING)
  const [cursor, setCursor] = useState<number | null>(null)
  const [menu, setMenu] = useState<{ readonly x: number; readonly y: number } | null>(null)
  const anchor = useRef<number | null>(null)
  const scroller = useRef<HTMLDivElement>(null)
  const [wanted, setWanted] = useState<readonly [number, number]>([0, 0])
  const pages = useShardPages({ scope, text, health, sort }, pagesOf(...wanted, 1))
  const total = pages.totals?.total ?? 0
  const virtualizer = useVirtualizer<HTMLDivElement, Element>({
    count: total,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW,
    overscan: 5,
    scrollPaddingStart: HEAD,
    // The lines begin below the headings, which stay in view.
    paddingStart: HEAD
  })
  const items = virtualizer.getVirtualItems()
  const first = Math.floor((items[0]?.index ?? 0) / PAGE_ROWS)
  const last = Math.floor((items.at(-1)?.index ?? 0) / PAGE_ROWS)
  useEffect(() => setWanted([first, last]), [first, last])

  // Another filter is another table: what was chosen there must not be acted on here, unseen.
  const filterKey = `${cacheId} ${scopeKey(scope)} ${text} ${health.join()}`
  const shownFilter = useRef(filterKey)
  useEffect(() => {
    if (shownFilter.current === filterKey) return
    shownFilter.current = filterKey
    setChoice(NOTHING)
    setCursor(null)
    anchor.current = null
    virtualizer.scrollToOffset(0)
  }, [filterKey, virtualizer])

  const { at, load } = pages
  const rowsBetween = useCallback(
    async (from: number, to: number): Promise<ShardRow[]> => {
      const rows: ShardRow[] = []
      const [low, high] = from < to ? [from, to] : [to, from]
      for (const page of pagesOf(low, high)) {
        const { entries } = await load(page)
        rows.push(...entries.slice(Math.max(0, low - page * PAGE_ROWS), high - page * PAGE_ROWS + 1))
      }
      return rows
    },
    [load]
  )
  const rest = useRef<ReturnType<typeof setTimeout>>(undefined)
  const select = useCallback(
    (index: number, after: number) => {
      clearTimeout(rest.current)
      rest.current = setTimeout(() => {
        const show = (shard: ShardRow | undefined): void => {
          if (shard !== undefined) go({ shardPath: shard.shardPath, rowOffset: null })
        }
        const there = at(index)
        if (there !== undefined) show(there)
        else
          rowsBetween(index, index).then(
            ([shard]) => show(shard),
            error => tell(sentenceOf(error))
          )
      }, after)
    },
    [at, go, rowsBetween, tell]
  )
  const point = (index: number, how: { readonly extend: boolean; readonly add: boolean }, after = 0): void => {
    setCursor(index)
    virtualizer.scrollToIndex(index, { align: 'auto' })
    if (how.extend) {
      const from = anchor.current ?? index
      rowsBetween(from, index).then(
        rows => setChoice(before => (how.add ? chooseAlso(before, rows) : chooseOnly(rows))),
        error => tell(sentenceOf(error))
      )
    } else {
      anchor.current = index
      const shard = at(index)
      if (shard !== undefined) setChoice(before => (how.add ? toggle(before, shard) : chooseOnly([shard])))
      else
        rowsBetween(index, index).then(
          rows => setChoice(before => (how.add ? chooseAlso(before, rows) : chooseOnly(rows))),
          () => {}
        )
    }
    select(index, after)
  }

  // What was selected elsewhere (lane, box, problems) is found here as well.
  const { shardPath } = selection
  const cursorPath = cursor === null ? null : at(cursor)?.shardPath
  const latest = useRef({ cursorPath, pages, sort, total, virtualizer })
  latest.current = { cursorPath, pages, sort, total, virtualizer }
  const hasRows = total > 0
  useEffect(() => {
    const now = latest.current
    if (shardPath === null || !hasRows || now.cursorPath === shardPath || !scopeHolds(scope, shardPath)) return
    let current = true
    const show = (index: number | null): void => {
      if (!current || index === null) return
      setCursor(index)
      anchor.current = index
      latest.current.virtualizer.scrollToIndex(index, { align: 'auto' })
      latest.current.pages.load(Math.floor(index / PAGE_ROWS)).then(
        ({ entries }) => {
          const shard = entries[index % PAGE_ROWS]
          if (current && shard !== undefined) setChoice(chooseOnly([shard]))
        },
        () => {}
      )
    }
    const near = indexAmong(now.pages.pages, shardPath)
    if (near !== null) show(near)
    else if (now.sort.by === 'shardPath') findByPath(shardPath, now.total, now.sort.descending, now.pages.load).then(show, () => {})
    return () => {
      current = false
    }
  }, [shardPath, scope, hasRows])

  const copy = (): string => shardsTsv(choice.values())
  const shown = Math.max(1, Math.floor((scroller.current?.clientHeight ?? 0) / ROW) - 2)
  const key = (event: KeyboardEvent): void => {
    const at = cursor ?? -1
    const mod = event.metaKey || event.ctrlKey
    const targets: Readonly<Record<string, number>> = {
      ArrowDown: at + 1,
      ArrowUp: at - 1,
      PageDown: at + shown,
      PageUp: at - shown,
      Home: 0,
      End: total - 1
    }
    const target = event.altKey ? undefined : targets[event.key]
    if (target !== undefined && total > 0) {
      point(Math.min(total - 1, Math.max(0, target)), { extend: event.shiftKey, add: false }, REST)
    } else if (event.key === ' ' && cursor !== null) {
      point(cursor, { extend: false, add: true })
    } else if (event.key === 'Enter' && cursor !== null) {
      open(cursor)
    } else if (mod && event.key.toLowerCase() === 'a') {
      rowsBetween(0, total - 1).then(
        rows => setChoice(chooseOnly(rows)),
        error => tell(sentenceOf(error))
      )
    } else if (event.key === 'Escape' && choice.size > 1) {
      setChoice(NOTHING)
    } else if (event.key === 'ContextMenu' || (event.shiftKey && event.key === 'F10')) {
      const line = scroller.current?.querySelector('[data-cursor]')?.getBoundingClientRect()
      if (line !== undefined) setMenu({ x: line.left + 40, y: line.bottom })
    } else return
    event.preventDefault()
  }
  const open = (index: number): void => {
    const shard = at(index)
    if (shard !== undefined) go({ tab: 'rows', shardPath: shard.shardPath, rowOffset: null })
  }
  const tree = useTree()
  const shared = useMemo(() => narrowed(scope, tree), [scope, tree])
  const nothing =
    text !== '' || health.length > 0
      ? 'No shard fits the filter.'
      : summary.scan.state === 'scanning'
        ? 'The folders are being listed…'
        : `No shards in ${scopeText(scope)}.`
  const paths = [...choice.keys()]
  const isAll = choice.size === total && text === '' && health.length === 0
  const actions = {
    verify: () => void startJob(isAll ? { kind: 'verify', scope } : { kind: 'verify', shards: paths }),
    quarantine: () => ask({ kind: 'quarantine', shards: paths }),
    copy: () => void navigator.clipboard.writeText(copy()).catch(error => tell(sentenceOf(error))),
    copyPath: () => void navigator.clipboard.writeText(paths.join('\n')).catch(error => tell(sentenceOf(error))),
    rows: () => cursor !== null && open(cursor)
  }
  return (
    <>
      {pages.error !== null && (
        <div className={controls.banner} data-tone='danger' role='alert'>
          {sentenceOf(pages.error)}
        </div>
      )}
      <ShardGrid
        above={folderOf(shared)}
        pages={pages}
        virtualizer={virtualizer}
        scroller={scroller}
        sort={sort}
        onSort={next => {
          setSort(next)
          setCursor(null)
          virtualizer.scrollToOffset(0)
        }}
        choice={choice}
        cursor={cursor}
        onPoint={(index, event: MouseEvent) => point(index, { extend: event.shiftKey, add: event.metaKey || event.ctrlKey })}
        onOpen={open}
        onMenu={(index, x, y) => {
          const shard = index === null ? undefined : at(index)
          if (index !== null && shard !== undefined && !choice.has(shard.shardPath)) point(index, { extend: false, add: false })
          setMenu({ x, y })
        }}
        onKey={key}
        onCopy={event => {
          if (choice.size === 0) return
          event.clipboardData.setData('text/plain', copy())
          event.preventDefault()
        }}
      />
      {pages.current && total === 0 && <p className={classes.none}>{nothing}</p>}
      <ShardMenu at={menu} onClose={() => setMenu(null)} count={choice.size} actions={actions} />
      <ShardActions choice={choice} totals={pages.totals} actions={actions} />
    </>
  )
}
