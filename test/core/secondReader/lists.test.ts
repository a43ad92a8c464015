/** Lists in the forms of older writers: both readers return the same rows, and the raw view shows them row by row. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { type RawValue, readRawFile, verifyCache } from '../../../src/main/core/index.ts'
import { makeParquet } from '../../differential/maker/parquetMaker.ts'
import { defaultChunk, type FilePlan } from '../../differential/maker/plan.ts'
import {
  CONVERTED,
  group,
  LOGICAL,
  leaf,
  type NestedValue,
  OPTIONAL,
  REPEATED,
  REQUIRED,
  type SchemaNode
} from '../../differential/maker/schema.ts'
import { columnOf, halfBytes, modelRows, shardPlan } from '../../differential/maker/shardPlan.ts'
import { i32 } from '../../differential/maker/thriftTree.ts'
import { Rng } from '../../differential/rng.ts'
import { temporaryFolder } from '../../support/temporaryFolder.ts'
import { HANDMADE_PATH } from '../handmadeShard.ts'

const ROWS = 9
const LIST = { converted: CONVERTED.LIST, logical: LOGICAL.list }
const ONLY_LOGICAL = { logical: LOGICAL.list }
const half = (name: string, repetition: number): SchemaNode =>
  leaf(name, 'FIXED_LEN_BYTE_ARRAY', { length: 2, logical: LOGICAL.float16, repetition })
const values = (row: number): number[] => Array.from({ length: 1 + (row % 3) }, (_, i) => row + i / 4)

type Form = {
  readonly name: string
  readonly node: SchemaNode
  readonly value: (items: NestedValue[]) => NestedValue
  readonly shown: (items: number[]) => RawValue
  /** GenoLeWM gets no numbers from it, so there is nothing to compare. */
  readonly isRefused?: true
}

const alone = (items: number[]): RawValue => items
const FORMS: readonly Form[] = [
  {
    name: 'three levels',
    node: group('embedding', [group('list', [half('element', OPTIONAL)], { repetition: REPEATED })], LIST),
    value: items => [items.map(item => [item])],
    shown: alone
  },
  {
    name: 'three levels, annotated only by the logical type',
    node: group('embedding', [group('bag', [half('array', REQUIRED)], { repetition: REPEATED })], ONLY_LOGICAL),
    value: items => [items.map(item => [item])],
    shown: alone
  },
  { name: 'two levels', node: group('embedding', [half('array', REPEATED)], LIST), value: items => [items], shown: alone },
  {
    name: 'two levels without an annotation',
    node: group('embedding', [half('x', REPEATED)]),
    value: items => [items],
    shown: items => new Map([['x', items]]),
    isRefused: true
  },
  { name: 'one level', node: half('embedding', REPEATED), value: items => items, shown: alone },
  {
    name: 'one level with an annotation',
    node: { ...half('embedding', REPEATED), converted: CONVERTED.LIST },
    value: items => items,
    shown: alone
  }
]

function planOf({ node, value }: Form, v2: boolean): FilePlan {
  const plan = shardPlan(modelRows(new Rng('lists'), ROWS), {}, 2)
  const column = columnOf(plan, 'embedding')
  column.node = node
  column.values = Array.from({ length: ROWS }, (_, row) => value(values(row).map(halfBytes)))
  column.chunk = defaultChunk({ v2, pageSlots: 4 })
  return plan
}

function cacheWith(plan: FilePlan): string {
  const root = temporaryFolder()
  const path = join(root, HANDMADE_PATH)
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, makeParquet(plan))
  return root
}

async function shownOf(plan: FilePlan, name: string, range = { rowStart: 0, rowEnd: 100 }): Promise<RawValue[] | string | undefined> {
  const { columns, cells, unread } = await readRawFile(join(cacheWith(plan), HANDMADE_PATH), range)
  const at = columns.indexOf(name)
  return at < 0 ? unread.find(({ column }) => column === name)?.reason : cells.map(row => row[at] ?? null)
}

describe.each([false, true])('data pages of version 2: %s', v2 => {
  test.each(FORMS)('$name', async form => {
    const plan = planOf(form, v2)
    const { secondReader } = await verifyCache(cacheWith(plan), { secondReader: true })
    expect(secondReader).toEqual({ compared: form.isRefused ? 0 : 1, disagreeing: 0, notRead: [] })
    const expected = Array.from({ length: ROWS }, (_, row) => form.shown(values(row)))
    expect(await shownOf(plan, 'embedding')).toEqual(expected)
    expect(await shownOf(plan, 'embedding', { rowStart: 3, rowEnd: 7 })).toEqual(expected.slice(3, 7))
  })
})

test('a root with properties that only leaves and fields should have', async () => {
  const plan = shardPlan(modelRows(new Rng('root'), 3))
  plan.schemaEdits.push(([root]) => {
    root?.v.push({ id: 1, value: i32(1) }, { id: 3, value: i32(REPEATED) })
    root?.v.sort((a, b) => a.id - b.id)
  })
  const { secondReader } = await verifyCache(cacheWith(plan), { secondReader: true })
  expect(secondReader).toEqual({ compared: 1, disagreeing: 0, notRead: [] })
})

