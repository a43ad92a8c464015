/** Single errors in a Thrift struct: fields that are missing, duplicated, unknown, of another wire type or with another value. */
import type { Tweak } from '../cases.ts'
import { i8, i16, i32, i64, list, struct, type TStruct, type TValue, WIRE } from '../maker/thriftTree.ts'
import { Rng } from '../rng.ts'

/** A location in a tree: one field of a struct. */
type Place = { readonly parent: TStruct; readonly at: number; readonly path: string }

/** Every field of a struct and of all below it. Only a few elements of long lists. */
function places(root: TStruct, path: string): Place[] {
  return root.v.flatMap((field, at): Place[] => {
    const own = { parent: root, at, path: `${path}.${field.id}` }
    return [own, ...below(field.value, own.path)]
  })
}

function below(value: TValue, path: string): Place[] {
  if (value.t === 'struct') return places(value, path)
  if (value.t === 'list' || value.t === 'set') return value.v.flatMap((each, i) => below(each, `${path}[${i}]`))
  return []
}

const NUMBERS = [
  0n,
  1n,
  -1n,
  2n,
  3n,
  4n,
  7n,
  127n,
  -128n,
  255n,
  32_767n,
  65_536n,
  2_147_483_647n,
  -2_147_483_648n,
  2n ** 40n,
  2n ** 63n - 1n
]

/** Values of every wire type. The first ones are invalid everywhere. */
function anyValue(rng: Rng): TValue {
  const number = rng.pick([0, 1, 2, 3, 8, 100])
  return rng.pick<() => TValue>([
    () => ({ t: 'bool', v: rng.chance(0.5) }),
    () => i8(number),
    () => i16(number),
    () => i32(number),
    () => i64(number),
    () => ({ t: 'double', v: rng.bytes(8) }),
    () => ({ t: 'binary', v: Buffer.from(rng.pick(['', 'x', 'list', 'ÿ', '\u0000'])) }),
    () => ({ t: 'binary', v: Uint8Array.of(0xff, 0xfe) }),
    () => ({ t: 'uuid', v: rng.bytes(16) }),
    () => list([i32(number), i32(1)]),
    () => list([], rng.pick([0, 1, 5, 8, 12, 13, 14])),
    () => ({ t: 'set', wire: WIRE.BINARY, v: [{ t: 'binary', v: Buffer.from('s') }] }),
    () => ({ t: 'map', key: WIRE.I32, value: WIRE.BINARY, v: [[i32(1), { t: 'binary', v: Buffer.from('v') }]] }),
    () => ({ t: 'map', key: WIRE.I32, value: WIRE.I32, v: [] }),
    () => struct([1, i32(number)], [2, struct()]),
    () => struct(),
    () => ({ t: 'raw', wire: rng.pick([0, 14, 15]), v: rng.bytes(2) })
  ])()
}

/** The same number with another wire type. */
function otherWire(value: TValue, rng: Rng): TValue {
  if (value.t === 'i8' || value.t === 'i16' || value.t === 'i32' || value.t === 'i64') {
    const number = Number(value.v)
    return rng.pick([i8, i16, i32, i64, (v: number): TValue => ({ t: 'bool', v: v === 1 })])(number)
  }
  if (value.t === 'list') return { ...value, t: 'set' }
  return anyValue(rng)
}

