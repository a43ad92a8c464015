/** Every form of a column of lists: three levels, two, one, old and new names, intermediate groups, maps, other number types. */
import { type CaseKind, type Tweak, tweaked } from '../cases.ts'
import type { LeafValue } from '../maker/encodings.ts'
import { makeParquet } from '../maker/parquetMaker.ts'
import { defaultChunk, type FilePlan } from '../maker/plan.ts'
import { CONVERTED, group, LOGICAL, leaf, type NestedValue, OPTIONAL, REPEATED, REQUIRED, type SchemaNode } from '../maker/schema.ts'
import { columnOf, halfBytes, modelRows, shardPlan } from '../maker/shardPlan.ts'
import type { Rng } from '../rng.ts'
import { soundTweak } from './soundFiles.ts'

type Element = {
  readonly label: string
  readonly node: (name: string, repetition: number) => SchemaNode
  readonly value: (value: number) => NestedValue
}

const element = (label: string, type: SchemaNode['type'], more: Partial<SchemaNode>, value: (value: number) => LeafValue): Element => ({
  label,
  node: (name, repetition) => ({ name, repetition, type, children: [], ...more }),
  value
})

const HALF = element('float16', 'FIXED_LEN_BYTE_ARRAY', { length: 2, logical: LOGICAL.float16 }, halfBytes)
const FLOAT = element('float', 'FLOAT', {}, value => value)

const ELEMENTS: readonly Element[] = [
  HALF,
  FLOAT,
  element('double', 'DOUBLE', {}, value => value / 3),
  element('int8', 'INT32', { converted: CONVERTED.INT_8 }, value => Math.round(value)),
  element('int32', 'INT32', {}, value => Math.round(value * 256)),
  element('int64', 'INT64', {}, value => BigInt(Math.round(value * 2 ** 60))),
  element('uint64', 'INT64', { logical: LOGICAL.integer(64, false) }, value => BigInt.asIntN(64, BigInt(Math.round(value * 2 ** 60)))),
  element('uint32', 'INT32', { converted: CONVERTED.UINT_32 }, value => Math.round(value * 256)),
  element('boolean', 'BOOLEAN', {}, value => value > 0),
  element('decimal', 'INT32', { converted: CONVERTED.DECIMAL, scale: 2, precision: 9 }, value => Math.round(value * 100)),
  element('text', 'BYTE_ARRAY', { converted: CONVERTED.UTF8 }, value => Buffer.from(` ${value}`)),
  element('text nan', 'BYTE_ARRAY', { converted: CONVERTED.UTF8 }, value => Buffer.from(value > 0 ? 'NaN' : '-Infinity')),
  element('bytes', 'BYTE_ARRAY', {}, value => Buffer.from(String(value))),
  element('two bytes', 'FIXED_LEN_BYTE_ARRAY', { length: 2 }, halfBytes),
  element('float16 of four bytes', 'FIXED_LEN_BYTE_ARRAY', { length: 4, logical: LOGICAL.float16 }, value => Buffer.concat([halfBytes(value), halfBytes(value)])),
  element('timestamp', 'INT64', { logical: LOGICAL.timestamp(true, 2) }, value => BigInt(Math.round(value * 1000))),
  element('nulls', 'INT32', { logical: LOGICAL.unknown }, () => 0)
] // biome-ignore format: a table

type Form = { readonly label: string; readonly node: SchemaNode; readonly value: (values: readonly NestedValue[]) => NestedValue }

const NAMES = ['list', 'bag', 'array', 'embedding_tuple', 'element', 'item', 'list_tuple', '', 'key_value', 'x'] as const

