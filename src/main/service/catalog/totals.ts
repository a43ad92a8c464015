/** Totals of shards. */
import type { Health } from '../../../shared/contract/index.ts'
import { type CatalogEntry, firstLookOf, healthOf } from './catalogEntry.ts'

export function countLines(lines: readonly CatalogEntry[]) {
  const health: Partial<Record<Health, number>> = {}
  let [rows, withoutRowCount, bytes, footers, suspected] = [0, 0, 0, 0, 0]
  let lastVerifiedMs: number | null = null
  for (const line of lines) {
    const each = healthOf(line)
    health[each] = (health[each] ?? 0) + 1
    rows += line.rows ?? 0
    if (line.rows === null) withoutRowCount += 1
    bytes += line.bytes
    if (line.footerSeen) footers += 1
    if (firstLookOf(line).length > 0) suspected += 1
    if (line.verifiedAtMs !== null && line.verifiedAtMs > (lastVerifiedMs ?? 0)) lastVerifiedMs = line.verifiedAtMs
  }
  return {
    shards: lines.length,
    rows: footers === lines.length ? rows : null,
    withoutRowCount,
    bytes,
    footers,
    health,
    suspected,
    lastVerifiedMs
  }
}
