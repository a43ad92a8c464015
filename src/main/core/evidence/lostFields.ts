/** Lost keys and windows as plain data with the names of `geno_lewm`: the same on the command line and in the window's lists. */
import { basePair } from '../base/basePair.ts'
import type { LostWindow } from './locusFinder.ts'
import type { LostKey } from './lostRows.ts'

/** 0-based, half-open, in bp. */
export function lostWindowFields({ chrom, startBp, endBp }: LostWindow) {
  return { chrom, startBp: basePair(startBp), endBp: basePair(endBp) }
}

/** A key and its window; nulls where the window is unknown. */
export function lostKeyFields({ windowHash, encoderHash, stateLayer, poolType, poolRadius, dtype, window }: LostKey) {
  return {
    windowHash,
    encoderHash,
    stateLayer,
    poolType,
    poolRadius,
    dtype,
    ...(window === null ? { chrom: null, startBp: null, endBp: null } : lostWindowFields(window))
  }
}
