/**
 * The values of one page, read on demand with the rules of Arrow's decoders: bytes after the last value are ignored, and a missing value is
 * a fault. Source: Arrow C++, parquet/decoder.cc
 */

import { counted } from '../../../../shared/text/numbers.ts'
import { type Limits, overLimit } from '../../limits/limits.ts'
import { DecodeError } from '../encodings/decodeError.ts'
import { DeltaReader } from '../encodings/delta.ts'
import { HybridReader } from '../encodings/hybrid.ts'
import type { Encoding } from '../footer/rowGroups.ts'
import { type Leaf, widthOf } from '../schema/schemaTree.ts'

/** Packed values, or views of variable length. */
export type Dense =
  | { readonly kind: 'fixed'; readonly width: number; readonly bytes: Uint8Array }
  | { readonly kind: 'binary'; readonly values: readonly Uint8Array[] }

export type ValueReader = {
  /** @throws DecodeError if fewer values are left */
  take(count: number): Dense
  /** Number of bytes after the values that were read. */
  spareBytes(): number
}

/** The values of a chunk's dictionary. */
export type Dictionary = { readonly count: number; readonly dense: Dense }

/**
 * Decodes a dictionary, which is always PLAIN.
 * @throws DecodeError
 */
export function readDictionary(leaf: Leaf, body: Uint8Array, count: number, limits: Limits): Dictionary & { readonly spareBytes: number } {
  if (leaf.physicalType === 'BOOLEAN') throw new DecodeError('a dictionary of booleans')
  const reader = plainReader(leaf, body, count, limits)
  return { count, dense: reader.take(count), spareBytes: reader.spareBytes() }
}

/**
 * Opens the values of a page.
 * @param count slots of the page, including nulls
 * @throws DecodeError for an encoding that the type cannot have, or a damaged start, ShardFault `over_limit`
 */
export function valueReader(
  leaf: Leaf,
  encoding: Encoding | null,
  body: Uint8Array,
  count: number,
  dictionary: Dictionary | null,
  limits: Limits
): ValueReader {
  const type = leaf.physicalType
  switch (encoding) {
    case 'PLAIN':
      return plainReader(leaf, body, count, limits)
    case 'PLAIN_DICTIONARY':
    case 'RLE_DICTIONARY':
      if (dictionary === null) throw new DecodeError('it refers to a missing dictionary')
      return codedReader(leaf, body, count, dictionary, limits)
    case 'RLE':
      if (type === 'BOOLEAN') return runReader(body, count)
      break
    case 'BYTE_STREAM_SPLIT':
      if (type !== 'BOOLEAN' && type !== 'INT96' && type !== 'BYTE_ARRAY') return splitReader(widthOf(leaf), body, count)
      break
    case 'DELTA_BINARY_PACKED':
      if (type === 'INT32' || type === 'INT64') return deltaReader(type === 'INT32' ? 32 : 64, body)
      break
    case 'DELTA_LENGTH_BYTE_ARRAY':
      if (type === 'BYTE_ARRAY') return suffixReader(body, 0, limits, leaf)
      break
    case 'DELTA_BYTE_ARRAY':
      if (type === 'BYTE_ARRAY' || type === 'FIXED_LEN_BYTE_ARRAY') return prefixReader(leaf, body, limits)
      break
    default:
      break
  }
  throw new DecodeError(`${type} in ${encoding ?? 'an encoding that does not exist'}`)
}

function plainReader(leaf: Leaf, body: Uint8Array, count: number, limits: Limits): ValueReader {
  if (leaf.physicalType === 'BYTE_ARRAY') return plainBinary(leaf, body, limits)
  if (leaf.physicalType === 'BOOLEAN') return bitReader(body, count)
  const width = widthOf(leaf)
  let at = 0
  return {
    take: values => {
      const bytes = body.subarray(at, at + values * width)
      if (bytes.length < values * width) throw new DecodeError(`${body.length} bytes for ${count} values of ${width} bytes`)
      at += bytes.length
      return { kind: 'fixed', width, bytes }
    },
    spareBytes: () => body.length - at
  }
}

