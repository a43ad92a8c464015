/** The columns of a file of any layout: their widths and alignment follow from the first rows. */
import type { RawRowPage } from '../../../shared/contract/index.ts'
import type { RawRow } from '../../state/queries/rowPages.ts'
import type { GridColumn } from '../../ui/tables/model/grid.ts'
import { Muted } from '../../ui/text/Text.tsx'

/** Its number in the file, and its cells. */
export type RawLine = { readonly number: number; readonly cells: RawRow }

/** CSS pixels. */
const ROW_WIDTH = 64
const LEAST_WIDTH = 64
const MOST_WIDTH = 240
const HASH_WIDTH = 150
/** The approximate width of a character, and of the space around a text. */
const CHARACTER = 8
const PADDING = 18

/** @param first the first rows */
export function rawColumns({ columns, rows }: RawRowPage): readonly GridColumn<RawLine>[] {
  return [
    {
      id: 'row',
      name: 'Row',
      title: 'Position in the file, counted from 0',
      number: true,
      width: ROW_WIDTH,
      fixed: true,
      isIndex: true,
      value: ({ number }) => number
    },
    // Two columns may have the same name.
    ...columns.map(
      (name, at): GridColumn<RawLine> => ({
        id: `${at} ${name}`,
        name,
        title: name,
        number: rows.every(row => isNumber(row[at] ?? null)),
        width: widthOf(
          name,
          rows.map(row => row[at] ?? null)
        ),
        value: ({ cells }) => cells[at] ?? null,
        cell: ({ cells }) => <Stored text={cells[at] ?? null} />,
        hint: ({ cells }) => cells[at] ?? 'null'
      })
    )
  ]
}

function Stored({ text }: { readonly text: string | null }) {
  if (text === null) return <Muted>null</Muted>
  return isHash(text) ? <code>{text}</code> : text
}

function isNumber(text: string | null): boolean {
  return text === null || (text !== '' && text.length < 24 && Number.isFinite(Number(text)))
}

function isHash(text: string | null): boolean {
  return text !== null && /^[0-9a-f]{32,}/.test(text)
}

function widthOf(name: string, texts: RawRow): number {
  if (texts.some(isHash)) return HASH_WIDTH
  const longest = texts.reduce((most, text) => Math.max(most, text?.length ?? 0), name.length)
  return Math.min(MOST_WIDTH, Math.max(LEAST_WIDTH, longest * CHARACTER + PADDING))
}
