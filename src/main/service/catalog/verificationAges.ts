/** How long ago shards were verified, for whoever chooses what to verify again. */
import { isOlderThan } from '../../../shared/model/age.ts'
import type { CatalogEntry } from './catalogEntry.ts'

/**
 * @param agesMs how long ago
 * @returns how many shards were never verified as they are now; and for each age, how many were last verified longer ago, or never
 */
export function verifiedWhen(lines: readonly CatalogEntry[], agesMs: readonly number[], nowMs: number) {
  const times = lines.map(line => line.verifiedAtMs)
  return {
    never: times.filter(at => at === null).length,
    older: agesMs.map(ageMs => times.filter(at => isOlderThan(at, ageMs, nowMs)).length)
  }
}