function bitReader(body: Uint8Array, count: number): ValueReader {
  let taken = 0
  return {
    take: values => {
      if (taken + values > body.length * 8) throw new DecodeError(`${body.length} bytes for ${count} booleans`)
      const bytes = new Uint8Array(values)
      for (let i = 0; i < values; i++) bytes[i] = ((body[(taken + i) >>> 3] ?? 0) >>> ((taken + i) & 7)) & 1
      taken += values
      return { kind: 'fixed', width: 1, bytes }
    },
    spareBytes: () => body.length - Math.ceil(taken / 8)
  }
}

/** Each variable-length value costs an object. */
function checkTexts(count: number, leaf: Leaf, limits: Limits): void {
  if (count > limits.texts) throw overLimit('texts', counted`a page of ${leaf.name} has ${count} texts`, limits, { column: leaf.name })
}

function plainBinary(leaf: Leaf, body: Uint8Array, limits: Limits): ValueReader {
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength)
  let at = 0
  return {
    take: count => {
      checkTexts(count, leaf, limits)
      const values: Uint8Array[] = []
      for (let i = 0; i < count; i++) {
        if (at + 4 > body.length) throw new DecodeError(`it ends after ${i} of ${count} values`)
        const length = view.getUint32(at, true)
        if (length > body.length - at - 4) throw new DecodeError(`a value claims ${length} bytes`)
        values.push(body.subarray(at + 4, at + 4 + length))
        at += 4 + length
      }
      return { kind: 'binary', values }
    },
    spareBytes: () => body.length - at
  }
}

function codedReader(leaf: Leaf, body: Uint8Array, count: number, dictionary: Dictionary, limits: Limits): ValueReader {
  const bitWidth = body[0] ?? 1
  if (bitWidth > 32) throw new DecodeError(`an index has ${bitWidth} bits`)
  const stream = new HybridReader(body.subarray(1), bitWidth)
  const { dense } = dictionary
  const isChecked = dense.kind === 'binary' || leaf.physicalType === 'FIXED_LEN_BYTE_ARRAY'
  let taken = 0
  return {
    take: values => {
      if (values > count - taken) throw new DecodeError(`the page holds ${count} values`)
      if (dense.kind === 'binary') checkTexts(values, leaf, limits)
      const codes = new Uint32Array(values)
      // Arrow checks the indices of fixed-width values in bulk, and those of variable-length values one by one.
      const read = isChecked ? stream.read(codes, 0, values) : stream.readIndices(codes, 0, values, dictionary.count)
      if (read < values) throw new DecodeError(`it ends after ${read} of ${values} values`)
      for (const code of codes) {
        if (code >= dictionary.count) throw new DecodeError(`index ${code} into a dictionary of ${dictionary.count} values`)
      }
      taken += values
      return lookUp(dense, codes, leaf, limits)
    },
    spareBytes: () => (body.length === 0 ? 0 : stream.spareBytes)
  }
}

const EMPTY = new Uint8Array(0)

function lookUp(dense: Dense, codes: Uint32Array, leaf: Leaf, limits: Limits): Dense {
  if (dense.kind === 'binary') return { kind: 'binary', values: Array.from(codes, code => dense.values[code] ?? EMPTY) }
  const { width } = dense
  checkBytes(codes.length * width, leaf, limits)
  const bytes = new Uint8Array(codes.length * width)
  for (const [i, code] of codes.entries()) bytes.set(dense.bytes.subarray(code * width, (code + 1) * width), i * width)
  return { kind: 'fixed', width, bytes }
}

/** @throws ShardFault if a column would exceed the memory limit */
export function checkBytes(bytes: number, leaf: Leaf, limits: Limits): void {
  if (bytes <= limits.columnBytes) return
  const { name: column } = leaf
  throw overLimit('columnBytes', counted`${column} takes ${bytes} bytes in a row group`, limits, { column })
}

function runReader(body: Uint8Array, count: number): ValueReader {
  if (body.length < 4) throw new DecodeError('it ends before its values')
  const length = new DataView(body.buffer, body.byteOffset, 4).getUint32(0, true)
  if (length > body.length - 4) throw new DecodeError(`its values claim ${length} bytes`)
  const stream = new HybridReader(body.subarray(4, 4 + length), 1)
  return {
    take: values => {
      const bytes = new Uint8Array(values)
      if (values > count || stream.read(bytes, 0, values) < values) throw new DecodeError('it ends before its values')
      // Only the lowest bit of a run's byte is used.
      for (const [i, byte] of bytes.entries()) bytes[i] = byte & 1
      return { kind: 'fixed', width: 1, bytes }
    },
    spareBytes: () => body.length - 4 - length + stream.spareBytes
  }
}

