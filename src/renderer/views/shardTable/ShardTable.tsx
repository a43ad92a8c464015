/** The table of shards with what can be done with them: by mouse, by the keys, and from a menu. */

import { useVirtualizer } from '@tanstack/react-virtual'
import { type KeyboardEvent, type MouseEvent, useEffect, useMemo, useRef, useState } from 'react'
import { PAGE_ROWS } from '../../../shared/contract/constants.ts'
import type { Health, Scope } from '../../../shared/contract/index.ts'
import { useTree } from '../../state/queries/useTree.ts'
import { folderOf, narrowed, scopeKey, scopeText } from '../../state/scope.ts'
import { useStartJob } from '../../state/useStartJob.ts'
import { useWorkspace } from '../../state/WorkspaceProvider.tsx'
import { shardsTsv } from '../../text/export/tsv.ts'
import { sentenceOf } from '../../ui/faults.ts'
import { Banner } from '../../ui/frames/Banner.tsx'
import { useTell } from '../../ui/frames/Notice.tsx'
import { lineAfterKey } from '../../ui/tables/lineAfterKey.ts'
import { pagesOf } from './pages.ts'
import { ShardActions } from './ShardActions.tsx'
import { ShardGrid } from './ShardGrid.tsx'
import { ShardMenu } from './ShardMenu.tsx'
import classes from './ShardTable.module.css'
import { useShardChoice } from './useShardChoice.ts'
import { type ShardSort, useShardPages } from './useShardPages.ts'

const ROW = 24
const HEAD = 25
/** The selection follows the cursor when it rests, ms: a held arrow key is one step in the history, not a hundred. */
const REST = 140
/** Pages that are only scrolled past in less than this, ms, are not asked for. */
const PASSING = 60

export function ShardTable({
  scope,
  text,
  health,
  onGiveWay
}: {
  readonly scope: Scope
  readonly text: string
  readonly health: readonly Health[]
  readonly onGiveWay: (ids: readonly string[]) => void
}) {
  const { summary, go, ask, cacheId } = useWorkspace('summary', 'go', 'ask', 'cacheId')
  const tell = useTell()
  const startJob = useStartJob()
  const [sort, setSort] = useState<ShardSort>({ by: 'shardPath', descending: false })
  const [menu, setMenu] = useState<{ readonly x: number; readonly y: number } | null>(null)
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
  const { isScrolling } = virtualizer
  const passing = useRef(isScrolling)
  passing.current = isScrolling
  useEffect(() => {
    const timer = setTimeout(() => setWanted([first, last]), passing.current ? PASSING : 0)
    return () => clearTimeout(timer)
  }, [first, last])

  const filterKey = `${cacheId} ${scopeKey(scope)} ${text} ${health.join()}`
  useEffect(() => {
    if (filterKey !== '') virtualizer.scrollToOffset(0)
  }, [filterKey, virtualizer])
  const { choice, cursor, point, chooseAll, chooseNone, leave } = useShardChoice(pages, { filterKey, scope, sort }, index =>
    virtualizer.scrollToIndex(index, { align: 'auto' })
  )

  const copy = (): string => shardsTsv(choice.values())
  const key = (event: KeyboardEvent): void => {
    const shown = Math.max(1, Math.floor((scroller.current?.clientHeight ?? 0) / ROW) - 2)
    const target = event.altKey ? null : lineAfterKey(event.key, cursor, total, shown)
    if (target !== null) point(target, { extend: event.shiftKey, add: false }, REST)
    else if (event.key === ' ' && cursor !== null) point(cursor, { extend: false, add: true })
    else if (event.key === 'Enter' && cursor !== null) open(cursor)
    else if ((event.metaKey || event.ctrlKey) && event.key.toLowerCase() === 'a') chooseAll()
    else if (event.key === 'Escape' && choice.size > 1) chooseNone()
    else if (event.key === 'ContextMenu' || (event.shiftKey && event.key === 'F10')) {
      const line = scroller.current?.querySelector('[data-cursor]')?.getBoundingClientRect()
      if (line !== undefined) setMenu({ x: line.left + 40, y: line.bottom })
    } else return
    event.preventDefault()
  }
  const open = (index: number): void => {
    const shard = pages.at(index)
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
      {pages.error !== null && <Banner tone='danger'>{sentenceOf(pages.error)}</Banner>}
      <ShardGrid
        above={folderOf(shared)}
        pages={pages}
        virtualizer={virtualizer}
        scroller={scroller}
        sort={sort}
        onSort={next => {
          setSort(next)
          leave()
          virtualizer.scrollToOffset(0)
        }}
        choice={choice}
        cursor={cursor}
        onPoint={(index, event: MouseEvent) => point(index, { extend: event.shiftKey, add: event.metaKey || event.ctrlKey })}
        onOpen={open}
        onMenu={(index, x, y) => {
          const shard = index === null ? undefined : pages.at(index)
          if (index !== null && shard !== undefined && !choice.has(shard.shardPath)) point(index, { extend: false, add: false })
          setMenu({ x, y })
        }}
        onGiveWay={onGiveWay}
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
