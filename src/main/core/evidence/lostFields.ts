/** Lost keys and windows as plain data with the names of `geno_lewm`: the same on the command line and in the window's lists. */
import { ALL_KEY_PARTS } from '../../../shared/model/keySpec.ts'
import { basePair } from '../base/basePair.ts'
import type { EntryKey } from '../keys/entryKey.ts'
import type { LostWindow } from './locusFinder.ts'
import type { LostKey } from './lostRows.ts'

/** 0-based, half-open, in bp. */
export function lostWindowFields({ chrom, startBp, endBp }: LostWindow) {
  return { chrom, startBp: basePair(startBp), endBp: basePair(endBp) }
}

/** Hashes in hex; null for "none". */
type KeyAsText = { readonly [F in keyof EntryKey]: EntryKey[F] | (F extends 'centerToken' ? null : never) }

/** A key and its window; nulls where the window is unknown. */
export function lostKeyFields({ window, ...entry }: LostKey) {
  const parts = ALL_KEY_PARTS.filter(({ field }) => entry[field] !== undefined)
  const key = Object.fromEntries(parts.map(({ field, none }) => [field, entry[field] === none ? null : entry[field]])) as KeyAsText
  return {
    ...key,
    ...(window === null ? { chrom: null, startBp: null, endBp: null } : lostWindowFields(window))
  }
}
