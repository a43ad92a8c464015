/** Positions as numbers of JSON. */

/** A number while it is exact; beyond 2^53, which no chromosome is, the bigint. Null stays null. */
export function basePair(position: bigint | null): number | bigint | null {
  if (position === null) return null
  const number = Number(position)
  return Number.isSafeInteger(number) ? number : position
}
