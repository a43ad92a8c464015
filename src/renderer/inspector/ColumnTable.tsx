/** The columns as the footer tells them: how each is typed, encoded and packed. */
import { Fragment } from 'react'
import type { ColumnFacts } from '../../shared/model/shard.ts'
import { formatBytes, formatCount } from '../text/index.ts'
import styles from '../ui/Inspector.module.css'
import controls from '../ui/styles/controls.module.css'

export function ColumnTable({ columns }: { readonly columns: readonly ColumnFacts[] }) {
  const sameCodec = new Set(columns.map(({ codec }) => codec)).size === 1
  return (
    <div className={styles.columns}>
      <table className={controls.table}>
        <thead>
          <tr>
            <th scope='col'>Column</th>
            <th scope='col'>Encodings</th>
            <th scope='col' className={controls.number}>
              Size
            </th>
          </tr>
        </thead>
        <tbody>
          {columns.map(column => (
            <tr key={column.column}>
              <td>
                <code>{breakable(column.column)}</code>
                <span className={styles.type} title={column.physicalType}>
                  {column.logicalType ?? column.physicalType}
                  {column.nulls !== null && column.nulls > 0 && `, ${formatCount(column.nulls)} null`}
                </span>
              </td>
              <td>
                {column.encodings.join(', ')}
                <span className={styles.type}>{notes(column, sameCodec)}</span>
              </td>
              <td className={controls.number} title={sizeText(column)}>
                {formatBytes(column.compressedBytes)}
                <span className={styles.type}>of {formatBytes(column.uncompressedBytes)}</span>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

/** What is not the same for all columns. */
function notes({ codec, pageIndex }: ColumnFacts, sameCodec: boolean): string {
  return [...(sameCodec ? [] : [codec]), ...(pageIndex ? ['page index'] : [])].join(', ')
}

function sizeText({ compressedBytes, uncompressedBytes, values }: ColumnFacts): string {
  return `${formatCount(compressedBytes)} of ${formatCount(uncompressedBytes)} bytes, ${formatCount(values)} values`
}

/** A dotted path that breaks after its dots. */
function breakable(path: string) {
  return path.split('.').map((part, at) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: parts may be alike
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
