/** Columns, order, selection and text of a table. */
import { describe, expect, test } from 'vitest'
import { tooNarrowFor, visibleColumns } from '../../../../src/renderer/ui/tables/model/columnFit.ts'
import type { GridColumn } from '../../../../src/renderer/ui/tables/model/grid.ts'
import { gridTsv } from '../../../../src/renderer/ui/tables/model/gridText.ts'
import { NOTHING_SELECTED, pointAt, type Selected, selectionAt } from '../../../../src/renderer/ui/tables/model/selection.ts'
import { sortRows } from '../../../../src/renderer/ui/tables/model/sortRows.ts'
import { shardColumns } from '../../../../src/renderer/views/shardTable/columns.tsx'

const FITS = [
  { id: 'shardPath', width: 240 },
  { id: 'pool', width: 140, hidden: true },
  { id: 'rows', width: 60 },
  { id: 'bytes', width: 82, givesWay: 3 },
  { id: 'modifiedMs', width: 94, givesWay: 1 },
  { id: 'verifiedAtMs', width: 94, givesWay: 2 },
  { id: 'health', width: 122 }
]

describe('columns', () => {
  const names = (width: number, visible: Record<string, boolean> | null = null, widths = {}): string[] => {
    const shown = visibleColumns(FITS, { visible, widths }, width)
    return FITS.filter(({ id }) => shown[id] !== false).map(({ id }) => id)
  }
  const all = ['shardPath', 'rows', 'bytes', 'modifiedMs', 'verifiedAtMs', 'health']

  test('are hidden where the table is narrow, the least important first', () => {
    expect(names(692)).toEqual(all)
    expect(names(691)).toEqual(all.filter(id => id !== 'modifiedMs'))
    expect(names(597)).toEqual(['shardPath', 'rows', 'bytes', 'health'])
    expect(names(100)).toEqual(['shardPath', 'rows', 'health'])
    expect(names(692, null, { rows: 61 })).toEqual(all.filter(id => id !== 'modifiedMs'))
  })

  test('stay as the user chose them', () => {
    expect(names(100, { modifiedMs: false })).toEqual(['shardPath', 'pool', 'rows', 'bytes', 'verifiedAtMs', 'health'])
  })

  test('that are too wide are distinguished from hidden ones', () => {
    const layout = { visible: null, widths: {} }
    expect(tooNarrowFor(FITS, layout, visibleColumns(FITS, layout, 691))).toEqual(['modifiedMs'])
    expect(tooNarrowFor(FITS, layout, visibleColumns(FITS, layout, 692))).toEqual([])
  })

  test('of shards give way in this order', () => {
    const inOrder = shardColumns('').filter(({ givesWay }) => givesWay !== undefined)
    expect(inOrder.toSorted((a, b) => (a.givesWay ?? 0) - (b.givesWay ?? 0)).map(({ id }) => id)).toEqual([
      'modifiedMs',
      'verifiedAtMs',
      'dimensions',
      'bytes'
    ])
  })
})

describe('sorted rows', () => {
  test('have numbers by size, texts by their numbers, and no value last in both directions', () => {
    const sorted = (values: readonly (string | number | bigint | null)[], descending: boolean) =>
      sortRows(values, value => value, descending)
    expect(sorted([10, null, 9, 2n], false)).toEqual([2n, 9, 10, null])
    expect(sorted([10, null, 9, 2n], true)).toEqual([10, 9, 2n, null])
    expect(sorted(['chr10', null, 'chr9', 'chr2'], false)).toEqual(['chr2', 'chr9', 'chr10', null])
    const hashes = ['11', '9e', '01'].map(start => start.padEnd(64, '0'))
    expect(sorted(hashes, false)).toEqual(hashes.toSorted())
  })

  test('that are equal keep their order', () => {
    const rows = [
      { key: 1, name: 'b' },
      { key: 1, name: 'a' },
      { key: 0, name: 'c' }
    ]
    const names = (descending: boolean) => sortRows(rows, ({ key }) => key, descending).map(({ name }) => name)
    expect([names(false), names(true)]).toEqual([
      ['c', 'b', 'a'],
      ['b', 'a', 'c']
    ])
  })
})

describe('a selection', () => {
  const alone = { extend: false, add: false, byKey: false }
  const keys = ({ keys }: Selected): readonly string[] => [...keys].sort()

  test('is one row, a range from the anchor, or both', () => {
    const b = pointAt(NOTHING_SELECTED, 'b', alone, [])
    const bcd = pointAt(b, 'd', { ...alone, extend: true }, ['b', 'c', 'd'])
    expect(keys(bcd)).toEqual(['b', 'c', 'd'])
    // A shorter range from the same anchor replaces the longer one.
    expect(keys(pointAt(bcd, 'c', { ...alone, extend: true }, ['b', 'c']))).toEqual(['b', 'c'])
    const withF = pointAt(bcd, 'f', { ...alone, add: true }, [])
    expect(keys(withF)).toEqual(['b', 'c', 'd', 'f'])
    expect(keys(pointAt(withF, 'h', { ...alone, add: true, extend: true }, ['f', 'g', 'h']))).toEqual(['b', 'c', 'd', 'f', 'g', 'h'])
    expect(keys(pointAt(withF, 'c', { ...alone, add: true }, []))).toEqual(['b', 'd', 'f'])
    expect(keys(pointAt(withF, 'a', alone, []))).toEqual(['a'])
  })

  test('is the row with the cursor when something else moved that', () => {
    const range = pointAt(pointAt(NOTHING_SELECTED, 'b', alone, []), 'c', { ...alone, extend: true }, ['b', 'c'])
    expect(selectionAt(range, 'c')).toBe(range)
    expect(keys(selectionAt(range, 'a'))).toEqual(['a'])
    expect(selectionAt(range, 'a').anchor).toBe('a')
    expect(keys(selectionAt(range, null))).toEqual([])
  })
})

test('rows are copied with all of their columns, and never as a formula', () => {
  const columns: readonly GridColumn<{ readonly name: string; readonly size: number | null }>[] = [
    { id: 'name', name: 'Name', width: 1, value: ({ name }) => name },
    { id: 'size', name: 'Size', width: 1, hidden: true, value: ({ size }) => size }
  ]
  expect(
    gridTsv(columns, [
      { name: 'a', size: -3 },
      { name: '=b', size: null }
    ])
  ).toBe("Name\tSize\na\t-3\n'=b\t\n")
})
