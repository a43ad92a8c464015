/** The numbers beside an axis. Pure. */
import { formatFloat } from '../../text/index.ts'

/** Two to six round numbers from `low` to `high`, for any range. */
export function axisMarks(low: number, high: number): readonly number[] {
  const most = (high - low) / 2
  if (!(most > 0)) return []
  const power = 10 ** Math.floor(Math.log10(most))
  const step = power * ([5, 2].find(factor => factor * power <= most) ?? 1)
  const first = Math.ceil(low / step)
  return Array.from({ length: Math.floor(high / step) - first + 1 }, (_, n) => (first + n) * step)
}

/** Each with as few digits as distinguish it from the others. */
export function markLabels(marks: readonly number[]): readonly string[] {
  for (let digits = 3; ; digits++) {
    const labels = marks.map(mark => formatFloat(mark, digits))
    if (digits === 15 || new Set(labels).size === marks.length) return labels
  }
}
