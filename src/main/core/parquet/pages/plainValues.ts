/**
 * Encoded values of one page as typed arrays, with one decoder for each physical encoding. Fixed-width values stay bytes until they are
 * displayed.
 */

import { counted } from '../../../../shared/text/numbers.ts'
import { limitsInForce, overLimit } from '../../limits/limits.ts'
import { ShardFault } from '../../limits/shardFault.ts'
import { DecodeError } from '../encodings/decodeError.ts'
import { decodeHybrid } from '../encodings/hybrid.ts'
import { ownMemory, type PageMemory } from '../file/pageMemory.ts'
import type { Encoding } from '../footer/rowGroups.ts'
import { type Leaf, widthOf } from '../schema/schemaTree.ts'
import { NotFast } from './notFast.ts'
import type { DictionaryPage } from './pages.ts'

/** Packed fixed-width values, little-endian. */
export type FixedValues = { readonly kind: 'fixed'; readonly width: number; readonly bytes: Uint8Array; readonly count: number }
/** Variable-length values, as views into the page. */
export type BinaryValues = { readonly kind: 'binary'; readonly values: Uint8Array[]; readonly count: number }
export type Values = FixedValues | BinaryValues

function bad(leaf: Leaf, message: string): ShardFault {
  return new ShardFault('bad_page', `a page of ${leaf.name}: ${message}`, { column: leaf.name })
}

/**
 * Decodes `count` values.
 * @param dictionary the chunk's dictionary, if it has one
 * @throws ShardFault `bad_page`, NotFast
 */
export function decodeValues(leaf: Leaf, encoding: Encoding | null, body: Uint8Array, count: number, dictionary: Values | null): Values {
  try {
    switch (encoding) {
      case 'PLAIN':
        return decodePlain(leaf, body, count)
      case 'PLAIN_DICTIONARY':
      case 'RLE_DICTIONARY':
        return decodeDictionary(leaf, body, count, dictionary)
      case 'RLE':
        return decodeRleBooleans(leaf, body, count)
      case 'BYTE_STREAM_SPLIT':
        return decodeByteStreamSplit(leaf, body, count)
      default:
        throw new NotFast()
    }
  } catch (error) {
    if (error instanceof DecodeError) throw bad(leaf, error.message)
    throw error
  }
}

/**
 * The dictionary of a chunk.
 * @param before the dictionary that was already read
 * @throws ShardFault `bad_page`
 */
export function decodeDictionaryPage(leaf: Leaf, { body, count }: DictionaryPage, before: Values | null): Values {
  if (before !== null) throw bad(leaf, 'it is a second dictionary')
  if (leaf.physicalType === 'BOOLEAN') throw bad(leaf, 'a dictionary of booleans')
  return decodePlain(leaf, body, count)
}

function decodePlain(leaf: Leaf, body: Uint8Array, count: number): Values {
  if (leaf.physicalType === 'BYTE_ARRAY') return plainBinary(leaf, body, count)
  if (leaf.physicalType === 'BOOLEAN') {
    if (Math.ceil(count / 8) !== body.length) throw bad(leaf, counted`${body.length} bytes for ${count} booleans`)
    const bytes = new Uint8Array(count)
    for (let i = 0; i < count; i++) bytes[i] = ((body[i >>> 3] ?? 0) >>> (i & 7)) & 1
    return { kind: 'fixed', width: 1, bytes, count }
  }
  const width = widthOf(leaf)
  if (count * width !== body.length) throw bad(leaf, counted`${body.length} bytes for ${count} values of ${width} bytes`)
  return { kind: 'fixed', width, bytes: body, count }
}

function plainBinary(leaf: Leaf, body: Uint8Array, count: number): BinaryValues {
  if (count * 4 > body.length) throw bad(leaf, counted`${body.length} bytes for ${count} values`)
  checkTexts(leaf, count)
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength)
  const values: Uint8Array[] = []
  let position = 0
  for (let i = 0; i < count; i++) {
    if (position + 4 > body.length) throw bad(leaf, counted`it ends after ${i} of ${count} values`)
    const length = view.getUint32(position, true)
    if (length > body.length - position - 4) throw bad(leaf, counted`a value claims ${length} bytes`)
    values.push(body.subarray(position + 4, position + 4 + length))
    position += 4 + length
  }
  if (position !== body.length) throw bad(leaf, counted`${body.length - position} bytes follow its values`)
  return { kind: 'binary', values, count }
}

/** Each variable-length value costs an object. No writer makes a page with more values than the limit. */
function checkTexts(leaf: Leaf, count: number): void {
  const limits = limitsInForce()
  if (count > limits.texts) throw overLimit('texts', counted`a page of ${leaf.name} has ${count} texts`, limits, { column: leaf.name })
}

/** Whether a page's values are in its chunk's dictionary. */
export function isCoded(encoding: Encoding | null): boolean {
  return encoding === 'RLE_DICTIONARY' || encoding === 'PLAIN_DICTIONARY'
}

