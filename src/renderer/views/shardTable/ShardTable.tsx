/** The table of shards with what can be done with them: by mouse, by the keys, and from a menu. */

import { useMemo, useState } from 'react'
import { PAGE_ROWS } from '../../../shared/contract/constants.ts'
import type { Health, Scope, ShardRow } from '../../../shared/contract/index.ts'
import { useStartJob } from '../../jobs/useStartJob.ts'
import { useTree } from '../../state/queries/useTree.ts'
import { folderOf, narrowed, scopeKey, scopeText } from '../../state/scope.ts'
import { useGridLayout } from '../../state/useGridLayout.ts'
import { useWorkspace } from '../../state/WorkspaceProvider.tsx'
import { shardsTsv } from '../../text/export/tsv.ts'
import { formatCounted } from '../../text/index.ts'
import { copyText } from '../../ui/copyText.ts'
import { sentenceOf } from '../../ui/faults.ts'
import { Banner } from '../../ui/frames/Banner.tsx'
import { useTell } from '../../ui/frames/Notice.tsx'
import { DataGrid } from '../../ui/tables/DataGrid.tsx'
import type { GridAction, GridSource } from '../../ui/tables/model/grid.ts'
import { shardColumns, sortOf } from './columns.tsx'
import { pagesOf } from './pages.ts'
import { ShardActions } from './ShardActions.tsx'
import classes from './ShardTable.module.css'
import { useShardChoice } from './useShardChoice.ts'
import { type ShardSort, useShardPages } from './useShardPages.ts'

export function ShardTable({ scope, text, health }: { readonly scope: Scope; readonly text: string; readonly health: readonly Health[] }) {
  const { summary, go, ask, cacheId } = useWorkspace('summary', 'go', 'ask', 'cacheId')
  const notify = useTell()
  const startJob = useStartJob()
  const layout = useGridLayout('shard')
  const [sort, setSort] = useState<ShardSort>({ by: 'shardPath', descending: false })
  const [[firstPage, lastPage], setInView] = useState<readonly [number, number]>([0, 0])
  const pages = useShardPages({ scope, text, health, sort }, pagesOf(firstPage, lastPage, 1))
  const total = pages.totals?.total ?? 0
  const filterKey = `${cacheId} ${scopeKey(scope)} ${text} ${health.join()}`
  const chosen = useShardChoice(pages, { filterKey, scope, sort })
  const { choice, cursor } = chosen

  const open = (index: number): void => {
    const shard = pages.at(index)
    if (shard !== undefined) go({ tab: 'rows', shardPath: shard.shardPath, rowOffset: null })
  }
  const paths = [...choice.keys()]
  const isAll = choice.size === total && text === '' && health.length === 0
  const putOnClipboard = (lines: string): void => void copyText(lines).catch(error => notify(sentenceOf(error)))
  const verify = (): void => void startJob(isAll ? { kind: 'verify', scope } : { kind: 'verify', shards: paths })
  const quarantine = (): void => ask({ kind: 'quarantine', shards: paths })
  const shards = formatCounted(choice.size, 'shard')
  const isOff = choice.size === 0
  const actions: readonly GridAction[] = [
    { id: 'rows', name: 'Open the rows', keys: 'Enter', isOff: choice.size !== 1, run: () => cursor !== null && open(cursor) },
    { id: 'verify', name: `Verify ${shards}`, isOff, run: verify },
    { id: 'quarantine', name: `Quarantine ${shards}…`, isOff, run: quarantine },
    { id: 'path', name: choice.size === 1 ? 'Copy the path' : 'Copy the paths', isOff, run: () => putOnClipboard(paths.join('\n')) }
  ]

  const { at, between, current } = pages
  const source = useMemo<GridSource<ShardRow>>(
    () => ({
      total,
      at,
      between,
      isBusy: !current,
      paging: { size: PAGE_ROWS, onView: (first, last) => setInView([first, last]) }
    }),
    [total, at, between, current]
  )
  const tree = useTree()
  const above = useMemo(() => folderOf(narrowed(scope, tree)), [scope, tree])
  const columns = useMemo(() => shardColumns(above), [above])
  const nothing =
    text !== '' || health.length > 0
      ? 'No shard fits the filter.'
      : summary.scan.state === 'scanning'
        ? 'The folders are being listed…'
        : `No shards in ${scopeText(scope)}.`
  return (
    <>
      {pages.error !== null && <Banner tone='danger'>{sentenceOf(pages.error)}</Banner>}
      <DataGrid
        id='shard-line'
        name='Shards'
        columns={columns}
        source={source}
        selection={chosen}
        sort={sort}
        onSort={({ by, descending }) => {
          const column = sortOf(by)
          if (column === null) return
          setSort({ by: column, descending })
          chosen.leave()
        }}
        layout={layout}
        shows={`${filterKey} ${sort.by} ${sort.descending}`}
        actions={actions}
        onOpen={open}
        fileName='shards'
        toText={shardsTsv}
      />
      {current && total === 0 && <p className={classes.none}>{nothing}</p>}
      <ShardActions
        choice={choice}
        totals={pages.totals}
        actions={{ verify, quarantine, copy: () => putOnClipboard(shardsTsv(choice.values())) }}
      />
    </>
  )
}
