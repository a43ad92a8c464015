/** What the second reader came to, for a person: how many shards were compared, and which could not be. */
import type { SecondReading } from '../../shared/model/report.ts'
import { terminalSafe } from '../../shared/terminalText.ts'
import { countOf, countText } from './numbers.ts'

/** Shards that are named; `--json` has them all. */
const NAMED = 20

/** @returns '' for a verification without a second reader */
export function secondReaderText(reading: SecondReading | undefined): string {
  if (reading === undefined) return ''
  const { compared, disagreeing, notRead } = reading
  const outcome = disagreeing === 0 ? 'no value differs' : `values differ in ${countOf(disagreeing, 'shard')}`
  const unread = notRead.length === 0 ? '' : `; ${countOf(notRead.length, 'shard')} not compared`
  const lines = notRead
    .slice(0, NAMED)
    .map(({ shardPath, reason }) => `  ${terminalSafe(shardPath)}\n    the second reader could not read it: ${terminalSafe(reason)}\n`)
  const more = notRead.length > NAMED ? `  ... and ${countText(notRead.length - NAMED)} more (--json prints all)\n` : ''
  return `second reader (hyparquet): ${countOf(compared, 'shard')} compared, ${outcome}${unread}\n${lines.join('')}${more}`
}
