/** Ages of verifications, for choosing shards to verify again. */
import { isOlderThan } from '../../../shared/text/age.ts'
import type { CatalogEntry } from './catalogEntry.ts'

/**
 * @param agesMs ages to count
 * @returns number of shards never verified in their present state; and for each age, number of shards last verified longer ago, or never
 */
export function verifiedWhen(lines: readonly CatalogEntry[], agesMs: readonly number[], nowMs: number) {
  const times = lines.map(line => line.verifiedAtMs)
  return {
    never: times.filter(at => at === null).length,
    older: agesMs.map(ageMs => times.filter(at => isOlderThan(at, ageMs, nowMs)).length)
  }
}
