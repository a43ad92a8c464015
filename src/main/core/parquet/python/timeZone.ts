/** Time zones, with pyarrow's rules: an offset, or a name in the time zone database. */
import { PyUnknown } from './pyValue.ts'

const OFFSET = /^[+-](?:[01]\d|2[0-3]):[0-5]\d$/
const known = new Map<string, boolean>()

/** @throws PyUnknown for a name that is unknown on this system, although Python's time zone database may know it */
export function checkZone(zone: string): void {
  if (OFFSET.test(zone)) return
  let isKnown = known.get(zone)
  if (isKnown === undefined) {
    isKnown = isZone(zone)
    known.set(zone, isKnown)
  }
  if (!isKnown) throw new PyUnknown(`the time zone ${JSON.stringify(zone.slice(0, 60))} is unknown on this system`)
}

function isZone(zone: string): boolean {
  try {
    // Names are compared exactly, because other readers are strict.
    return /^[A-Z]/.test(zone) && new Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions().timeZone !== ''
  } catch {
    return false
  }
}