test('dictionary codes that hyparquet misreads are neither compared nor shown', async () => {
  const plan = shardPlan(modelRows(new Rng('codes'), 40))
  columnOf(plan, 'end_bp').chunk = defaultChunk({ dictionary: true, extraIndexBits: 24 })
  const { secondReader, findings } = await verifyCache(cacheWith(plan), { secondReader: true })
  const reason = 'a page of end_bp has codes of 30 bits, which hyparquet misreads'
  expect(secondReader).toEqual({ compared: 0, disagreeing: 0, notRead: [{ shardPath: HANDMADE_PATH, reason }] })
  expect(findings.filter(({ kind }) => kind !== 'index_missing' && kind !== 'path_mismatch')).toEqual([])
  expect(await shownOf(plan, 'end_bp')).toBe(reason)
})

/** A shard with an additional column. */
function planWith(node: SchemaNode, value: NestedValue): FilePlan {
  const plan = shardPlan(modelRows(new Rng('more'), 1))
  plan.columns.push({ node, values: [value], chunk: defaultChunk() })
  return plan
}

test('values in groups and maps are as exact as others', async () => {
  const price = leaf('price', 'INT32', { converted: CONVERTED.DECIMAL, scale: 2, precision: 9 })
  const day = leaf('day', 'INT32', { logical: LOGICAL.date })
  const at = leaf('at', 'INT64', { logical: LOGICAL.timestamp(false, 2) })
  const items = group('items', [group('list', [group('element', [price, day])], { repetition: REPEATED })], LIST)
  expect(await shownOf(planWith(group('order', [items, at]), [[[[[-150, 20_000]], [[5, null]]]], 1n]), 'order')).toEqual([
    new Map<string, RawValue>([
      [
        'items',
        [
          new Map<string, RawValue>([
            ['price', '-1.50'],
            ['day', '2024-10-04']
          ]),
          new Map<string, RawValue>([
            ['price', '0.05'],
            ['day', null]
          ])
        ]
      ],
      ['at', '1970-01-01T00:00:00.000001']
    ])
  ])
})

test('a type that does not fit its values hides nothing: they are shown as stored', async () => {
  const wrong = leaf('note', 'INT32', { converted: CONVERTED.UTF8 })
  expect(await shownOf(planWith(wrong, 7), 'note')).toEqual([7])
  const short = leaf('note', 'FIXED_LEN_BYTE_ARRAY', { length: 3, logical: LOGICAL.float16 })
  expect(await shownOf(planWith(short, Buffer.from('abc')), 'note')).toEqual(['616263'])
  const bytes = leaf('note', 'BYTE_ARRAY', { converted: CONVERTED.UTF8 })
  expect(await shownOf(planWith(bytes, Buffer.of(0xff, 0xfe)), 'note')).toEqual(['fffe'])
  const name = leaf('note', 'BYTE_ARRAY', { converted: CONVERTED.ENUM })
  expect(await shownOf(planWith(name, Buffer.from('blue')), 'note')).toEqual(['blue'])
  const day = leaf('note', 'INT32', { converted: CONVERTED.DATE })
  expect(await shownOf(planWith(day, 2 ** 31 - 1), 'note')).toEqual(['2147483647 (days since 1970)'])
  const time = leaf('note', 'INT32', { converted: CONVERTED.TIME_MILLIS })
  expect(await shownOf(planWith(time, -1), 'note')).toEqual(['-1 (in 1/1000 s since midnight)'])
  const late = leaf('note', 'INT32', { logical: LOGICAL.timestamp(true, 1) })
  expect(await shownOf(planWith(late, 7), 'note')).toEqual(['1970-01-01T00:00:00.007Z'])
})

test('fields that hyparquet confuses are not shown', async () => {
  const twice = group('note', [leaf('a', 'INT32'), leaf('a', 'INT32')])
  expect(await shownOf(planWith(twice, [1, 2]), 'note')).toBe('two fields are named note.a, and hyparquet keeps only one')
  const dotted = group('note', [group('a', [leaf('b', 'INT32')]), leaf('a.b', 'INT32')])
  expect(await shownOf(planWith(dotted, [[1], 2]), 'note')).toBe('two fields are named note.a.b, and hyparquet keeps only one')
})

test('a later error of a failed file does not affect the next file', async () => {
  const sound = join(cacheWith(shardPlan(modelRows(new Rng('sound'), 3))), HANDMADE_PATH)
  const broken = planWith(leaf('note', 'INT32'), 1)
  columnOf(broken, 'note').chunk = defaultChunk({ codec: 'LZO' })
  broken.columns.push({ node: group('note', [leaf('a', 'INT32')]), values: [[1]], chunk: defaultChunk() })
  const file = join(cacheWith(broken), HANDMADE_PATH)
  for (let i = 0; i < 5; i++) {
    const { columns, unread } = await readRawFile(file, { rowStart: 0, rowEnd: 3 })
    expect(columns).toHaveLength(13)
    expect(unread.map(({ column }) => column)).toEqual(['note', 'note'])
    expect((await readRawFile(sound, { rowStart: 0, rowEnd: 3 })).unread).toEqual([])
  }
})