function formOf(rng: Rng, one: Element): Form {
  const [outer, middle, inner] = [rng.pick(NAMES), rng.pick(NAMES), rng.pick([REQUIRED, OPTIONAL, OPTIONAL])]
  const listForm = rng.below(3)
  const marked = { converted: listForm === 1 ? undefined : CONVERTED.LIST, logical: listForm === 2 ? undefined : LOGICAL.list }
  const repetition = rng.pick([REQUIRED, OPTIONAL, OPTIONAL])
  const top = (label: string, children: SchemaNode[], more: Partial<SchemaNode>): { label: string; node: SchemaNode } => ({
    label,
    node: group('embedding', children, { repetition, ...more })
  })
  const names = `${JSON.stringify(outer)}, ${JSON.stringify(middle)}`
  const nested = (values: readonly NestedValue[]): NestedValue => [values.map(value => [value])]
  const flat = (values: readonly NestedValue[]): NestedValue => [values]
  return rng.pick<() => Form>([
    () => ({ ...top(`three levels, ${names}`, [group(outer, [one.node(middle, inner)], { repetition: REPEATED })], marked), value: nested }),
    () => ({ ...top(`three levels, ${names}`, [group(outer, [one.node(middle, inner)], { repetition: REPEATED })], marked), value: nested }),
    () => ({ ...top(`two levels, ${names}`, [one.node(outer, REPEATED)], marked), value: flat }),
    () => ({ ...top('two levels without a mark', [one.node(outer, REPEATED)], {}), value: flat }),
    () => ({ label: 'one level', node: { ...one.node('embedding', REPEATED) }, value: values => values }),
    () => ({ label: 'one level, marked', node: { ...one.node('embedding', REPEATED), converted: CONVERTED.LIST }, value: values => values }),
    () => ({ ...top(`three levels without a mark, ${names}`, [group(outer, [one.node(middle, inner)], { repetition: REPEATED })], {}), value: nested }),
    () => ({
      ...top(`groups of two, ${names}`, [group(outer, [one.node('a', inner), one.node('b', inner)], { repetition: REPEATED })], marked),
      value: values => [values.map(value => [value, value])]
    }),
    () => ({
      ...top(`a map, ${names}`, [group(outer, [one.node('key', REQUIRED), one.node('value', OPTIONAL)], { repetition: REPEATED })], { converted: CONVERTED.MAP, logical: LOGICAL.map }),
      value: values => [values.map(value => [value, value])]
    }),
    () => ({
      ...top(`lists of lists, ${names}`, [group(outer, [group('inner', [group('list', [one.node('element', inner)], { repetition: REPEATED })], marked)], { repetition: REPEATED })], marked),
      value: values => [values.map(value => [[[[value]]]])]
    }),
    () => ({
      ...top('a repeated list', [group(outer, [one.node(middle, inner)], { repetition: REPEATED })], { ...marked, repetition: REPEATED }),
      value: values => [[values.map(value => [value])]]
    }),
    () => ({
      ...top('a list that is not repeated', [group(outer, [one.node(middle, inner)], { repetition: OPTIONAL })], marked),
      value: values => [[values[0] ?? null]]
    }),
    () => ({
      ...top('two fields in a list', [group(outer, [one.node(middle, inner)], { repetition: REPEATED }), leaf('other', 'INT32')], marked),
      value: values => [values.map(value => [value]), 1]
    }),
    () => ({ ...top('digits as fields', [one.node('1', inner), one.node('2', inner)], {}), value: values => [values[0] ?? null, values[0] ?? null] }),
    () => ({ label: 'one value', node: { ...one.node('embedding', inner) }, value: values => values[0] ?? null }),
    () => ({ label: 'a text', node: leaf('embedding', 'BYTE_ARRAY', { converted: CONVERTED.UTF8 }), value: values => Buffer.from(String(values.length)) }),
    () => ({ label: 'bytes', node: leaf('embedding', 'BYTE_ARRAY'), value: values => Buffer.from(values.map((_, i) => i * 3)) })
  ])() // biome-ignore format: one choice each
}

function formTweak(rng: Rng): Tweak<FilePlan> {
  const one = rng.chance(0.6) ? rng.pick([HALF, FLOAT]) : rng.pick(ELEMENTS)
  const form = formOf(rng, one)
  const odd = rng.pick(['', '', '', '', 'a null list', 'an empty list', 'a null element'] as const)
  const set = { dictionary: rng.chance(0.2), v2: rng.chance(0.3), pageSlots: rng.chance(0.3) ? 3 : Number.POSITIVE_INFINITY }
  return {
    name: `embedding as ${form.label}, ${one.label}${odd && `, ${odd}`}${set.dictionary ? ', a dictionary' : ''}`,
    apply: plan => {
      const column = columnOf(plan, 'embedding')
      column.values = column.values.map((value, row) => {
        const float16s = Array.isArray(value) && Array.isArray(value[0]) ? value[0].map(each => (Array.isArray(each) ? each[0] : null)) : []
        const numbers = float16s.map(each => (each instanceof Uint8Array ? one.value(halfValue(each)) : null))
        if (row === 0 && odd === 'a null list') return form.node.repetition === OPTIONAL ? null : form.value([])
        if (row === 0 && odd === 'an empty list') return form.value([])
        if (row === 0 && odd === 'a null element') return form.value([...numbers, null])
        return form.value(numbers)
      })
      column.node = form.node
      column.chunk = defaultChunk({ ...set, codec: column.chunk.codec })
    }
  }
}

/** Values of the model are multiples of 1/256 below 4 and of 1/8 beyond, which is exact in 16 bits. */
function halfValue(bytes: Uint8Array): number {
  const bits = (bytes[0] ?? 0) | ((bytes[1] ?? 0) << 8)
  const [sign, exponent, fraction] = [bits >> 15 ? -1 : 1, (bits >> 10) & 31, bits & 1023]
  return sign * (exponent === 0 ? fraction * 2 ** -24 : (1 + fraction / 1024) * 2 ** (exponent - 15))
}

export const embeddingForms: CaseKind = {
  name: 'lists',
  weight: 8,
  draft: (rng, workshop) => {
    const rows = modelRows(rng, rng.between(1, 7))
    const after = rng.chance(0.3) ? [soundTweak(rng, workshop)] : []
    return tweaked('a shard of the maker', () => shardPlan(rows), [formTweak(rng), ...after], makeParquet)
  }
}
