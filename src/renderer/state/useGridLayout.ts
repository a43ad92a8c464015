/** Widths and visible columns of a table, kept between two starts. */
import { useMemo } from 'react'
import { z } from 'zod/mini'
import type { GridLayout } from '../ui/tables/model/grid.ts'
import { useSetting } from './settings.tsx'

const widthsSchema = z.record(z.string(), z.number())
const visibleSchema = z.nullable(z.record(z.string(), z.boolean()))
const NO_WIDTHS: Record<string, number> = {}

/** @param table begins the names of its settings */
export function useGridLayout(table: string): GridLayout {
  const [widths, keepWidths] = useSetting(`${table}ColumnSizes`, widthsSchema, NO_WIDTHS)
  const [visible, keepVisible] = useSetting<Record<string, boolean> | null>(`${table}Columns`, visibleSchema, null)
  return useMemo(() => ({ widths, visible, keepWidths, keepVisible }), [widths, visible, keepWidths, keepVisible])
}