function splitReader(width: number, body: Uint8Array, count: number): ValueReader {
  if (count * width < body.length || body.length % width !== 0) {
    throw new DecodeError(`${body.length} bytes for ${count} values of ${width} bytes, split`)
  }
  const stride = body.length / width
  let taken = 0
  return {
    take: values => {
      if (values > stride - taken) throw new DecodeError(`${body.length} bytes for ${count} values of ${width} bytes, split`)
      const bytes = new Uint8Array(values * width)
      for (let stream = 0; stream < width; stream++) {
        for (let i = 0, to = stream; i < values; i++, to += width) bytes[to] = body[stream * stride + taken + i] ?? 0
      }
      taken += values
      return { kind: 'fixed', width, bytes }
    },
    spareBytes: () => (stride - taken) * width
  }
}

function deltaReader(bits: 32 | 64, body: Uint8Array): ValueReader {
  const stream = new DeltaReader(body, 0, bits)
  return {
    take: values => {
      const out = bits === 32 ? new Int32Array(values) : new BigInt64Array(values)
      if (stream.read(out) < values) throw new DecodeError(`there are ${stream.total} delta values, but more are required`)
      return { kind: 'fixed', width: bits / 8, bytes: new Uint8Array(out.buffer) }
    },
    spareBytes: () => body.length - stream.end
  }
}

/** All values of a stream of lengths. */
function readLengths(body: Uint8Array, offset: number, limits: Limits, leaf: Leaf): { readonly lengths: Int32Array; readonly end: number } {
  const stream = new DeltaReader(body, offset, 32)
  checkTexts(stream.total, leaf, limits)
  const lengths = new Int32Array(stream.total)
  stream.read(lengths)
  return { lengths, end: stream.end }
}

type SuffixReader = ValueReader & { next(count: number): Uint8Array[] }

/** Values after their lengths. */
function suffixReader(body: Uint8Array, offset: number, limits: Limits, leaf: Leaf): SuffixReader {
  const { lengths, end } = readLengths(body, offset, limits, leaf)
  let at = end
  let taken = 0
  const next = (count: number): Uint8Array[] => {
    if (count > lengths.length - taken) throw new DecodeError(`there are ${lengths.length} lengths, but more are required`)
    const values: Uint8Array[] = []
    for (let i = 0; i < count; i++) {
      const length = lengths[taken++] ?? 0
      if (length < 0 || length > body.length - at) throw new DecodeError(`a value claims ${length} bytes`)
      values.push(body.subarray(at, at + length))
      at += length
    }
    return values
  }
  return { next, take: count => ({ kind: 'binary', values: next(count) }), spareBytes: () => body.length - at }
}

/** Values that share a prefix with the previous one. */
function prefixReader(leaf: Leaf, body: Uint8Array, limits: Limits): ValueReader {
  const { lengths: prefixes, end } = readLengths(body, 0, limits, leaf)
  const suffixes = suffixReader(body, end, limits, leaf)
  let previous: Uint8Array = EMPTY
  let taken = 0
  let expanded = 0
  const one = (suffix: Uint8Array): Uint8Array => {
    const prefix = prefixes[taken++] ?? 0
    if (prefix < 0 || prefix > previous.length) throw new DecodeError(`value ${taken - 1} claims ${prefix} bytes of the previous one`)
    if (prefix === 0) previous = suffix
    else if (suffix.length === 0) previous = previous.subarray(0, prefix)
    else {
      expanded += prefix + suffix.length
      checkBytes(expanded, leaf, limits)
      previous = Buffer.concat([previous.subarray(0, prefix), suffix])
    }
    return previous
  }
  return {
    take: count => {
      if (count > prefixes.length - taken) throw new DecodeError(`there are ${prefixes.length} lengths, but more are required`)
      const values = suffixes.next(count).map(one)
      if (leaf.physicalType === 'BYTE_ARRAY') return { kind: 'binary', values }
      const misfit = values.find(value => value.length !== leaf.width)
      if (misfit !== undefined) throw new DecodeError(`a value of ${misfit.length} bytes in a column of ${leaf.width}`)
      checkBytes(count * leaf.width, leaf, limits)
      return { kind: 'fixed', width: leaf.width, bytes: Buffer.concat(values) }
    },
    spareBytes: () => suffixes.spareBytes()
  }
}
