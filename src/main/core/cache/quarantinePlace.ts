/** Maps the path of a shard to its path in quarantine, and back. */
import { createHash } from 'node:crypto'
import { basename, dirname } from 'node:path'
import { EMBEDDINGS_DIR } from '../layouts/layout.ts'
import { isShardPath, QUARANTINE_PATH } from '../layouts/paths.ts'

export const REASON_SUFFIX = '.reason.json'

/** Maximum length of a file name, minus the suffixes: the time of a second file from the same path, and that of the reason file. */
const NAME_BYTES = 255 - '.1234567890123456789.bad'.length - REASON_SUFFIX.length
const KEPT_OF_NAME = 120

/** The path of a shard in quarantine: the same path, with a shorter name if the suffixes would not fit. */
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

/** The time in the name of a file whose path was occupied; null for any other name. The Python package does the same. */
export function timeInName(path: string): bigint | null {
  const [, time] = /\.parquet\.(\d{1,19})\.bad$/.exec(path) ?? []
  return time === undefined ? null : BigInt(time)
}

/**
 * The original path of a file in quarantine; null for a file that is not a shard (reason files, quarantined indexes).
 * @param recorded the path in its reason file, which is accepted only if a shard from there would be quarantined at this path
 */
export function originOf(path: string, recorded: string | null): string | null {
  const place = path.replace(/\.parquet\.\d+\.bad$/, '.parquet')
  if (recorded !== null && isShardPath(recorded) && quarantinePlace(recorded) === place) return recorded
  const shardPath = `${EMBEDDINGS_DIR}/${place.slice(QUARANTINE_PATH.length + 1)}`
  return isShardPath(shardPath) ? shardPath : null
}
