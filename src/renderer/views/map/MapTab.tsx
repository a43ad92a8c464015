/** An overview of the whole selection: every shard is a cell, by configuration and contig. */

import { useMemo } from 'react'
import { BEST_FIRST } from '../../../shared/model/health.ts'
import { BlockCanvas } from '../../parts/blocks/BlockCanvas.tsx'
import { useAllShards } from '../../state/queries/useAllShards.ts'
import { scopeText } from '../../state/scope.ts'
import { useWorkspace } from '../../state/WorkspaceProvider.tsx'
import { formatCount } from '../../text/index.ts'
import { sentenceOf } from '../../ui/faults.ts'
import { Empty } from '../../ui/frames/Empty.tsx'
import { HealthMark } from '../../ui/text/HealthMark.tsx'
import classes from './MapTab.module.css'
import { mapLines } from './mapLines.ts'

const LARGE = { label: 96, narrowest: 13, cellWidth: 13, cellHeight: 13, lineGap: 3, title: 26 }
const SMALL = { label: 96, narrowest: 6, cellWidth: 9, cellHeight: 9, lineGap: 4, title: 26 }
/** Above this number of shards, small cells are used. */
const MANY = 4000

export function MapTab() {
  const { selection, go } = useWorkspace('selection', 'go')
  const { shards, total, error } = useAllShards(selection.scope)
  const lines = useMemo(() => mapLines(shards), [shards])
  const counts = useMemo(() => {
    const found = new Map<string, number>()
    for (const { health } of shards) found.set(health, (found.get(health) ?? 0) + 1)
    return found
  }, [shards])
  if (error !== null) return <Empty>{sentenceOf(error)}</Empty>
  if (total === 0) return <Empty>No shards in {scopeText(selection.scope)}.</Empty>
  return (
    <>
      <ul className={classes.legend} aria-label='Legend'>
        {BEST_FIRST.filter(health => (counts.get(health) ?? 0) > 0).map(health => (
          <li key={health}>
            <HealthMark mark={health} word /> {formatCount(counts.get(health) ?? 0)}
          </li>
        ))}
        <li>
          <span className={classes.gap} /> no shard
        </li>
        {shards.length < total && (
          <li role='status'>
            {formatCount(shards.length)} of {formatCount(total)} shards
          </li>
        )}
      </ul>
      <div className={classes.map}>
        <BlockCanvas
          name='Shards by configuration and contig'
          lines={lines}
          sizes={total > MANY ? SMALL : LARGE}
          selected={selection.shardPath}
          onSelect={block => go({ shardPath: block.shardPath, rowOffset: null })}
        />
      </div>
    </>
  )
}
