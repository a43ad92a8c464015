/** Files that a correct writer could write: every codec, encoding, page form and decoration, in any combination. */
import { type CaseKind, type Tweak, tweaked } from '../cases.ts'
import type { CodecName } from '../maker/codecs.ts'
import type { EncodingName } from '../maker/encodings.ts'
import type { RunStyle } from '../maker/hybrid.ts'
import { makeParquet } from '../maker/parquetMaker.ts'
import type { ChunkPlan, FilePlan } from '../maker/plan.ts'
import { REQUIRED } from '../maker/schema.ts'
import { COLUMN_NAMES, columnOf } from '../maker/shardPlan.ts'
import type { Rng } from '../rng.ts'
import type { Workshop } from '../workshop.ts'
import { basePlan, chunkTweak, fileTweak, someColumns } from './tweaks.ts'

const CODECS: readonly CodecName[] = ['UNCOMPRESSED', 'SNAPPY', 'GZIP', 'BROTLI', 'LZ4', 'ZSTD', 'LZ4_RAW']
const ENCODINGS: readonly EncodingName[] = [
  'PLAIN',
  'RLE',
  'DELTA_BINARY_PACKED',
  'DELTA_LENGTH_BYTE_ARRAY',
  'DELTA_BYTE_ARRAY',
  'BYTE_STREAM_SPLIT'
]
const SHAPES: readonly RunStyle['shape'][] = ['packed', 'runs', 'mixed', 'pieces']
const CREATORS = [
  'parquet-cpp-arrow version 26.0.1',
  'parquet-mr version 1.13.1 (build abc)',
  'parquet-rs version 54.0.0',
  'DuckDB version v2.0.0 (build 1)',
  'fastparquet-python version 2024.1.0 (build 0)',
  'geno-lewm-cache-inspector',
  ''
]

type Choice = readonly [name: string, set: Partial<ChunkPlan>]

/** The choices of a correct writer for the pages of a column. */
function pageChoice(rng: Rng): Choice {
  const number = rng.between(1, 9)
  const shape = rng.pick(SHAPES)
  const codec = rng.pick(CODECS)
  const encoding = rng.pick(ENCODINGS)
  const delta = { block: rng.pick([128, 256, 1024]), miniblocks: rng.pick([1, 2, 4]) }
  return rng.pick<Choice>([
    [`codec ${codec}`, { codec }],
    ['a dictionary', { dictionary: true }],
    [`a dictionary for ${number} pages of ${number}`, { dictionary: true, dictionaryPages: number, pageSlots: number }],
    ['a dictionary under its old name', { dictionary: true, oldDictionaryName: true }],
    [`${encoding}, delta blocks of ${delta.block} in ${delta.miniblocks}`, { encoding, dictionary: false, delta }],
    [`${encoding}`, { encoding, dictionary: false }],
    [`pages of ${number}`, { pageSlots: number }],
    ['data pages v2', { v2: true }],
    ['data pages v2, marked as compressed', { v2: true, isCompressed: true }],
    ['data pages v2, not compressed', { v2: true, isCompressed: false }],
    ['data pages v1', { v2: false }],
    [`levels as ${shape}`, { levelRuns: { shape } }],
    [`indices as ${shape}`, { dictionary: true, indexRuns: { shape } }],
    ['right checksums', { checksum: 'right' }],
    ['statistics of chunks', { chunkStatistics: true, encodingStatistics: true }],
    ['statistics of pages and sizes', { pageStatistics: true, sizeStatistics: true }],
    [`a page index, pages of ${number}`, { pageIndex: true, pageSlots: number }],
    ['a bloom filter', { bloomFilter: true }]
  ])
}

/** The choices of a correct writer for the file. */
function fileChoice(rng: Rng, workshop: Workshop): Tweak<FilePlan> {
  const number = rng.between(1, 9)
  const columns = someColumns(rng)
  const createdBy = rng.pick(CREATORS)
  const own = workshop.arrowSchemas.find(([name]) => name === 'own')?.[1] ?? ''
  const order = rng.shuffled(COLUMN_NAMES)
  return rng.pick<Tweak<FilePlan>>([
    {
      name: 'another order of columns',
      apply: plan => void plan.columns.sort((a, b) => order.indexOf(String(a.node.name)) - order.indexOf(String(b.node.name)))
    },
    {
      name: `${columns.join(', ')} required`,
      apply: plan => {
        for (const name of columns) columnOf(plan, name).node.repetition = REQUIRED
      }
    },
    {
      name: 'the ARROW:schema of geno_lewm',
      apply: plan => {
        // It names the columns in the order of the writer.
        if (plan.columns.every(({ node }, i) => node.name === COLUMN_NAMES[i])) plan.keyValues.push({ key: 'ARROW:schema', value: own })
      }
    },
    { name: 'keys with any values', apply: plan => void plan.keyValues.push({ key: 'note', value: 'ẞ' }, { key: '', value: null }) },
    {
      name: `row groups of ${number}`,
      apply: plan => {
        plan.groups = Array.from({ length: Math.ceil(plan.rows / number) }, (_, g) => Math.min(number, plan.rows - g * number))
      }
    },
    fileTweak(`created by ${createdBy}`, { createdBy }),
    fileTweak('without a writer', { createdBy: null }),
    fileTweak('version 1', { version: 1 }),
    fileTweak('no column orders', { columnOrders: false }),
    fileTweak('sorting columns', { sortingColumns: true }),
    fileTweak('no details of row groups', { groupDetails: false }),
    fileTweak(`${number} bytes before the footer`, { gap: Buffer.alloc(number, 7) })
  ])
}

/** One choice of a correct writer. */
export function soundTweak(rng: Rng, workshop: Workshop): Tweak<FilePlan> {
  if (rng.chance(0.3)) return fileChoice(rng, workshop)
  const [name, set] = pageChoice(rng)
  return chunkTweak(name, someColumns(rng), set)
}

export const soundFiles: CaseKind = {
  name: 'sound',
  weight: 8,
  draft: (rng, workshop) => {
    const start = basePlan(rng)
    const tweaks = Array.from({ length: rng.between(1, 6) }, () => soundTweak(rng, workshop))
    return tweaked('a shard of the maker', start, tweaks, makeParquet, true)
  }
}