/** Values as positions in a dictionary. */
export type Codes = Uint16Array | Uint32Array

/**
 * The dictionary codes of a page. All of them are in range.
 * @throws ShardFault `bad_page`
 */
export function decodeCodes(leaf: Leaf, body: Uint8Array, count: number, dictionary: Values, memory: PageMemory = ownMemory): Codes {
  const bitWidth = body[0]
  if (bitWidth === undefined) {
    if (count > 0) throw bad(leaf, 'it ends before its values')
    return new Uint16Array(0)
  }
  const { buffer, byteOffset } = memory('codes', count * (bitWidth <= 16 ? 2 : 4))
  const codes = bitWidth <= 16 ? new Uint16Array(buffer, byteOffset, count) : new Uint32Array(buffer, byteOffset, count)
  let largest: number
  try {
    largest = decodeHybrid(body.subarray(1), bitWidth, count, codes)
  } catch (error) {
    throw error instanceof DecodeError ? bad(leaf, error.message) : error
  }
  if (count > 0 && largest >= dictionary.count) throw bad(leaf, counted`index ${largest} into a dictionary of ${dictionary.count} values`)
  return codes
}

function decodeDictionary(leaf: Leaf, body: Uint8Array, count: number, dictionary: Values | null): Values {
  if (dictionary === null) throw missingDictionary(leaf)
  const codes = decodeCodes(leaf, body, count, dictionary)
  if (dictionary.kind === 'binary') {
    const { values } = dictionary
    return { kind: 'binary', values: Array.from(codes, code => values[code] ?? EMPTY), count: codes.length }
  }
  const bytes = new Uint8Array(codes.length * dictionary.width)
  gather(dictionary, codes, bytes)
  return { kind: 'fixed', width: dictionary.width, bytes, count: codes.length }
}

export function missingDictionary(leaf: Leaf): ShardFault {
  return bad(leaf, 'it refers to a missing dictionary')
}

const EMPTY = new Uint8Array(0)

/** Writes `dictionary[codes[i]]` for each i to `out`, which must be aligned for any width. */
export function gather(dictionary: FixedValues, codes: Codes, out: Uint8Array): void {
  const { width } = dictionary
  const from = aligned(dictionary.bytes, Math.min(width, 4))
  if (width === 2) {
    const source = new Uint16Array(from.buffer, from.byteOffset, from.byteLength >> 1)
    const target = new Uint16Array(out.buffer, out.byteOffset, codes.length)
    for (let i = 0; i < codes.length; i++) target[i] = source[codes[i] ?? 0] ?? 0
  } else if (width % 4 === 0) {
    const source = new Uint32Array(from.buffer, from.byteOffset, from.byteLength >> 2)
    const target = new Uint32Array(out.buffer, out.byteOffset, out.byteLength >> 2)
    const words = width / 4
    for (let i = 0, at = 0; i < codes.length; i++) {
      const start = (codes[i] ?? 0) * words
      for (let word = 0; word < words; word++) target[at++] = source[start + word] ?? 0
    }
  } else {
    for (let i = 0; i < codes.length; i++) {
      const at = (codes[i] ?? 0) * width
      out.set(dictionary.bytes.subarray(at, at + width), i * width)
    }
  }
}

/** The same bytes at an address that is aligned for numbers of `width` bytes (1, 2, 4, 8), copied if necessary. */
export function aligned(bytes: Uint8Array, width: number, memory: PageMemory = ownMemory): Uint8Array {
  if (bytes.byteOffset % width === 0) return bytes
  const copy = memory('values', bytes.length)
  copy.set(bytes)
  return copy
}

function decodeRleBooleans(leaf: Leaf, body: Uint8Array, count: number): Values {
  if (leaf.physicalType !== 'BOOLEAN') throw bad(leaf, 'RLE is only for booleans')
  if (body.length < 4) throw bad(leaf, 'it ends before its values')
  const length = new DataView(body.buffer, body.byteOffset, 4).getUint32(0, true)
  if (length !== body.length - 4) throw bad(leaf, counted`its values claim ${length} bytes of ${body.length - 4}`)
  const bytes = new Uint8Array(count)
  if (decodeHybrid(body.subarray(4), 1, count, bytes) > 1) throw new NotFast()
  return { kind: 'fixed', width: 1, bytes, count }
}

function decodeByteStreamSplit(leaf: Leaf, body: Uint8Array, count: number): Values {
  const width = widthOf(leaf)
  if (width < 2 || leaf.physicalType === 'INT96') throw bad(leaf, `BYTE_STREAM_SPLIT of ${leaf.physicalType}`)
  if (count * width !== body.length) throw bad(leaf, counted`${body.length} bytes for ${count} values of ${width} bytes`)
  const bytes = new Uint8Array(count * width)
  for (let stream = 0; stream < width; stream++) {
    for (let i = stream * count, to = stream; to < bytes.length; i++, to += width) bytes[to] = body[i] ?? 0
  }
  return { kind: 'fixed', width, bytes, count }
}
