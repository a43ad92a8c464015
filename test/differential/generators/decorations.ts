/** Parts of a footer besides the rows: indexes, statistics, sizes, orders, writers and keys, right and wrong. */
import { type CaseKind, type Tweak, tweaked } from '../cases.ts'
import { makeParquet } from '../maker/parquetMaker.ts'
import type { FilePlan } from '../maker/plan.ts'
import { COLUMN_NAMES } from '../maker/shardPlan.ts'
import {
  binary,
  bool,
  i16,
  i32,
  i64,
  list,
  setField,
  struct,
  structOf,
  structsOf,
  type TStruct,
  type TValue,
  WIRE
} from '../maker/thriftTree.ts'
import type { Rng } from '../rng.ts'
import { soundTweak } from './soundFiles.ts'
import { basePlan, chunkTweak, fileTweak, someColumns } from './tweaks.ts'

const longs = (values: readonly number[]): TValue => list(values.map(i64), WIRE.I64)

function statisticsTweak(rng: Rng): Tweak<FilePlan> {
  const bytes = (): TValue =>
    binary(
      rng.pick([Buffer.alloc(0), Buffer.alloc(1), rng.bytes(3), rng.bytes(8), rng.bytes(32), Buffer.alloc(2, 255), Buffer.alloc(5000)])
    )
  const made = struct(
    [1, rng.chance(0.3) ? bytes() : undefined],
    [2, rng.chance(0.3) ? bytes() : undefined],
    [3, rng.chance(0.6) ? i64(rng.pick([0, 1, -1, 1000, 2 ** 40])) : undefined],
    [4, rng.chance(0.3) ? i64(rng.pick([0, 1, -1, 1000])) : undefined],
    [5, rng.chance(0.7) ? bytes() : undefined],
    [6, rng.chance(0.7) ? bytes() : undefined],
    [7, rng.chance(0.3) ? bool(rng.chance(0.5)) : undefined],
    [8, rng.chance(0.3) ? bool(rng.chance(0.5)) : undefined]
  )
  const inPages = rng.chance(0.3)
  return chunkTweak(inPages ? 'wrong statistics of pages' : 'wrong statistics', someColumns(rng), inPages
    ? { pageEdits: [pages => { for (const page of pages) setField(structOf(page.header, 5) ?? structOf(page.header, 8) ?? struct(), page.header.v.some(({ id }) => id === 8) ? 8 : 5, structuredClone(made)) }] }
    : { metaEdits: [meta => setField(meta, 12, structuredClone(made))] }) // biome-ignore format: two choices
}

function sizeTweak(rng: Rng): Tweak<FilePlan> {
  const histogram = (): TValue | undefined =>
    rng.pick([undefined, longs([]), longs([1]), longs([0, 3]), longs([1, 2, 3, 4]), longs([-1, -1]), longs([0, 0, 0, 9])])
  const made = struct([1, rng.pick([undefined, i64(-1), i64(0), i64(1e12)])], [2, histogram()], [3, histogram()])
  return chunkTweak('other size statistics', someColumns(rng), { metaEdits: [meta => setField(meta, 16, structuredClone(made))] })
}

function metaTweak(rng: Rng): Tweak<FilePlan> {
  const columns = someColumns(rng)
  const meta = (name: string, id: number, value: TValue | undefined): Tweak<FilePlan> =>
    chunkTweak(name, columns, { metaEdits: [tree => setField(tree, id, structuredClone(value))] })
  const column = (name: string, id: number, value: TValue | undefined): Tweak<FilePlan> =>
    chunkTweak(name, columns, { metaEdits: [(_, tree) => setField(tree, id, structuredClone(value))] })
  const far = rng.pick([0, -1, 5, 2 ** 40])
  return rng.pick<Tweak<FilePlan>>([
    meta('key-values of a chunk', 8, list([struct([1, binary('k')], [2, binary(rng.bytes(3))])])),
    meta(
      'false encoding statistics',
      13,
      list([struct([1, i32(rng.pick([0, 2, 3, 9]))], [2, i32(rng.pick([0, 8, 99]))], [3, i32(rng.pick([0, 1, -1]))])])
    ),
    meta('no encoding statistics', 13, list([], WIRE.STRUCT)),
    meta(`a bloom filter at ${far}`, 14, i64(far)),
    meta('the length of a bloom filter', 15, i32(rng.pick([0, -1, 1_000_000]))),
    meta('geospatial statistics', 17, struct([1, struct([1, { t: 'double', v: Buffer.alloc(8) }])], [2, list([i32(1)])])),
    meta('an index page offset', 10, i64(far)),
    meta('total_uncompressed_size', 6, i64(rng.pick([0, -1, 2 ** 50]))),
    column(`an offset index at ${far}`, 4, i64(far)),
    column('an offset index of any length', 5, i32(rng.pick([0, -1, 100_000]))),
    column(`a column index at ${far}`, 6, i64(far)),
    column('a column index of any length', 7, i32(rng.pick([0, -1, 100_000]))),
    column('encrypted metadata', 9, binary(rng.bytes(20)))
  ])
}

