/** The columns according to the footer: type, encodings and compression of each. */

import { Fragment } from 'react'
import type { ColumnFacts } from '../../shared/model/shard.ts'
import { formatBytes, formatCount } from '../text/index.ts'
import styles from '../ui/frames/Inspector.module.css'
import { type SmallColumn, SmallTable } from '../ui/tables/SmallTable.tsx'

const COLUMNS: readonly SmallColumn[] = [{ name: 'Column' }, { name: 'Encodings' }, { name: 'Size', number: true }]

export function ColumnTable({ columns }: { readonly columns: readonly ColumnFacts[] }) {
  const sameCodec = new Set(columns.map(({ codec }) => codec)).size === 1
  return (
    <div className={styles.columns}>
      <SmallTable
        columns={COLUMNS}
        lines={columns.map(column => ({
          key: column.column,
          cells: [
            {
              content: (
                <>
                  <code>{breakable(column.column)}</code>
                  <span className={styles.type} title={column.physicalType}>
                    {column.logicalType ?? column.physicalType}
                    {column.nulls !== null && column.nulls > 0 && `, ${formatCount(column.nulls)} null`}
                  </span>
                </>
              )
            },
            {
              content: (
                <>
                  {column.encodings.join(', ')}
                  <span className={styles.type}>{notes(column, sameCodec)}</span>
                </>
              )
            },
            {
              content: (
                <>
                  {formatBytes(column.compressedBytes)}
                  <span className={styles.type}>of {formatBytes(column.uncompressedBytes)}</span>
                </>
              ),
              title: sizeText(column)
            }
          ]
        }))}
      />
    </div>
  )
}

/** Properties that differ between columns. */
function notes({ codec, pageIndex }: ColumnFacts, sameCodec: boolean): string {
  return [...(sameCodec ? [] : [codec]), ...(pageIndex ? ['page index'] : [])].join(', ')
}

function sizeText({ compressedBytes, uncompressedBytes, values }: ColumnFacts): string {
  return `${formatCount(compressedBytes)} of ${formatCount(uncompressedBytes)} bytes, ${formatCount(values)} values`
}

/** A dotted path that breaks after its dots. */
function breakable(path: string) {
  return path.split('.').map((part, at) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: parts may be equal
    <Fragment key={at}>
      {at > 0 && (
        <>
          .<wbr />
        </>
      )}
      {part}
    </Fragment>
  ))
}
