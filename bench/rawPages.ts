/**
 * The minimum work of any reader: read and decompress every page without decoding. The page locations are found before and are not timed.
 */
import { once } from 'node:events'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { DEFAULT_LIMITS } from '../src/main/core/limits/limits.ts'
import { openShard } from '../src/main/core/parquet/shardReader.ts'
import { PageHeader } from '../src/main/core/parquet/thrift/parquetStructs.ts'
import { readThrift } from '../src/main/core/parquet/thrift/structs.ts'
import { expectOutcome, type Sample, timeRuns } from './measure.ts'

/** One page's body: compressed with zstd, or stored. */
export type RawPage = { readonly offset: number; readonly bytes: number; readonly size: number; readonly compressed: boolean }
export type RawShard = { readonly path: string; readonly pages: readonly RawPage[] }

/** Files of all shards below a folder, in any order. */
export function shardFiles(dir: string): string[] {
  const names = readdirSync(dir, { recursive: true, encoding: 'utf8' }).filter(name => name.endsWith('.parquet'))
  return names.map(name => join(dir, name))
}

/** Reads and decompresses all pages of all shards on a number of threads, each with its share of the shards. */
export async function timeRawPages(dir: string, threads: number, runs: number): Promise<Sample> {
  const shards = shardFiles(dir).map(findPages)
  const total = shards.reduce((sum, { pages }) => sum + pages.reduce((bytes, { size }) => bytes + size, 0), 0)
  const workers = Array.from({ length: threads }, (_, thread) => {
    const share = shards.filter((_shard, i) => i % threads === thread)
    return new Worker(new URL('./children/rawPagesThread.ts', import.meta.url), { workerData: share })
  })
  try {
    return await timeRuns(runs, async () => {
      const answers = workers.map(worker => once(worker, 'message'))
      for (const worker of workers) worker.postMessage('read')
      const counts = await Promise.all(answers)
      expectOutcome(
        'bytes decompressed',
        counts.reduce((sum, [bytes]) => sum + bytes, 0),
        total
      )
    })
  } finally {
    await Promise.all(workers.map(worker => worker.terminate()))
  }
}

function findPages(path: string): RawShard {
  const shard = openShard(path)
  try {
    const chunks = shard.footer.rowGroups.flatMap(group => group.chunks)
    const pages = chunks.flatMap(({ start, end, codec }) => {
      const found: RawPage[] = []
      for (let offset = start; offset < end; ) {
        const head = shard.file.read(offset, Math.min(65_536, end - offset))
        const { value, length } = readThrift(PageHeader, head, DEFAULT_LIMITS)
        const { compressedSize: bytes, uncompressedSize: size } = value
        found.push({ offset: offset + length, bytes, size, compressed: codec === 'ZSTD' })
        offset += length + bytes
      }
      return found
    })
    return { path, pages }
  } finally {
    shard.close()
  }
}
