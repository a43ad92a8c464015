/** Writes and indexes one shard in a new cache, and measures its size on disk, in both encodings. */
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { type WriteShardOptions, writeShard } from '../../src/main/core/index.ts'
import { CONTIG, ENCODER_ID, makeRecords } from '../makeCache.ts'
import { type Measurement, type Sample, timeRuns } from '../measure.ts'
import { beside, type Setting } from '../setting.ts'

type Encoding = NonNullable<WriteShardOptions['encoding']>
type Written = { readonly sample: Sample; readonly bytes: number }

export async function measureWriting(setting: Setting): Promise<Measurement[]> {
  const plain = await write(setting, 'plain')
  const split = await write(setting, 'byte_stream_split')
  const theirs = await writeByPeer(setting)
  const times = beside('write_shard (without fsync)', theirs?.sample, 8)
  const sizes = beside('write_shard', theirs && sizeOf(theirs.bytes), 1)
  return [
    { what: 'write one shard, values plain (fsync included)', own: plain.sample, others: times },
    { what: 'write one shard, values byte-stream-split (fsync included)', own: split.sample, others: times },
    { what: 'size of that shard, values plain', own: sizeOf(plain.bytes), others: sizes },
    { what: 'size of that shard, values byte-stream-split', own: sizeOf(split.bytes), others: sizes }
  ]
}

async function write({ folder, small, runs }: Setting, encoding: Encoding): Promise<Written> {
  const records = makeRecords(0, small)
  let bytes = 0
  const sample = await timeRuns(runs, async run => {
    const dir = join(folder, `written-${encoding}`, String(run))
    const { shardPath } = await writeShard(dir, { encoderId: ENCODER_ID, contig: CONTIG, strideBlock: 0, records, encoding })
    bytes = statSync(join(dir, shardPath)).size
  })
  return { sample, bytes }
}

async function writeByPeer({ small, folder, runs, peer }: Setting): Promise<Written | undefined> {
  if (peer === null) return undefined
  const request = { operation: 'write_shard', cache: small.dir, encoder_id: ENCODER_ID, contig: CONTIG, runs }
  const { sample, result } = await peer.time({ ...request, folder: join(folder, 'written-peer') })
  return { sample, bytes: result }
}

function sizeOf(bytes: number): Sample {
  return { unit: 'bytes', values: [bytes] }
}
