/** An embedding as text: dimensions, range, norm and first values. */
import type { Embedding } from '../../../shared/model/record.ts'
import { countOf, valueText } from './numbers.ts'

const SHOWN = 8

/** `1,024 dimensions, min -3.1, max 2.9, norm 14.2: 0.34 0.82 ...` */
export function vectorText(values: Embedding): string {
  let [min, max, squares] = [Infinity, -Infinity, 0]
  for (const value of values) {
    if (value < min) min = value
    if (value > max) max = value
    squares += value * value
  }
  const measures = `min ${valueText(min)}, max ${valueText(max)}, norm ${valueText(Math.sqrt(squares))}`
  const head = Array.from(values.subarray(0, SHOWN), valueText).join(' ')
  return `${countOf(values.length, 'dimension')}, ${measures}: ${head}${values.length > SHOWN ? ' ...' : ''}`
}
