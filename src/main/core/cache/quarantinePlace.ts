/** Where a shard goes in quarantine, and where it came from. */
import { createHash } from 'node:crypto'
import { basename, dirname } from 'node:path'
import { EMBEDDINGS_DIR } from '../layouts/layout.ts'
import { isShardPath, QUARANTINE_PATH } from '../layouts/paths.ts'

export const REASON_SUFFIX = '.reason.json'

/** What a file name may have, less what is put behind it: the time of a second file from the same place, and the suffix of its reason. */
const NAME_BYTES = 255 - '.1234567890123456789.bad'.length - REASON_SUFFIX.length
const KEPT_OF_NAME = 120

/** The place of a shard in quarantine: the same path, with a shorter name where the suffixes would not fit. */
export function quarantinePlace(shardPath: string): string {
  const place = `${QUARANTINE_PATH}/${shardPath.slice(EMBEDDINGS_DIR.length + 1)}`
  const name = basename(place)
  if (Buffer.byteLength(name) <= NAME_BYTES) return place
  const digest = createHash('sha256').update(name).digest('hex').slice(0, 16)
  return `${dirname(place)}/${shortened(name)}~${digest}.parquet`
}

function shortened(name: string): string {
  let text = ''
  for (const character of name) {
    if (Buffer.byteLength(text + character) > KEPT_OF_NAME) break
    text += character
  }
  return text
}

/** The time in the name of a file whose place was taken; null for any other name. The Python package does the same. */
export function timeInName(path: string): bigint | null {
  const [, time] = /\.parquet\.(\d{1,19})\.bad$/.exec(path) ?? []
  return time === undefined ? null : BigInt(time)
}

/**
 * Where a file in quarantine came from; null for what is no shard (reasons, set-aside indexes).
 * @param recorded what its reason file says, which is believed where the shard would have been moved to this place
 */
export function originOf(path: string, recorded: string | null): string | null {
  const place = path.replace(/\.parquet\.\d+\.bad$/, '.parquet')
  if (recorded !== null && isShardPath(recorded) && quarantinePlace(recorded) === place) return recorded
  const shardPath = `${EMBEDDINGS_DIR}/${place.slice(QUARANTINE_PATH.length + 1)}`
  return isShardPath(shardPath) ? shardPath : null
}
