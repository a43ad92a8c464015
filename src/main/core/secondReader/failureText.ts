/** Why a file could not be read, and by which reader. Other errors than those of this program are attributed to hyparquet. */
import { CacheError } from '../../../shared/model/errors.ts'
import { ShardFault } from '../limits/shardFault.ts'
import { Incomparable } from './hyparquet/storedColumns.ts'

const LONGEST = 300

export function failureText(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error)
  const isOurs = error instanceof ShardFault || error instanceof CacheError || error instanceof Incomparable
  return `${isOurs ? '' : 'hyparquet failed: '}${message.slice(0, LONGEST)}`
}
