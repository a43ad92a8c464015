/**
 * Inserts all rows of a shard into the index with one statement, which unpacks lists inside SQLite. One statement per row takes several
 * times as long.
 */
import type Database from 'better-sqlite3'
import { hex } from '../base/hex.ts'
import type { ShardKeys } from '../keys/shardKeys.ts'
import { WRITTEN_LAYOUT } from '../layouts/registry.ts'

const [HASH, ...CONFIGURATION] = WRITTEN_LAYOUT.key

/** Width of one window hash, and of one creation time, in the packed lists. */
const HASH_WIDTH = 64
const TIME_WIDTH = 20

/** The integers from 0, for unpacking a list. Scanning a table is faster than a recursion. */
const NUMBERS = 'temp.numbers'

/**
 * Prepares the insertion of rows. If the transaction is rolled back, the preparation is lost as well.
 * @returns a function that inserts the rows of a shard whose keys are free, and returns their number
 */
export function prepareInsert(db: Database.Database): (shardPath: string, keys: ShardKeys) => number {
  db.exec(`CREATE TABLE ${NUMBERS} (i INTEGER PRIMARY KEY)`)
  const count = db.prepare(
    `WITH RECURSIVE more(i) AS (SELECT @from UNION ALL SELECT i + 1 FROM more WHERE i + 1 < @to) INSERT INTO ${NUMBERS} SELECT i FROM more`
  )
  let counted = 0
  const countTo = (rows: number): void => {
    if (rows <= counted) return
    const to = Math.min(ROWS_A_STATEMENT, Math.max(rows, 2 * counted))
    count.run({ from: counted, to })
    counted = to
  }
  const insert = db.prepare(
    `INSERT INTO window_index (${[HASH, ...CONFIGURATION].map(part => part?.column).join(', ')}, shard_path, row_offset, created_at)
     SELECT CAST(substr(@windowHashes, ${HASH_WIDTH} * i + 1, ${HASH_WIDTH}) AS TEXT),
       ${CONFIGURATION.map(({ field }) => `@${field}`).join(', ')},
       @shardPath, @first + i, CAST(substr(@times, ${TIME_WIDTH} * i + 1, ${TIME_WIDTH}) AS INTEGER) FROM ${NUMBERS} WHERE i < @rows
     ON CONFLICT DO NOTHING`
  )
  return (shardPath, keys) => {
    let entered = 0
    for (let first = 0; first < keys.rows; ) {
      const end = endOfRun(keys.codes, first, keys.rows)
      const configuration = keys.configurations[keys.codes[first] ?? 0]
      if (configuration === undefined) throw new TypeError('a row has no configuration')
      // As bytes, because SQLite would scan a text from its beginning for each part.
      const windowHashes = Buffer.from(hex(keys.windowHashes.subarray(first * 32, end * 32)), 'latin1')
      const times = packedTimes(keys.createdAt.subarray(first, end))
      countTo(end - first)
      entered += insert.run({ ...configuration, shardPath, first, rows: end - first, windowHashes, times }).changes
      first = end
    }
    return entered
  }
}

/** Maximum number of rows per statement, because their texts are in memory. */
const ROWS_A_STATEMENT = 65_536

function endOfRun(codes: Uint32Array, first: number, rows: number): number {
  let end = first + 1
  const limit = Math.min(rows, first + ROWS_A_STATEMENT)
  while (end < limit && codes[end] === codes[first]) end++
  return end
}

/** Times in decimal, padded to the largest width. */
function packedTimes(times: BigInt64Array): Buffer {
  let text = ''
  let last: bigint | undefined
  let padded = ''
  for (const time of times) {
    if (time !== last) padded = time.toString().padStart(TIME_WIDTH)
    last = time
    text += padded
  }
  return Buffer.from(text, 'latin1')
}
