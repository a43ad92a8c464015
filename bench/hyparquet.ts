/** hyparquet on the same shards: reads every column of every row and checks nothing. */
import { readFileSync } from 'node:fs'
import { zstdDecompressSync } from 'node:zlib'
import { parquetRead } from 'hyparquet'
import { expectOutcome, type Sample, timeRuns } from './measure.ts'
import { shardFiles } from './rawPages.ts'

const compressors = { ZSTD: (input: Uint8Array): Uint8Array => zstdDecompressSync(input) }

/** @param rows of the whole cache, to check that everything was read */
export async function timeHyparquet(dir: string, rows: number, runs: number): Promise<Sample> {
  const files = shardFiles(dir)
  return timeRuns(runs, async () => {
    let read = 0
    for (const file of files) {
      const bytes = readFileSync(file)
      await parquetRead({
        file: bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength),
        compressors,
        utf8: false,
        onChunk: ({ columnName, columnData }) => {
          if (columnName === 'embedding') read += columnData.length
        }
      })
    }
    expectOutcome('rows that hyparquet read', read, rows)
  })
}
