/** A vector in words, as an alternative to the strip, the plot and the heat map. */
import type { VectorStatistics } from '../../../shared/model/shard.ts'
import { formatCount, formatCounted, formatFloat } from '../index.ts'

/** `1,024 values from −2.1 to 3.4, mean 0.01, standard deviation 0.9; 3 zeros, 1 NaN, no infinities`. */
export function describeVector(statistics: VectorStatistics): string {
  const { values, min, max, mean, standardDeviation } = statistics
  const spread =
    min === null
      ? ', none of them finite'
      : ` from ${formatFloat(min)} to ${formatFloat(max)}, mean ${formatFloat(mean)}, standard deviation ${formatFloat(standardDeviation)}`
  return `${formatCounted(values, 'value')}${spread}; ${describeOdd(statistics)}`
}

/** `3 zeros, 1 NaN, no infinities`. */
function describeOdd({ zeros, nan, infinite }: VectorStatistics): string {
  const count = (number: number, one: string, many: string): string => (number === 0 ? `no ${many}` : formatCounted(number, one, many))
  return [count(zeros, 'zero', 'zeros'), count(nan, 'NaN', 'NaN'), count(infinite, 'infinity', 'infinities')].join(', ')
}

/** `value 17 of 1,024`, counted from 0 as NumPy does. */
export function describePlace(index: number, length: number): string {
  return `value ${formatCount(index)} of ${formatCount(length)}`
}

/** The value with all digits that its storage has. A value without digits by name. */
export function exactValue(value: number): string {
  if (Number.isNaN(value)) return 'NaN'
  if (!Number.isFinite(value)) return value > 0 ? '∞' : '−∞'
  return (Object.is(value, -0) ? '-0' : String(value)).replace(/^-/, '−')
}
