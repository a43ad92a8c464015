/** The parts of the footer besides its columns, for a file of any layout: row groups and key-value metadata. */

import type { RawFileFacts } from '../../shared/contract/index.ts'
import { useRaw } from '../state/queries/queries.ts'
import { formatBytes, formatCount, formatCounted } from '../text/index.ts'
import { sentenceOf } from '../ui/faults.ts'
import styles from '../ui/frames/Inspector.module.css'
import { PaneNote, Section } from '../ui/frames/Section.tsx'
import { type SmallColumn, SmallTable } from '../ui/tables/SmallTable.tsx'
import { Muted } from '../ui/text/Text.tsx'
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

const ROW_GROUPS: readonly SmallColumn[] = [
  { name: 'From row', number: true, title: 'Counted from 0' },
  { name: 'Rows', number: true },
  { name: 'Size', number: true }
]

function RowGroups({ facts: { rowGroups, rowGroupCount } }: { readonly facts: RawFileFacts }) {
  if (rowGroupCount === 0) return <Muted as='p'>The file holds no rows.</Muted>
  return (
    <SmallTable
      columns={ROW_GROUPS}
      lines={rowGroups.map(({ firstRow, rows, compressedBytes, uncompressedBytes }) => ({
        key: `${firstRow} ${rows}`,
        cells: [
          { content: formatCount(firstRow) },
          { content: formatCount(rows) },
          {
            content: (
              <>
                {formatBytes(compressedBytes)} <span className={styles.aside}>of {formatBytes(uncompressedBytes)}</span>
              </>
            ),
            title: `${formatCount(compressedBytes)} of ${formatCount(uncompressedBytes)} bytes`
          }
        ]
      }))}
      more={rowGroupCount > rowGroups.length ? `and ${formatCount(rowGroupCount - rowGroups.length)} more` : undefined}
    />
  )
}
