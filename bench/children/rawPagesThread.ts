/** Reads and decompresses its share of the shards on request, and answers with the number of decompressed bytes. */
import { closeSync, openSync, readSync } from 'node:fs'
import { parentPort, workerData } from 'node:worker_threads'
import { zstdDecompressSync } from 'node:zlib'
import type { RawShard } from '../rawPages.ts'

const shards: readonly RawShard[] = workerData
const largest = Math.max(0, ...shards.flatMap(({ pages }) => pages.map(({ bytes }) => bytes)))
const buffer = new Uint8Array(largest)

parentPort?.on('message', () => parentPort?.postMessage(shards.reduce((sum, shard) => sum + readPages(shard), 0)))

function readPages({ path, pages }: RawShard): number {
  const fd = openSync(path, 'r')
  try {
    let sum = 0
    for (const { offset, bytes, size, compressed } of pages) {
      const body = buffer.subarray(0, bytes)
      readSync(fd, body, 0, bytes, offset)
      sum += compressed && size > 0 ? zstdDecompressSync(body, { maxOutputLength: size, chunkSize: Math.max(size + 1, 64) }).length : bytes
    }
    return sum
  } finally {
    closeSync(fd)
  }
}
