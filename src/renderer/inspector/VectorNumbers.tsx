/** Statistics of one vector, or of all vectors of a shard. Values that need attention are highlighted. */
import type { VectorStatistics } from '../../shared/model/shard.ts'
import { formatCount, formatFloat } from '../text/index.ts'
import styles from '../ui/frames/Inspector.module.css'

type Line = { readonly name: string; readonly value: string; readonly exact?: number | null; readonly odd?: boolean }

/** @param norm of the one vector. Without it, the smallest and the largest norm of the shard are shown. */
export function VectorNumbers({ statistics, norm }: { readonly statistics: VectorStatistics; readonly norm?: number | null }) {
  const { values, mean, standardDeviation, min, max, zeros, nan, infinite, minNorm, maxNorm } = statistics
  const float = (name: string, value: number | null): Line => ({ name, value: shortFloat(value), exact: value })
  const count = (name: string, value: number): Line => ({ name, value: formatCount(value) })
  const norms = norm === undefined ? [float('Norm min', minNorm), float('Norm max', maxNorm)] : [float('Norm', norm)]
  const lines: readonly Line[] = [
    ...norms,
    float('Mean', mean),
    float('SD', standardDeviation),
    float('Min', min),
    float('Max', max),
    count('Values', values),
    count('Zeros', zeros),
    { ...count('NaN', nan), odd: nan > 0 },
    { ...count('Infinities', infinite), odd: infinite > 0 }
  ]
  return (
    <dl className={styles.numbers} data-wide={norm === undefined ? '' : undefined}>
      {lines.map(({ name, value, exact, odd }) => (
        <div key={name} data-odd={odd === true ? '' : undefined}>
          <dt>{name}</dt>
          <dd title={exact === undefined || exact === null ? undefined : String(exact)}>{value}</dd>
        </div>
      ))}
    </dl>
  )
}

/** Five digits, with an exponent where there would be many zeros. */
function shortFloat(value: number | null): string {
  if (value === null || value === 0 || !Number.isFinite(value) || (Math.abs(value) >= 1e-3 && Math.abs(value) < 1e6))
    return formatFloat(value)
  return value.toExponential(2).replaceAll('-', '−').replace('e+', 'e')
}
