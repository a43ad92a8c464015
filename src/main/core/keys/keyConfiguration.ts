/** Everything of a key but the window: what the rows of a shard mostly share. */
import { ALL_KEY_PARTS } from '../../../shared/model/keySpec.ts'
import type { EntryKey } from './entryKey.ts'

export type KeyConfiguration = Omit<EntryKey, 'windowHash'>

const FIELDS = ALL_KEY_PARTS.flatMap(({ field }) => (field === 'windowHash' ? [] : [field]))

/** The parts as one text, the same for the same parts. The ledger keeps sums that depend on it. */
export function configurationText(configuration: KeyConfiguration): string {
  let text = ''
  for (const field of FIELDS) {
    const value = configuration[field]
    if (value !== undefined) text += text === '' ? value : ` ${value}`
  }
  return text
}
