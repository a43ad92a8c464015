/** The rows of a file of any layout, loaded in pages. */
import { useMemo, useState } from 'react'
import { RAW_ROWS } from '../../../shared/contract/constants.ts'
import { useLoadRawRows, useRawPages } from '../../state/queries/rowPages.ts'
import { sentenceOf } from '../../ui/faults.ts'
import { range } from '../../ui/tables/model/range.ts'
import type { KeyedSource } from '../../ui/tables/model/useGridSelection.ts'
import type { RawLine } from './rawColumns.tsx'

export function useRawSource(shardPath: string, total: number): KeyedSource<RawLine> {
  const [[first, last], setInView] = useState<readonly [number, number]>([0, 0])
  const pages = useRawPages(
    shardPath,
    range(first, last).map(page => page * RAW_ROWS)
  )
  const load = useLoadRawRows(shardPath)
  return useMemo(() => {
    const at = (number: number): RawLine | undefined => {
      const cells = pages.rowAt(number)
      return cells === undefined ? undefined : { number, cells }
    }
    const rowsAt = (numbers: readonly number[]): readonly RawLine[] | Promise<readonly RawLine[]> => {
      const there = numbers.map(at).filter(row => row !== undefined)
      if (there.length === numbers.length) return there
      return load(numbers).then(rows => rows.map((cells, step) => ({ number: numbers[step] ?? 0, cells })))
    }
    return {
      total,
      at,
      noteAt: number => (pages.rowAt(number) === undefined && pages.error !== null ? sentenceOf(pages.error) : undefined),
      between: (from, to) => rowsAt(range(from, to)),
      paging: { size: RAW_ROWS, onView: (firstPage, lastPage) => setInView([firstPage, lastPage]) },
      keyAt: number => (number < total ? String(number) : undefined),
      indexOf: Number,
      rowsOf: keys => rowsAt(Array.from(keys, Number).sort((a, b) => a - b))
    }
  }, [pages, total, load])
}
