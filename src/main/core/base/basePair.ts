/** Positions as JSON numbers. */

/** A number if it is exact, otherwise (beyond 2^53, longer than any chromosome) the bigint. Null stays null. */
export function basePair(position: bigint | null): number | bigint | null {
  if (position === null) return null
  const number = Number(position)
  return Number.isSafeInteger(number) ? number : position
}
