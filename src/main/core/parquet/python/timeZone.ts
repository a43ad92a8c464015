/** Time zones as pyarrow looks them up: an offset, or a name in the database of time zones. */
import { PyUnknown } from './pyValue.ts'

const OFFSET = /^[+-](?:[01]\d|2[0-3]):[0-5]\d$/
const known = new Map<string, boolean>()

/**
 * @throws PyUnknown for a name that this system does not know: Python's database of time zones may
 */
export function checkZone(zone: string): void {
  if (OFFSET.test(zone)) return
  let isKnown = known.get(zone)
  if (isKnown === undefined) {
    isKnown = isZone(zone)
    known.set(zone, isKnown)
  }
  if (!isKnown) throw new PyUnknown(`the time zone ${JSON.stringify(zone.slice(0, 60))} is not known on this system`)
}

function isZone(zone: string): boolean {
  try {
    // Names are compared as they are written: other readers are strict.
    return /^[A-Z]/.test(zone) && new Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions().timeZone !== ''
  } catch {
    return false
  }
}