function groupsTweak(rng: Rng): Tweak<FilePlan> {
  const each = (name: string, change: (group: TStruct, at: number) => void): Tweak<FilePlan> => ({
    name,
    apply: plan => void plan.footerEdits.push(footer => {
      for (const [at, group] of structsOf(footer, 4).entries()) change(group, at)
    })
  }) // biome-ignore format: one line
  const number = rng.pick([0, -1, 1, 2 ** 40])
  const more = rng.pick([1, -1, 100])
  const [index, place] = [rng.pick([-1, 99]), rng.below(2)]
  return rng.pick<Tweak<FilePlan>>([
    each(`total_byte_size ${number}`, group => setField(group, 2, i64(number))),
    each('sorting columns that are not there', group => setField(group, 4, list([struct([1, i32(index)], [2, bool(true)], [3, bool(true)])]))),
    each('sorting columns without fields', group => setField(group, 4, list([struct()]))),
    each(`file_offset ${number}`, group => setField(group, 5, i64(number))),
    each(`total_compressed_size ${number}`, group => setField(group, 6, i64(number))),
    each('ordinals in reverse', (group, at) => setField(group, 7, i16(100 - at))),
    each('num_rows one more', group => void changeNumber(group, 3, 1)),
    each('num_rows of 2^62', group => setField(group, 3, i64(2n ** 62n))),
    each('num_rows one less', group => void changeNumber(group, 3, -1)),
    { name: 'its last row group twice', apply: plan => void plan.footerEdits.push(footer => void repeatLast(footer, false)) },
    { name: 'its last row group twice, counted', apply: plan => void plan.footerEdits.push(footer => void repeatLast(footer, true)) },
    { name: 'total rows differ from those of the groups', apply: plan => void plan.footerEdits.push(footer => void changeNumber(footer, 3, more)) },
    { name: 'an empty row group', apply: plan => void plan.groups.splice(place, 0, 0) },
    { name: 'no row groups, no rows', apply: withoutRows },
    { name: 'two columns at the same location', apply: plan => void plan.footerEdits.push(footer => {
      const [group] = structsOf(footer, 4)
      const columns = group === undefined ? undefined : structsOf(group, 1)
      const [first, second] = [structOf(columns?.[1], 3), structOf(columns?.[2], 3)]
      for (const id of [7, 9, 11]) if (first !== undefined && second !== undefined) setField(second, id, first.v.find(field => field.id === id)?.value)
    }) }
  ]) // biome-ignore format: one choice each
}

function withoutRows(plan: FilePlan): void {
  Object.assign(plan, { rows: 0, groups: [] })
  for (const column of plan.columns) column.values = []
}

function changeNumber(tree: TStruct, id: number, by: number): void {
  const value = tree.v.find(field => field.id === id)?.value
  if (value?.t === 'i64') setField(tree, id, i64(Number(value.v) + by))
}

function repeatLast(footer: TStruct, counted: boolean): void {
  const groups = footer.v.find(({ id }) => id === 4)?.value
  const last = groups?.t === 'list' ? groups.v.at(-1) : undefined
  if (groups?.t !== 'list' || last?.t !== 'struct') return
  groups.v.push(last)
  const rows = last.v.find(({ id }) => id === 3)?.value
  if (counted && rows?.t === 'i64') changeNumber(footer, 3, Number(rows.v))
}

const WRITERS = ['parquet-mr version 1.2.8 (build x)', 'parquet-mr version 1.2.9', 'parquet-mr', 'parquet-mr version 1.8.0', 'parquet-mr version 1.5.0-cdh5.5.0 (build cd)', 'parquet-cpp version 1.0.0', 'parquet-cpp version 1.3.0', 'parquet-cpp-arrow version 2.0.0-SNAPSHOT', 'parquet-cpp-arrow version 3.0.0', 'impala version 1.0', 'parquet-mr version', 'unknown', 'parquet-mr version 99999999999999.1.1', 'parquet-cpp version 1.5.1-SNAPSHOT'] // biome-ignore format: a table

const PANDAS = [
  '{}',
  '{not json',
  '{"index_columns": ["chrom"], "columns": []}',
  '{"index_columns": [{"kind": "range", "name": null, "start": 0, "stop": 3, "step": 1}], "column_indexes": [], "columns": []}'
]

