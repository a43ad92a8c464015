/** Days and times as Python's `datetime` writes them, with its range. */
import { PyError } from './pyValue.ts'

const DAY_MS = 86_400_000
/** 0001-01-01 and 9999-12-31, in days since 1970. */
const FIRST_DAY = -719_162
const LAST_DAY = 2_932_896

/** @throws PyError for a day out of range */
export function checkDay(days: bigint | number): void {
  if (days < FIRST_DAY || days > LAST_DAY) throw new PyError(`day ${days} since 1970 is outside of the years 1 to 9999`)
}

/** @param days since 1970, in range */
export function dateText(days: number): string {
  return new Date(days * DAY_MS).toISOString().slice(0, 10)
}

/** Whole days, rounded down, and the remainder. @param day length of a day in the unit of `value` */
export function splitDay(value: bigint, day: bigint): { readonly days: number; readonly rest: bigint } {
  const rest = ((value % day) + day) % day
  return { days: Number((value - rest) / day), rest }
}

/** @param us microseconds since midnight */
export function timeText(us: bigint): string {
  const seconds = Number(us / 1_000_000n)
  const fraction = us % 1_000_000n
  const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60]
  const text = parts.map(part => String(part).padStart(2, '0')).join(':')
  return fraction === 0n ? text : `${text}.${String(fraction).padStart(6, '0')}`
}