function otherValue(value: TValue, rng: Rng): TValue {
  switch (value.t) {
    case 'bool':
      return { t: 'bool', v: !value.v }
    case 'i8':
      return i8(rng.pick([0, 1, 7, 8, 16, 32, 64, -1]))
    case 'i16':
    case 'i32':
    case 'i64':
      return { t: value.t, v: rng.chance(0.4) ? value.v + rng.pick([1n, -1n, 2n]) : rng.pick(NUMBERS) }
    case 'binary': {
      const bytes = Buffer.from(value.v)
      if (bytes.length > 0 && rng.chance(0.5)) {
        const at = rng.below(bytes.length)
        bytes[at] = (bytes[at] ?? 0) ^ (1 << rng.below(8))
        return { t: 'binary', v: bytes }
      }
      return { t: 'binary', v: rng.pick([Buffer.alloc(0), Buffer.concat([bytes, Buffer.from('x')]), bytes.subarray(0, -1), rng.bytes(4)]) }
    }
    case 'list': {
      const v = [...value.v]
      const at = rng.below(v.length)
      return rng.pick<() => TValue>([
        () => ({ ...value, v: v.filter((_, i) => i !== at) }),
        () => ({ ...value, v: v.flatMap((each, i) => (i === at ? [each, each] : [each])) }),
        () => ({ ...value, claimed: v.length + rng.pick([1, -1, 100, 14, 1_000_000]) }),
        () => ({ ...value, wire: rng.pick([0, 1, 2, 3, 5, 6, 8, 12, 13]) }),
        () => ({ ...value, v: v.toReversed() }),
        () => ({ ...value, v: [] })
      ])()
    }
    default:
      return anyValue(rng)
  }
}

const FAULTS = [
  ['drop', 1],
  ['wire', 3],
  ['value', 3],
  ['any', 1],
  ['double', 1],
  ['double other', 1],
  ['unknown', 2],
  ['long', 0.5],
  ['order', 0.5],
  ['inside', 1],
  ['unended', 0.2]
] as const

/**
 * One error in a tree. The same error applies to the same location of every tree of one form.
 * @param under only locations whose path begins with this. A path consists of field ids and list positions, like `.4[0].1[2].3.9`
 */
export function thriftFault(rng: Rng, under = ''): Tweak<TStruct> {
  const seed = rng.next()
  let said = `thrift fault ${seed}`
  return {
    get name() {
      return said
    },
    apply: root => {
      const own = new Rng(`fault ${seed}`)
      const all = places(root, '').filter(({ path }) => path.startsWith(under))
      // Most fields are deeply nested, so a field near the root is chosen half of the time.
      const shallow = all.filter(({ path }) => path.split('.').length <= 3)
      const from = own.chance(0.5) && shallow.length > 0 ? shallow : all
      if (from.length === 0) return
      const place = own.pick(from)
      const kind = own.weighted(FAULTS.map(([name, weight]) => [weight, name] as const))
      const before = show(place.parent.v[place.at]?.value)
      applyFault(kind, place, own)
      said = `${kind} at ${place.path}: ${before} now ${show(place.parent.v[place.at]?.value)}`
    }
  }
}

function show(value: TValue | undefined): string {
  if (value === undefined) return 'nothing'
  const text = JSON.stringify(value, (_, each) => {
    if (typeof each === 'bigint') return Number(each)
    return each instanceof Uint8Array ? Buffer.from(each).toString('latin1') : each
  })
  return text.length > 60 ? `${text.slice(0, 60)}…` : text
}

function applyFault(kind: (typeof FAULTS)[number][0], { parent, at }: Place, rng: Rng): void {
  const field = parent.v[at]
  if (field === undefined) return
  const replace = (value: TValue): void => {
    parent.v[at] = { ...field, value }
  }
  const steps: Record<typeof kind, () => void> = {
    drop: () => void parent.v.splice(at, 1),
    wire: () => replace(otherWire(field.value, rng)),
    value: () => replace(otherValue(field.value, rng)),
    any: () => replace(anyValue(rng)),
    double: () => void parent.v.splice(at, 0, { ...field }),
    'double other': () => {
      const value = rng.chance(0.5) ? otherValue(field.value, rng) : anyValue(rng)
      parent.v.splice(rng.chance(0.5) ? at : at + 1, 0, { id: field.id, value })
    },
    unknown: () => void parent.v.splice(at, 0, { id: rng.pick([99, 32_767, 20, -1, 0, -32_768, 15, 17, 200]), value: anyValue(rng) }),
    long: () => {
      parent.v[at] = { ...field, long: true }
    },
    order: () => void parent.v.reverse(),
    inside: () => insideOf(field.value, rng),
    unended: () => {
      parent.unended = true
    }
  }
  steps[kind]()
}

function insideOf(value: TValue, rng: Rng): void {
  if (value.t === 'struct') value.v.push({ id: rng.pick([50, 1, 2, 3, 4, 9]), value: anyValue(rng) })
}
