/** What the footer of a file of any layout holds besides its columns: row groups, and the texts of its key-values. */
import type { RawFileFacts } from '../../shared/contract/index.ts'
import { useRaw } from '../state/queries/queries.ts'
import { formatBytes, formatCount, formatCounted } from '../text/index.ts'
import { sentenceOf } from '../ui/faults.ts'
import styles from '../ui/Inspector.module.css'
import { PaneNote, Section } from '../ui/Section.tsx'
import controls from '../ui/styles/controls.module.css'
import raw from './RawSections.module.css'

export function RawSections({ shardPath }: { readonly shardPath: string }) {
  const { data, error } = useRaw(shardPath)
  if (data === undefined) {
    return error === null ? <PaneNote tone='quiet'>Reading the footer…</PaneNote> : <PaneNote tone='danger'>{sentenceOf(error)}</PaneNote>
  }
  return (
    <>
      <Section title={formatCounted(data.rowGroupCount, 'row group')}>
        <RowGroups facts={data} />
      </Section>
      {data.keyValues.length > 0 && (
        <Section title='Footer metadata'>
          {data.keyValues.map(({ key, value, bytes }, at) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: a key may occur twice
            <details key={at} className={raw.pair}>
              <summary>
                <span className={raw.key}>{key}</span> <span className={styles.aside}>{formatBytes(bytes)}</span>
              </summary>
              <pre className={raw.value}>{value ?? 'no value'}</pre>
              {value !== null && value.length < bytes && <p className={styles.aside}>cut to {formatCount(value.length)} characters</p>}
            </details>
          ))}
        </Section>
      )}
    </>
  )
}

function RowGroups({ facts: { rowGroups, rowGroupCount } }: { readonly facts: RawFileFacts }) {
  if (rowGroupCount === 0) return <p className={controls.muted}>The file holds no rows.</p>
  return (
    <table className={controls.table}>
      <thead>
        <tr>
          <th scope='col' className={controls.number} title='Counted from 0'>
            From row
          </th>
          <th scope='col' className={controls.number}>
            Rows
          </th>
          <th scope='col' className={controls.number}>
            Size
          </th>
        </tr>
      </thead>
      <tbody>
        {rowGroups.map(({ firstRow, rows, compressedBytes, uncompressedBytes }) => (
          <tr key={`${firstRow} ${rows}`}>
            <td className={controls.number}>{formatCount(firstRow)}</td>
            <td className={controls.number}>{formatCount(rows)}</td>
            <td className={controls.number} title={`${formatCount(compressedBytes)} of ${formatCount(uncompressedBytes)} bytes`}>
              {formatBytes(compressedBytes)} <span className={styles.aside}>of {formatBytes(uncompressedBytes)}</span>
            </td>
          </tr>
        ))}
        {rowGroupCount > rowGroups.length && (
          <tr>
            <td colSpan={3} className={controls.muted}>
              and {formatCount(rowGroupCount - rowGroups.length)} more
            </td>
          </tr>
        )}
      </tbody>
    </table>
  )
}
