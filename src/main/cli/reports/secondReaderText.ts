/** The result of the second reader as text: the number of shards compared, and the shards that could not be. */
import type { SecondReading } from '../../../shared/model/report.ts'
import { terminalSafe } from '../../../shared/text/terminalText.ts'
import { countOf, countText } from '../text/numbers.ts'

/** Shards named for each reason; `--json` has them all. */
const NAMED = 5

/** @returns '' for a verification without a second reader */
export function secondReaderText(reading: SecondReading | undefined): string {
  if (reading === undefined) return ''
  const { compared, disagreeing, notRead } = reading
  const outcome = disagreeing > 0 ? `, values differ in ${countOf(disagreeing, 'shard')}` : compared > 0 ? ', no differences' : ''
  const unread = notRead.length === 0 ? '' : `; ${countOf(notRead.length, 'shard')} not compared`
  const reasons = [...Map.groupBy(notRead, ({ reason }) => reason)].map(([reason, shards]) => reasonText(reason, shards))
  return `second reader (hyparquet): ${countOf(compared, 'shard')} compared${outcome}${unread}\n${reasons.join('')}`
}

function reasonText(reason: string, shards: SecondReading['notRead']): string {
  const named = shards.slice(0, NAMED).map(({ shardPath }) => `    ${terminalSafe(shardPath)}\n`)
  const more = shards.length > NAMED ? `    ... and ${countText(shards.length - NAMED)} more (--json prints all)\n` : ''
  return `  not compared: ${terminalSafe(reason)}\n${named.join('')}${more}`
}
