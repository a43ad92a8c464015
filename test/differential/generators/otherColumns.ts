/** Columns in addition to the thirteen: of every type, nested, with duplicate names, with unreadable pages. */
import { type CaseKind, type Tweak, tweaked } from '../cases.ts'
import { makeParquet } from '../maker/parquetMaker.ts'
import { defaultChunk, type FilePlan } from '../maker/plan.ts'
import {
  CONVERTED,
  group,
  LOGICAL,
  leaf,
  listOf,
  listValue,
  type NestedValue,
  OPTIONAL,
  REPEATED,
  REQUIRED,
  type SchemaNode
} from '../maker/schema.ts'
import { COLUMN_NAMES, columnOf } from '../maker/shardPlan.ts'
import type { Rng } from '../rng.ts'
import { storedAs } from './leafTypes.ts'
import { oddPageTweak } from './oddPages.ts'
import { soundTweak } from './soundFiles.ts'
import { basePlan } from './tweaks.ts'

type Column = { readonly label: string; readonly node: SchemaNode; readonly value: (row: number) => NestedValue }

function anyLeaf(rng: Rng, name: string): Column {
  const stored = storedAs(rng, name)
  const plain = rng.pick([5n, '12', 'text', Buffer.from('bytes'), true, 4_000_000_000n] as const)
  const nulls = rng.chance(0.3)
  return { label: stored.label, node: stored.node, value: row => (nulls && row % 2 === 0 ? null : stored.value(plain)) }
}

function nested(rng: Rng, name: string, depth: number): Column {
  if (depth === 0 || rng.chance(0.3)) return anyLeaf(rng, name)
  const inner = nested(rng, rng.pick(['element', 'a', '', 'x.y']), depth - 1)
  const kind = rng.below(5)
  const optional = rng.pick([REQUIRED, OPTIONAL])
  if (kind === 0) return { label: `list<${inner.label}>`, node: listOf(name, inner.node), value: row => (row % 3 === 2 ? null : listValue([inner.value(row), inner.value(row + 1)].slice(0, row % 3))) }
  if (kind === 1) return { label: `struct<${inner.label}>`, node: group(name, [inner.node, leaf('b', 'INT32')], { repetition: optional }), value: row => [inner.value(row), row] }
  if (kind === 2) {
    const entries = group('key_value', [leaf('key', 'BYTE_ARRAY', { repetition: REQUIRED, converted: CONVERTED.UTF8 }), { ...inner.node, name: 'value' }], { repetition: REPEATED })
    return { label: `map<${inner.label}>`, node: group(name, [entries], { converted: CONVERTED.MAP, logical: LOGICAL.map }), value: row => [[[Buffer.from(`k${row}`), inner.value(row)]]] }
  }
  if (kind === 3) return { label: `repeated group<${inner.label}>`, node: group(name, [inner.node], { repetition: REPEATED }), value: row => [[inner.value(row)], [inner.value(row + 1)]] }
  return { label: `group of none beside <${inner.label}>`, node: group(name, [inner.node, group('empty', [])]), value: row => [inner.value(row), []] }
} // biome-ignore format: one choice each

const NAMES = [
  'note',
  'Chrom',
  'START_BP',
  'chrom ',
  'chrom.list',
  '',
  'embedding',
  'chrom',
  'window_hash',
  '__index_level_0__',
  'ẞ',
  '\u0000',
  'a.b'
]

function extraTweak(rng: Rng): Tweak<FilePlan> {
  const name = rng.chance(0.5) ? 'note' : rng.pick(NAMES)
  const column = nested(rng, name, rng.pick([0, 0, 1, 1, 2, 4]))
  const at = rng.below(14)
  const dictionary = rng.chance(0.2)
  const raw = rng.chance(0.03) ? Buffer.from([0xff, 0xfe, 0x80]) : null
  return {
    name: `a column ${raw === null ? JSON.stringify(name) : 'without a readable name'} of ${column.label} at ${at}`,
    apply: plan => {
      const values = Array.from({ length: plan.rows }, (_, row) => column.value(row))
      plan.columns.splice(at, 0, { node: { ...column.node, name: raw ?? name }, values, chunk: defaultChunk({ dictionary }) })
    }
  }
}

/** A column of any type with damaged pages. geno_lewm reads all columns, so it matters. */
function damagedTweak(rng: Rng): Tweak<FilePlan> {
  const damage = rng.pick(['zeros', 'random', 'missing', 'codec LZO', 'cut off'] as const)
  const column = anyLeaf(rng, 'note')
  const bytes = rng.bytes(4000)
  return {
    name: `a column of ${column.label}, its pages ${damage}`,
    apply: plan => {
      const chunk = defaultChunk({ codec: damage === 'codec LZO' ? 'LZO' : 'ZSTD' })
      chunk.pageEdits = [
        pages => {
          if (damage === 'missing') pages.splice(0)
          for (const page of pages) {
            if (damage === 'zeros') page.body = Buffer.alloc(page.body.length)
            if (damage === 'random') page.body = bytes.subarray(0, page.body.length)
            if (damage === 'cut off') page.body = page.body.subarray(0, page.body.length >> 1)
          }
        }
      ]
      plan.columns.push({ node: column.node, values: Array.from({ length: plan.rows }, (_, row) => column.value(row)), chunk })
    }
  }
}

function columnsTweak(rng: Rng): Tweak<FilePlan> {
  const name = rng.pick(COLUMN_NAMES)
  const count = rng.pick([20, 260, 300])
  return rng.pick<Tweak<FilePlan>>([
    { name: `no ${name}`, apply: plan => void plan.columns.splice(plan.columns.indexOf(columnOf(plan, name)), 1) },
    { name: `${name} in capitals`, apply: plan => void Object.assign(columnOf(plan, name).node, { name: name.toUpperCase() }) },
    { name: `${name} twice`, apply: plan => void plan.columns.push({ ...columnOf(plan, name) }) },
    {
      name: `${count} more columns`,
      apply: plan => {
        const values = Array.from({ length: plan.rows }, (_, row) => row)
        for (let i = 0; i < count; i++) plan.columns.push({ node: leaf(`x${i}`, 'INT32'), values, chunk: defaultChunk() })
      }
    },
    {
      name: `a group around ${name}`,
      apply: plan => {
        const column = columnOf(plan, name)
        column.values = column.values.map(value => [value])
        column.node = group(name, [column.node])
      }
    }
  ])
}

export const otherColumns: CaseKind = {
  name: 'columns',
  weight: 8,
  draft: (rng, workshop) => {
    const start = basePlan(rng, rng.between(1, 9))
    const draw = rng.pick([extraTweak, extraTweak, extraTweak, extraTweak, damagedTweak, columnsTweak])
    const tweaks = Array.from({ length: rng.pick([1, 1, 2]) }, () => draw(rng))
    const after = rng.chance(0.3) ? [rng.chance(0.3) ? oddPageTweak(rng) : soundTweak(rng, workshop)] : []
    return tweaked('a shard of the maker', start, [...tweaks, ...after], makeParquet)
  }
}