function fileFacts(rng: Rng): Tweak<FilePlan> {
  const writer = rng.pick(WRITERS)
  const version = rng.pick([0, 1, 2, 3, -1, 99])
  const orders = rng.pick([0, 1, 12, 14])
  const order = rng.pick([2, 9])
  const root = rng.below(3)
  const rootName = rng.pick(['', 'm', 'hive_schema'])
  const five = rng.bytes(5)
  const sixteen = rng.bytes(16)
  const pandas = rng.pick(PANDAS)
  const gap = rng.pick([Buffer.from('PAR1'), Buffer.alloc(3), rng.bytes(50)])
  const footer = (name: string, change: (tree: TStruct) => void): Tweak<FilePlan> => ({
    name,
    apply: plan => void plan.footerEdits.push(change)
  })
  return rng.pick<Tweak<FilePlan>>([
    fileTweak(`created by ${writer}`, { createdBy: writer }),
    fileTweak('created by no text', { createdBy: rng.bytes(6) }),
    fileTweak(`version ${version}`, { version }),
    fileTweak(`${gap.length} bytes before the footer`, { gap }),
    { name: 'keys that are not text', apply: plan => void plan.keyValues.push({ key: five, value: sixteen }) },
    { name: 'keys of pandas', apply: plan => void plan.keyValues.push({ key: 'pandas', value: pandas }) },
    { name: 'a thousand keys', apply: plan => void plan.keyValues.push(...Array.from({ length: 1000 }, (_, i) => ({ key: `k${i}`, value: 'v' }))) },
    footer('orders of columns that are not there', tree => setField(tree, 7, list(Array.from({ length: orders }, () => struct([1, struct()])), WIRE.STRUCT))),
    footer('orders of columns of an unknown kind', tree => setField(tree, 7, list(Array.from({ length: 13 }, () => struct([order, struct()])), WIRE.STRUCT))),
    footer('the key of its signature', tree => setField(tree, 9, binary(five))),
    footer('unknown fields', tree => void tree.v.push({ id: 77, value: { t: 'uuid', v: sixteen } }, { id: 78, value: { t: 'map', key: WIRE.I32, value: WIRE.STRUCT, v: [[i32(1), struct([1, i32(2)])]] } })),
    footer('a root that is repeated', tree => setField(structsOf(tree, 2)[0] ?? struct(), 3, i32(root))),
    footer('a root with another name', tree => setField(structsOf(tree, 2)[0] ?? struct(), 4, binary(rootName))),
    footer('a root with a type', tree => setField(structsOf(tree, 2)[0] ?? struct(), 1, i32(1)))
  ]) // biome-ignore format: one choice each
}

function olderChunks(rng: Rng): Tweak<FilePlan> {
  const writer = rng.pick(WRITERS)
  return {
    name: `created by ${writer}, sizes of chunks without the header of their dictionary`,
    apply: plan => {
      plan.createdBy = writer
      for (const name of COLUMN_NAMES) {
        chunkTweak('', [name], {
          dictionary: true,
          metaEdits: [meta => { changeNumber(meta, 7, -13); changeNumber(meta, 6, -13) }]
        }).apply(plan) // biome-ignore format: one line
      }
    }
  }
}

function magicTweak(rng: Rng): Tweak<FilePlan> {
  const magic = rng.pick(['PARE', 'PAR2', 'par1', 'PAR\u0000'])
  const at = rng.below(3)
  return {
    name: `${magic} ${['at both ends', 'at the beginning', 'at the end'][at]}`,
    apply: plan => void plan.byteEdits.push(bytes => {
      if (at !== 2) bytes.write(magic, 0, 'latin1')
      if (at !== 1) bytes.write(magic, bytes.length - 4, 'latin1')
      return bytes
    })
  } // biome-ignore format: one line
}

export const decorations: CaseKind = {
  name: 'decorations',
  weight: 12,
  draft: (rng, workshop) => {
    const start = basePlan(rng)
    const draw = rng.pick([
      statisticsTweak,
      statisticsTweak,
      sizeTweak,
      metaTweak,
      metaTweak,
      groupsTweak,
      groupsTweak,
      fileFacts,
      fileFacts,
      olderChunks,
      magicTweak
    ])
    const before = Array.from({ length: rng.below(2) }, () => soundTweak(rng, workshop))
    const tweaks = Array.from({ length: rng.pick([1, 1, 2]) }, () => draw(rng))
    return tweaked('a shard of the maker', start, [...before, ...tweaks], makeParquet)
  }
}
