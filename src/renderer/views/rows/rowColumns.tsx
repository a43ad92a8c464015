/** The columns of the table of rows. */
import type { RowLine } from '../../../shared/contract/index.ts'
import { formatCount, formatLocus, formatTime, millisecondsOf, shortenHash } from '../../text/index.ts'
import { layerText } from '../../text/scopeText.ts'
import { CopyButton } from '../../ui/controls/CopyButton.tsx'
import type { GridColumn } from '../../ui/tables/model/grid.ts'
import styles from './RowsTab.module.css'

function poolText({ poolType, poolRadius, centerToken = null }: RowLine): string {
  return `${poolType}_${poolRadius}${centerToken === null ? '' : ` at token ${formatCount(centerToken)}`}`
}

function WindowHash({ hash }: { readonly hash: string }) {
  return (
    <>
      <code>{shortenHash(hash)}</code>
      <span className={styles.copy}>
        <CopyButton text={hash} what='window hash' tabIndex={-1} />
      </span>
    </>
  )
}

export const ROW_COLUMNS: readonly GridColumn<RowLine>[] = [
  {
    id: 'row',
    name: 'Row',
    title: 'Offset in the shard, counted from 0',
    number: true,
    width: 64,
    fixed: true,
    isIndex: true,
    sorts: true,
    value: ({ rowOffset }) => rowOffset
  },
  {
    id: 'locus',
    name: 'Locus',
    title: '1-based and closed, as in genome browsers',
    width: 200,
    grow: 1.4,
    sorts: true,
    value: formatLocus
  },
  {
    id: 'start',
    name: 'Start',
    title: 'As stored: 0-based, inclusive',
    number: true,
    width: 104,
    sorts: true,
    value: ({ startBp }) => startBp,
    cell: ({ startBp }) => formatCount(startBp)
  },
  {
    id: 'end',
    name: 'End',
    title: 'As stored: 0-based, exclusive',
    number: true,
    width: 104,
    sorts: true,
    value: ({ endBp }) => endBp,
    cell: ({ endBp }) => formatCount(endBp)
  },
  {
    id: 'hash',
    name: 'Window hash',
    width: 170,
    sorts: true,
    value: ({ windowHash }) => windowHash,
    cell: ({ windowHash }) => <WindowHash hash={windowHash} />,
    hint: ({ windowHash }) => windowHash
  },
  {
    id: 'layer',
    name: 'Layer',
    number: true,
    width: 60,
    sorts: true,
    value: ({ stateLayer }) => stateLayer,
    cell: ({ stateLayer }) => String(stateLayer).replace('-', '−'),
    hint: ({ stateLayer }) => layerText(stateLayer)
  },
  { id: 'pool', name: 'Pool', width: 150, grow: 1, sorts: true, value: poolText },
  {
    id: 'dtype',
    name: 'Dtype',
    title: 'The data type that the encoder ran in. Values are always stored as float16',
    width: 56,
    sorts: true,
    value: ({ dtype }) => dtype
  },
  { id: 'untargeted', name: 'Untargeted', width: 88, sorts: true, value: ({ untargeted }) => (untargeted ? 'yes' : 'no') },
  {
    id: 'created',
    name: 'Created',
    width: 152,
    sorts: true,
    value: ({ createdAt }) => createdAt,
    cell: ({ createdAt }) => (createdAt === 0n ? 'not said' : formatTime(millisecondsOf(createdAt))),
    hint: ({ createdAt }) => `${createdAt} ns UTC`
  }
]
