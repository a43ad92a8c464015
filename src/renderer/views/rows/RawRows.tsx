/** The rows of a file of any layout as a table: the file's own columns, every value as it is stored. */

import { type KeyboardEvent, useState } from 'react'
import type { RawRowPage, ShardFacts } from '../../../shared/contract/index.ts'
import { useRawPages } from '../../state/queries/queries.ts'
import { findingText, formatCount, formatCounted } from '../../text/index.ts'
import { isForeign } from '../../text/rawOnly.ts'
import { Said, useDone } from '../../ui/controls/CopyButton.tsx'
import { copyText } from '../../ui/copyText.ts'
import { sentenceOf } from '../../ui/faults.ts'
import { Banner } from '../../ui/frames/Banner.tsx'
import { Empty } from '../../ui/frames/Empty.tsx'
import { PaneNote } from '../../ui/frames/Section.tsx'
import grid from '../../ui/tables/DataGrid.module.css'
import { DataGrid, type Tracks } from '../../ui/tables/DataGrid.tsx'
import { useLines } from '../../ui/tables/useLines.ts'
import { HealthMark } from '../../ui/text/HealthMark.tsx'
import { Muted } from '../../ui/text/Text.tsx'
import styles from './RawRows.module.css'

const ROW_WIDTH = 64
const LEAST_WIDTH = 64
const MOST_WIDTH = 240
const HASH_WIDTH = 150
/** Of a character of a cell, about; and of what is around its text. */
const CHARACTER = 8
const PADDING = 18

export function RawRows({ shardPath, facts }: { readonly shardPath: string; readonly facts: ShardFacts }) {
  const { first, error } = useRawPages(shardPath, [0])
  const reason = facts.findings.find(isForeign)
  return (
    <>
      <Banner tone='note'>
        {reason !== undefined && <HealthMark mark={reason.severity === 'corrupt' ? 'damaged' : 'unsupported'} word={findingText(reason)} />}
        {first?.unread.map(({ column, severity, reason: why }) => (
          <HealthMark
            key={column}
            mark={severity === 'corrupt' ? 'damaged' : 'unsupported'}
            word={`${column === null ? 'Rows' : `Values of ${column}`} cannot be shown: ${why}`}
          />
        ))}
        <Muted>Columns and rows are shown as they are stored.</Muted>
      </Banner>
      <RowsOf shardPath={shardPath} first={first} error={error} />
    </>
  )
}

function RowsOf({ shardPath, first, error }: { readonly shardPath: string; readonly first: RawRowPage | null; readonly error: unknown }) {
  if (first === null) {
    return error === null ? <PaneNote tone='quiet'>Reading the rows…</PaneNote> : <PaneNote tone='danger'>{sentenceOf(error)}</PaneNote>
  }
  if (first.total === 0) return <PaneNote tone='quiet'>The file is valid and has no rows.</PaneNote>
  if (first.columns.length === 0) {
    return (
      <Empty>
        <p>None of the {formatCounted(first.total, 'row')} can be shown.</p>
        <p>The inspector shows the columns and the metadata of the file.</p>
      </Empty>
    )
  }
  return <RawGrid shardPath={shardPath} first={first} />
}

function RawGrid({ shardPath, first }: { readonly shardPath: string; readonly first: RawRowPage }) {
  const [at, setAt] = useState<number | null>(null)
  const [done, run] = useDone()
  const lines = useLines(first.total, at, 1)
  const pages = useRawPages(
    shardPath,
    lines.items.map(({ index }) => index)
  )
  const numbers = first.columns.map((_, column) => first.rows.every(row => isNumber(row[column] ?? null)))
  const copy = (event: KeyboardEvent): void => {
    const row = at === null ? undefined : pages.rowAt(at)
    if (!(event.ctrlKey || event.metaKey) || event.key !== 'c' || row === undefined || getSelection()?.isCollapsed === false) return
    event.preventDefault()
    const text = [first.columns, row.map(cell => cell ?? '')].map(cells => cells.join('\t')).join('\n')
    run(`row ${formatCount(at)} copied`, () => copyText(text))
  }
  return (
    <>
      <DataGrid
        id='raw-row'
        name='Rows of the file as they are stored'
        className=''
        tracks={tracksOf(first)}
        columns={[
          { name: 'Row', number: true, title: 'Position in the file, counted from 0' },
          ...first.columns.map((name, column) => ({ name, title: name, number: numbers[column] ?? false }))
        ]}
        lines={lines}
        cells={index => <Cells index={index} row={pages.rowAt(index)} error={pages.error} numbers={numbers} />}
        onMove={setAt}
        onKey={copy}
      />
      <Said text={done} />
    </>
  )
}

function isNumber(text: string | null): boolean {
  return text === null || (text !== '' && text.length < 24 && Number.isFinite(Number(text)))
}

function isHash(text: string | null): boolean {
  return text !== null && /^[0-9a-f]{32,}/.test(text)
}

function tracksOf({ columns, rows }: RawRowPage): Tracks {
  const widths = columns.map((name, column) => {
    if (rows.some(row => isHash(row[column] ?? null))) return HASH_WIDTH
    const longest = rows.reduce((most, row) => Math.max(most, row[column]?.length ?? 0), name.length)
    return Math.min(MOST_WIDTH, Math.max(LEAST_WIDTH, longest * CHARACTER + PADDING))
  })
  return [ROW_WIDTH, ...widths]
}

function Cells({
  index,
  row,
  error,
  numbers
}: {
  readonly index: number
  readonly row: readonly (string | null)[] | undefined
  readonly error: unknown
  readonly numbers: readonly boolean[]
}) {
  return (
    <>
      <td className={`${grid.number} ${styles.offset}`}>{formatCount(index)}</td>
      {row === undefined ? (
        <td className={styles.missing}>{error === null ? '…' : sentenceOf(error)}</td>
      ) : (
        row.map((text, column) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: columns may have the same name
          <td key={column} className={numbers[column] ? grid.number : undefined} title={text ?? 'null'}>
            {text === null ? <span className={styles.offset}>null</span> : isHash(text) ? <code>{text}</code> : text}
          </td>
        ))
      )}
    </>
  )
}
