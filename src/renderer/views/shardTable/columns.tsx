/** The columns of the table of shards. The service sorts by those whose ids it knows. */

import { SHARD_SORTS } from '../../../shared/contract/constants.ts'
import type { ShardRow } from '../../../shared/contract/index.ts'
import { formatAgo, formatBytes, formatCount, formatTime, healthShort, healthWord } from '../../text/index.ts'
import type { GridColumn } from '../../ui/tables/model/grid.ts'
import { HealthMark } from '../../ui/text/HealthMark.tsx'
import { ShardName } from '../../ui/text/ShardName.tsx'
import { ShortName } from '../../ui/text/ShortName.tsx'
import type { ShardSort } from './useShardPages.ts'

/** The service's name for sorting by a column; null if it cannot. */
export function sortOf(id: string): ShardSort['by'] | null {
  return SHARD_SORTS.find(by => by === id) ?? null
}

function poolOf({ address }: ShardRow): string | null {
  return address === null ? null : `${address.poolType}_${address.poolRadius}`
}

function bytesHint({ bytes }: ShardRow): string {
  return `${formatCount(bytes)} bytes`
}

function timeColumn(id: 'modifiedMs' | 'verifiedAtMs', name: string, givesWay: number): GridColumn<ShardRow> {
  return {
    id,
    name,
    width: 94,
    givesWay,
    value: shard => shard[id],
    cell: shard => formatAgo(shard[id]),
    hint: shard => (shard[id] === null ? undefined : formatTime(shard[id]))
  }
}

/** @param above the folders that all shards of the table share */
export function shardColumns(above: string): readonly GridColumn<ShardRow>[] {
  const columns: readonly GridColumn<ShardRow>[] = [
    {
      id: 'shardPath',
      name: 'Shard',
      width: 160,
      // Room for a letter and an ellipsis of every part of a path.
      least: 120,
      grow: 1,
      fixed: true,
      value: ({ shardPath }) => shardPath,
      cell: ({ shardPath }) => <ShardName path={shardPath} above={above} />
    },
    { id: 'encoder', name: 'Encoder', width: 140, hidden: true, value: ({ address }) => address?.encoder ?? null },
    { id: 'layer', name: 'Layer', width: 56, number: true, hidden: true, value: ({ address }) => address?.stateLayer ?? null },
    {
      id: 'pool',
      name: 'Pool',
      width: 140,
      hidden: true,
      value: poolOf,
      cell: shard => <ShortName text={poolOf(shard) ?? ''} />
    },
    { id: 'contig', name: 'Contig', width: 90, hidden: true, value: ({ address }) => address?.contig ?? null },
    {
      id: 'block',
      name: 'Block',
      width: 60,
      number: true,
      hidden: true,
      value: ({ address }) => address?.strideBlock ?? null,
      cell: ({ address }) => (address === null ? '' : formatCount(address.strideBlock))
    },
    { id: 'rows', name: 'Rows', width: 60, number: true, value: ({ rows }) => rows, cell: ({ rows }) => formatCount(rows) },
    {
      id: 'dimensions',
      name: 'Values',
      width: 60,
      number: true,
      givesWay: 3,
      value: ({ dimensions }) => dimensions,
      cell: ({ dimensions }) => formatCount(dimensions)
    },
    {
      id: 'bytes',
      name: 'Bytes',
      width: 82,
      number: true,
      givesWay: 4,
      value: ({ bytes }) => bytes,
      cell: ({ bytes }) => formatBytes(bytes),
      hint: bytesHint
    },
    timeColumn('modifiedMs', 'Modified', 1),
    timeColumn('verifiedAtMs', 'Verified', 2),
    {
      id: 'findings',
      name: 'Findings',
      width: 72,
      number: true,
      hidden: true,
      value: ({ findings }) => findings,
      cell: ({ findings }) => (findings === 0 ? '' : formatCount(findings))
    },
    {
      id: 'health',
      name: 'Health',
      width: 98,
      atEnd: true,
      value: ({ health }) => healthWord(health),
      cell: ({ health }) => <HealthMark mark={health} word={healthShort(health)} />
    }
  ]
  return columns.map(column => ({ ...column, sorts: sortOf(column.id) !== null }))
}
