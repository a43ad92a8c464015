/** Everything of a key but the window: what the rows of a shard mostly share. */
import type { EntryKey } from './entryKey.ts'

export type KeyConfiguration = Omit<EntryKey, 'windowHash'>

/** The parts as one text, the same for the same parts. The ledger keeps sums that depend on it. */
export function configurationText(c: KeyConfiguration): string {
  const centre = c.centerToken === undefined ? '' : `${c.centerToken} `
  return `${c.encoderHash} ${c.stateLayer} ${c.poolType} ${c.poolRadius} ${centre}${c.dtype}`
}
