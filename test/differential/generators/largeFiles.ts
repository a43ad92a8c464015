/** Files with many row groups, pages, columns, keys or rows in a run, with long texts and lists, and with large delta blocks. */
import { type CaseKind, type Tweak, tweaked } from '../cases.ts'
import { makeParquet } from '../maker/parquetMaker.ts'
import { defaultChunk, type FilePlan } from '../maker/plan.ts'
import { leaf, listValue } from '../maker/schema.ts'
import { COLUMN_NAMES, columnOf, modelRows, shardPlan } from '../maker/shardPlan.ts'
import type { Rng } from '../rng.ts'
import { chunkTweak, fileTweak } from './tweaks.ts'

function manyTweak(rng: Rng, rows: number): Tweak<FilePlan> {
  const count = rng.pick([130, 250])
  const length = rng.pick([5_000, 65_536])
  const text = Buffer.alloc(rng.pick([10_000, 300_000]), 'x')
  const pages = rng.between(1, 3)
  const delta = { block: rng.pick([32_768, 131_072]), miniblocks: rng.pick([1, 4, 512]) }
  const half = rng.pick([Uint8Array.of(0, 0x3c), Uint8Array.of(1, 0)])
  return rng.pick<Tweak<FilePlan>>([
    fileTweak(`${rows} row groups`, { groups: new Array<number>(rows).fill(1) }),
    fileTweak(`${rows} row groups`, { groups: new Array<number>(rows).fill(1) }),
    chunkTweak(`pages of ${pages}`, COLUMN_NAMES, { pageSlots: pages }),
    chunkTweak(`pages of ${pages} with an index`, COLUMN_NAMES, { pageSlots: pages, pageIndex: true }),
    chunkTweak(`delta blocks of ${delta.block} in ${delta.miniblocks}`, COLUMN_NAMES, { encoding: 'DELTA_BINARY_PACKED', delta }),
    chunkTweak('one run', COLUMN_NAMES, { dictionary: true, indexRuns: { shape: 'runs' }, levelRuns: { shape: 'runs' } }),
    {
      name: `${count} more columns`,
      apply: plan => {
        const values = Array.from({ length: plan.rows }, (_, row) => row)
        for (let i = 0; i < count - 13; i++) plan.columns.push({ node: leaf(`x${i}`, 'INT32'), values, chunk: defaultChunk() })
      }
    },
    {
      name: `an embedding of ${length} values`,
      apply: plan => {
        const column = columnOf(plan, 'embedding')
        column.values = column.values.map((value, row) => (row === 0 ? listValue(new Array(length).fill(half)) : value))
      }
    },
    {
      name: `a contig name of ${text.length} characters`,
      apply: plan => {
        const column = columnOf(plan, 'chrom')
        column.values = column.values.map(() => text)
      }
    },
    {
      name: '3,000 keys',
      apply: plan => void plan.keyValues.push(...Array.from({ length: 3000 }, (_, i) => ({ key: `k${i}`, value: 'v'.repeat(i % 50) })))
    }
  ])
}

export const largeFiles: CaseKind = {
  name: 'large',
  weight: 1.5,
  draft: rng => {
    const count = rng.pick([60, 300, 700])
    const rows = modelRows(rng, count).map(row => ({ ...row, embedding: row.embedding.slice(0, 4) }))
    const tweaks = Array.from({ length: rng.between(1, 2) }, () => manyTweak(rng, count))
    // Row groups of one row combined with small pages or many columns would take minutes.
    const [first, second] = tweaks
    const kept = first !== undefined && second !== undefined && first.name.includes('groups') ? [first] : tweaks
    return tweaked('a shard of the maker', () => shardPlan(rows, { codec: 'SNAPPY' }), kept, makeParquet, true)
  }
}
