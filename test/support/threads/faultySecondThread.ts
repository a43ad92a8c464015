/**
 * Entry of the second reader's thread with an injected fault in the first reader's decoders: in a shard of contig C, row 2 of column C is
 * decoded wrong. For contig `hangs` it never finishes, for contig `dies` the thread ends.
 */
import { parentPort } from 'node:worker_threads'
import { batchOf, type EmbeddingBatch } from '../../../src/main/core/parquet/pages/embeddingBatch.ts'
import { ShardReader } from '../../../src/main/core/parquet/shardReader.ts'
import type { SecondOrder } from '../../../src/main/core/secondReader/secondReaderThread.ts'

const ROW = 2

parentPort?.on('message', ({ path }: SecondOrder) => {
  while (path.includes('chrhangs_'));
  if (path.includes('chrdies_')) process.exit(9)
})

const { integers, texts, digests, booleans, embeddings } = ShardReader.prototype
const isWrong = (reader: ShardReader, name: string): boolean => reader.file.path.includes(`/chr${name}_`)

ShardReader.prototype.integers = function (group, name) {
  const column = integers.call(this, group, name)
  if (!isWrong(this, name)) return column
  const values = column.values.slice()
  if (values instanceof BigInt64Array) values[ROW] = (values[ROW] ?? 0n) + 1n
  else values[ROW] = (values[ROW] ?? 0) + 1
  return { ...column, values }
}
ShardReader.prototype.texts = function (group, name) {
  const column = texts.call(this, group, name)
  if (!isWrong(this, name)) return column
  const codes = column.codes.slice()
  codes[ROW] = column.texts.length
  return { ...column, codes, texts: [...column.texts, 'wrong'] }
}
ShardReader.prototype.digests = function (group, name) {
  const column = digests.call(this, group, name)
  if (!isWrong(this, name)) return column
  const bytes = column.bytes.slice()
  bytes[ROW * column.width] = (bytes[ROW * column.width] ?? 0) ^ 1
  return { ...column, bytes }
}
ShardReader.prototype.booleans = function (group, name) {
  const column = booleans.call(this, group, name)
  if (!isWrong(this, name)) return column
  const present = new Uint8Array(column.values.length).fill(1)
  present[ROW] = 0
  return { ...column, present }
}
ShardReader.prototype.embeddings = function* (group, memory): Generator<EmbeddingBatch> {
  for (const batch of embeddings.call(this, group, memory)) {
    const { values, offsets } = batch
    const at = offsets[ROW - batch.firstRow]
    if (!isWrong(this, 'embedding') || at === undefined) {
      yield batch
      continue
    }
    const changed = values.slice()
    changed[at] = (values[at] ?? 0) ^ 1
    yield batchOf({ values: changed, coded: null }, batch.firstRow, offsets, batch.flaws)
  }
}

await import('../../../src/main/core/secondReader/secondReaderThread.ts')
