/** The columns of the table of shards. Those that the service can sort by carry its name for it. */

import {
  columnResizingFeature,
  columnSizingFeature,
  columnVisibilityFeature,
  createColumnHelper,
  tableFeatures
} from '@tanstack/react-table'
import { SHARD_SORTS } from '../../../shared/contract/constants.ts'
import type { ShardRow } from '../../../shared/contract/index.ts'
import { formatAgo, formatBytes, formatCount, formatTime, healthShort } from '../../text/index.ts'
import { HealthMark } from '../../ui/text/HealthMark.tsx'
import { ShardName } from '../../ui/text/ShardName.tsx'
import { ShortName } from '../../ui/text/ShortName.tsx'
import type { ShardSort } from './useShardPages.ts'

export const features = tableFeatures({ columnSizingFeature, columnResizingFeature, columnVisibilityFeature })

/** A line of the table: null while its page is on the way. */
export type Line = { readonly index: number; readonly shard: ShardRow | null; readonly above: string }

/** px; columns narrower than this say nothing. */
const LEAST = 44
/** Room for a letter and an ellipsis of every part of a path. */
const LEAST_PATH = 120

/** Columns whose content stands at the right. */
const NUMBERS: ReadonlySet<string> = new Set(['rows', 'dimensions', 'bytes', 'layer', 'block', 'findings'])
/** What goes first where the table is too narrow for all columns. */
const GIVE_WAY = ['modifiedMs', 'verifiedAtMs', 'dimensions', 'bytes'] as const
const HIDDEN = ['encoder', 'layer', 'pool', 'contig', 'block', 'findings'] as const

/** What is shown until somebody chooses. */
export const FIRST_VISIBLE: Readonly<Record<string, boolean>> = Object.fromEntries(HIDDEN.map(id => [id, false]))

export const COLUMN_NAMES: Readonly<Record<string, string>> = {
  shardPath: 'Shard',
  encoder: 'Encoder',
  layer: 'Layer',
  pool: 'Pool',
  contig: 'Contig',
  block: 'Block',
  rows: 'Rows',
  dimensions: 'Values',
  bytes: 'Bytes',
  modifiedMs: 'Modified',
  verifiedAtMs: 'Verified',
  findings: 'Findings',
  health: 'Health'
}

/**
 * The columns that are shown in a table of `width` px: those of `chosen`, less the least important as long as they do not fit.
 * @param sizes px of every column
 */
export function fittingColumns(
  chosen: Readonly<Record<string, boolean>>,
  sizes: Readonly<Record<string, number>>,
  width: number
): Record<string, boolean> {
  const shown = { ...chosen }
  const needed = (): number => Object.entries(sizes).reduce((sum, [id, size]) => (shown[id] === false ? sum : sum + size), 0)
  for (const id of GIVE_WAY) if (needed() > width) shown[id] = false
  return shown
}

/** The columns that were chosen and gave way, in their order. */
export function columnsGivenWay(chosen: Readonly<Record<string, boolean>>, shown: Readonly<Record<string, boolean>>): readonly string[] {
  return Object.keys(COLUMN_NAMES).filter(id => chosen[id] !== false && shown[id] === false)
}

export function isNumberColumn(id: string): boolean {
  return NUMBERS.has(id)
}

/** The service's name for sorting by a column; null when it cannot. */
export function sortOf(id: string): ShardSort['by'] | null {
  return SHARD_SORTS.find(by => by === id) ?? null
}

function Ago({ at }: { readonly at: number | null }) {
  return <span title={at === null ? undefined : formatTime(at)}>{formatAgo(at)}</span>
}

const helper = createColumnHelper<typeof features, Line>()
const column = (id: string, size: number, show: (shard: ShardRow, above: string) => React.ReactNode) =>
  helper.display({
    id,
    header: COLUMN_NAMES[id] ?? id,
    size,
    minSize: id === 'shardPath' ? LEAST_PATH : LEAST,
    maxSize: 900,
    enableHiding: id !== 'shardPath',
    cell: ({ row }) => (row.original.shard === null ? null : show(row.original.shard, row.original.above))
  })

export const columns = helper.columns([
  column('shardPath', 160, ({ shardPath }, above) => <ShardName path={shardPath} above={above} />),
  column('encoder', 140, ({ address }) => address?.encoder ?? ''),
  column('layer', 56, ({ address }) => address?.stateLayer ?? ''),
  column('pool', 140, ({ address }) => (address === null ? '' : <ShortName text={`${address.poolType}_${address.poolRadius}`} />)),
  column('contig', 90, ({ address }) => address?.contig ?? ''),
  column('block', 60, ({ address }) => (address === null ? '' : formatCount(address.strideBlock))),
  column('rows', 60, ({ rows }) => formatCount(rows)),
  column('dimensions', 60, ({ dimensions }) => formatCount(dimensions)),
  column('bytes', 82, ({ bytes }) => <span title={`${formatCount(bytes)} bytes`}>{formatBytes(bytes)}</span>),
  column('modifiedMs', 94, ({ modifiedMs }) => <Ago at={modifiedMs} />),
  column('verifiedAtMs', 94, ({ verifiedAtMs }) => <Ago at={verifiedAtMs} />),
  column('findings', 72, ({ findings }) => (findings === 0 ? '' : formatCount(findings))),
  // The last one: others give way to it where the table is narrow.
  column('health', 122, ({ health }) => <HealthMark mark={health} word={healthShort(health)} />)
])
