/** Lost keys and windows as plain data with the names of `geno_lewm`, for the command line and for the lists of the window. */
import { ALL_KEY_PARTS } from '../../../shared/model/keySpec.ts'
import { basePair } from '../base/basePair.ts'
import type { EntryKey } from '../keys/entryKey.ts'
import type { LostWindow } from './locusFinder.ts'
import type { LostKey } from './lostRows.ts'

/** 0-based, half-open, in bp. */
export function lostWindowFields({ chrom, startBp, endBp }: LostWindow) {
  return { chrom, startBp: basePair(startBp), endBp: basePair(endBp) }
}

/** Hashes in hex. Null for "none". */
type KeyAsText = { readonly [F in keyof EntryKey]: EntryKey[F] | (F extends 'centerToken' ? null : never) }

/** A key and its window. Null fields if the window is unknown. */
export function lostKeyFields({ window, ...entry }: LostKey) {
  const parts = ALL_KEY_PARTS.filter(({ field }) => entry[field] !== undefined)
  const key = Object.fromEntries(parts.map(({ field, none }) => [field, entry[field] === none ? null : entry[field]])) as KeyAsText
  return {
    ...key,
    ...(window === null ? { chrom: null, startBp: null, endBp: null } : lostWindowFields(window))
  }
}
