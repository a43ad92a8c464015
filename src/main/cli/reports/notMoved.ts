/** One line on standard error for shards that could not be moved, with the reason of the first. */

import type { Output } from '../process/output.ts'
import { countText } from '../text/numbers.ts'

/** @returns whether a line was printed */
export async function printNotMoved(
  output: Output,
  verb: 'move' | 'restore',
  shards: readonly { readonly shardPath: string; readonly reason: string }[]
): Promise<boolean> {
  const [first] = shards
  if (first === undefined) return false
  const more = shards.length > 1 ? ` (and ${countText(shards.length - 1)} more)` : ''
  await output.fault(`lewm-cache: could not ${verb} ${first.shardPath}: ${first.reason}${more}`)
  return true
}
