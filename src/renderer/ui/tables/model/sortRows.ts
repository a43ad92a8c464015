/** Rows in the order of a column. Pure. */
type Value = string | number | bigint | null

const TEXTS = new Intl.Collator('en', { numeric: true })
/** The digits of a hash are no number. */
const HASH = /^[0-9a-f]{32,}$/

/** Equal values keep their order. Rows without a value are last in both directions. */
export function sortRows<Row>(rows: readonly Row[], value: (row: Row) => Value, descending: boolean): readonly Row[] {
  const sign = descending ? -1 : 1
  const keyed = rows.map(row => ({ row, value: value(row) }))
  keyed.sort((a, b) => {
    if (a.value === null || b.value === null) return Number(a.value === null) - Number(b.value === null)
    return sign * compare(a.value, b.value)
  })
  return keyed.map(({ row }) => row)
}

function compare(a: Exclude<Value, null>, b: Exclude<Value, null>): number {
  if (typeof a === 'string' && typeof b === 'string' && !(HASH.test(a) && HASH.test(b))) return TEXTS.compare(a, b)
  return a < b ? -1 : a > b ? 1 : 0
}
