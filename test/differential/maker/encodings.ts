/** The value encodings of Parquet, in a simple implementation. Source: https://github.com/apache/parquet-format/blob/master/Encodings.md */
import { encodeRuns, littleEndian, packBits, type RunStyle, withLength } from './hybrid.ts'
import { varint, zigZag } from './thriftTree.ts'

export const PHYSICAL = ['BOOLEAN', 'INT32', 'INT64', 'INT96', 'FLOAT', 'DOUBLE', 'BYTE_ARRAY', 'FIXED_LEN_BYTE_ARRAY'] as const
export type Physical = (typeof PHYSICAL)[number]

export const ENCODING_CODES = {
  PLAIN: 0,
  PLAIN_DICTIONARY: 2,
  RLE: 3,
  BIT_PACKED: 4,
  DELTA_BINARY_PACKED: 5,
  DELTA_LENGTH_BYTE_ARRAY: 6,
  DELTA_BYTE_ARRAY: 7,
  RLE_DICTIONARY: 8,
  BYTE_STREAM_SPLIT: 9
} as const
export type EncodingName = keyof typeof ENCODING_CODES

/** A value of a leaf: numbers for BOOLEAN to DOUBLE, bytes for the rest. */
export type LeafValue = boolean | number | bigint | Uint8Array

export type DeltaStyle = {
  /** Values of a block, a multiple of 128, and number of its miniblocks, each a multiple of 32 values. */
  readonly block: number
  readonly miniblocks: number
  /** Widths of miniblocks without values. */
  readonly unusedWidth?: number
}
const DELTA: DeltaStyle = { block: 128, miniblocks: 4 }

export function plainValue(type: Physical, value: LeafValue): Uint8Array {
  if (value instanceof Uint8Array) return type === 'BYTE_ARRAY' ? withLength(value) : value
  if (type === 'FLOAT' || type === 'DOUBLE') {
    const bytes = Buffer.alloc(type === 'FLOAT' ? 4 : 8)
    if (type === 'FLOAT') bytes.writeFloatLE(Number(value))
    else bytes.writeDoubleLE(Number(value))
    return bytes
  }
  return littleEndian(
    typeof value === 'boolean' ? Number(value) : typeof value === 'number' ? BigInt(Math.trunc(value)) : value,
    type === 'INT64' ? 8 : 4
  )
}

export function encodePlain(type: Physical, values: readonly LeafValue[]): Buffer {
  if (type === 'BOOLEAN')
    return packBits(
      values.map(value => (value ? 1n : 0n)),
      1
    )
  return Buffer.concat(values.map(value => plainValue(type, value)))
}

/** Whether an encoding can represent values of a type, by the specification. */
export function canEncode(encoding: EncodingName, type: Physical): boolean {
  switch (encoding) {
    case 'PLAIN':
      return true
    case 'PLAIN_DICTIONARY':
    case 'RLE_DICTIONARY':
      return type !== 'BOOLEAN'
    case 'RLE':
      return type === 'BOOLEAN'
    case 'DELTA_BINARY_PACKED':
      return type === 'INT32' || type === 'INT64'
    case 'DELTA_LENGTH_BYTE_ARRAY':
      return type === 'BYTE_ARRAY'
    case 'DELTA_BYTE_ARRAY':
      return type === 'BYTE_ARRAY' || type === 'FIXED_LEN_BYTE_ARRAY'
    case 'BYTE_STREAM_SPLIT':
      return type !== 'BOOLEAN' && type !== 'BYTE_ARRAY' && type !== 'INT96'
    default:
      return false
  }
}

/** Encodes a page's values in an encoding without a dictionary. */
export function encodeValues(
  encoding: EncodingName,
  type: Physical,
  values: readonly LeafValue[],
  style: { readonly delta?: DeltaStyle; readonly runs?: RunStyle } = {}
): Buffer {
  switch (encoding) {
    case 'RLE':
      return withLength(
        encodeRuns(
          values.map(value => (value ? 1 : 0)),
          1,
          style.runs
        )
      )
    case 'DELTA_BINARY_PACKED':
      return encodeDelta(values.map(asBigInt), type === 'INT64' ? 64 : 32, style.delta)
    case 'DELTA_LENGTH_BYTE_ARRAY':
      return deltaLengths(values.map(asBytes), style.delta)
    case 'DELTA_BYTE_ARRAY':
      return deltaStrings(values.map(asBytes), style.delta)
    case 'BYTE_STREAM_SPLIT':
      return splitStreams(type, values)
    default:
      return encodePlain(type, values)
  }
}

function asBigInt(value: LeafValue): bigint {
  if (value instanceof Uint8Array) throw new TypeError('bytes where whole numbers should be')
  return typeof value === 'bigint' ? value : BigInt(Math.trunc(Number(value)))
}

function asBytes(value: LeafValue): Uint8Array {
  if (!(value instanceof Uint8Array)) throw new TypeError('a number where bytes should be')
  return value
}

function encodeDelta(values: readonly bigint[], bits: 32 | 64, { block, miniblocks, unusedWidth = 0 }: DeltaStyle = DELTA): Buffer {
  const out: Uint8Array[] = [
    varint(BigInt(block)),
    varint(BigInt(miniblocks)),
    varint(BigInt(values.length)),
    varint(zigZag(values[0] ?? 0n))
  ]
  const deltas = values.slice(1).map((value, i) => BigInt.asIntN(bits, value - (values[i] ?? 0n)))
  const size = Math.floor(block / miniblocks)
  for (let at = 0; at < deltas.length; at += block) {
    const those = deltas.slice(at, at + block)
    const least = those.toSorted(ascending)[0] ?? 0n
    const offsets = those.map(delta => BigInt.asUintN(bits, delta - least))
    const packed: Uint8Array[] = []
    const widths = Array.from({ length: miniblocks }, (_, m) => {
      const mini = offsets.slice(m * size, (m + 1) * size)
      if (mini.length === 0) return unusedWidth
      const greatest = mini.toSorted(ascending).at(-1) ?? 0n
      const needed = greatest === 0n ? 0 : greatest.toString(2).length
      packed.push(packBits([...mini, ...new Array<bigint>(size - mini.length).fill(0n)], needed))
      return needed
    })
    out.push(varint(zigZag(least)), Uint8Array.from(widths), ...packed)
  }
  return Buffer.concat(out)
}

function ascending(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0
}

function deltaLengths(values: readonly Uint8Array[], style?: DeltaStyle): Buffer {
  return Buffer.concat([
    encodeDelta(
      values.map(value => BigInt(value.length)),
      32,
      style
    ),
    ...values
  ])
}

function deltaStrings(values: readonly Uint8Array[], style?: DeltaStyle): Buffer {
  const prefixes = values.map((value, i) => {
    const before = values[i - 1] ?? new Uint8Array(0)
    let same = 0
    while (same < before.length && same < value.length && before[same] === value[same]) same++
    return same
  })
  const suffixes = values.map((value, i) => value.subarray(prefixes[i]))
  return Buffer.concat([encodeDelta(prefixes.map(BigInt), 32, style), deltaLengths(suffixes, style)])
}

function splitStreams(type: Physical, values: readonly LeafValue[]): Buffer {
  const plain = values.map(value => plainValue(type, value))
  const width = plain[0]?.length ?? 0
  return Buffer.concat(Array.from({ length: width }, (_, at) => Uint8Array.from(plain, bytes => bytes[at] ?? 0)))
}
