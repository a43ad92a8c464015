/** The pages of one column chunk, built according to its plan. */
import { crc32 } from 'node:zlib'
import { compressAs } from './codecs.ts'
import { canEncode, ENCODING_CODES, encodePlain, encodeValues, type LeafValue, type Physical, plainValue } from './encodings.ts'
import { bitWidthFor, encodeRuns, packBitsFromTop, withLength } from './hybrid.ts'
import type { ChunkPlan, PlannedPage } from './plan.ts'
import type { LeafData } from './schema.ts'
import { chunkStatistics } from './statistics.ts'
import { bool, i32, struct, type TValue } from './thriftTree.ts'

const DATA_PAGE = 0
const DICTIONARY_PAGE = 2
const DATA_PAGE_V2 = 3

/** The slots of a chunk from `from` to `to`. */
export function sliceLeaf(leaf: LeafData, from: number, to: number): LeafData {
  const isValue = (definition: number): boolean => definition === leaf.maxDefinition
  const before = leaf.definition.slice(0, from).filter(isValue).length
  const definition = leaf.definition.slice(from, to)
  const values = leaf.values.slice(before, before + definition.filter(isValue).length)
  return { ...leaf, repetition: leaf.repetition.slice(from, to), definition, values }
}

export function buildPages(leaf: LeafData, plan: ChunkPlan): PlannedPage[] {
  const type = leaf.node.type ?? 'BYTE_ARRAY'
  const pages: PlannedPage[] = []
  const dictionary = plan.dictionary && (type !== 'BOOLEAN' || plan.anyEncoding) ? new Dictionary(type) : null
  const slots = leaf.definition.length
  const ends: number[] = []
  for (let at = 0; at < slots || (at === 0 && slots === 0); at = ends.at(-1) ?? slots) {
    if (slots === 0) break
    let end = Math.min(slots, at + Math.max(1, plan.pageSlots))
    // Pages of version 2 begin and end with a row.
    while ((plan.v2 || plan.pageIndex) && end < slots && leaf.repetition[end] !== 0) end++
    ends.push(end)
  }
  const parts = ends.map((end, i) => sliceLeaf(leaf, ends[i - 1] ?? 0, end))
  const coded = parts.map((part, i) => (dictionary !== null && i < plan.dictionaryPages ? dictionary.codes(part.values) : null))
  if (dictionary !== null && parts.length > 0) pages.push(dictionaryPage(dictionary.values, type, plan))
  for (const [i, part] of parts.entries()) {
    const codes = coded[i] ?? null
    const values = codes === null ? valueBody(type, part.values, plan) : indexBody(codes, dictionary?.values.length ?? 0, plan)
    const own = canEncode(plan.encoding, type) || plan.anyEncoding ? plan.encoding : 'PLAIN'
    const encoding = codes === null ? own : plan.oldDictionaryName ? 'PLAIN_DICTIONARY' : 'RLE_DICTIONARY'
    const body = Buffer.concat([values, plan.spare])
    pages.push(plan.v2 ? pageV2(part, body, ENCODING_CODES[encoding], plan) : pageV1(part, body, ENCODING_CODES[encoding], plan))
  }
  return pages
}

class Dictionary {
  readonly values: LeafValue[] = []
  private readonly known = new Map<string, number>()
  private readonly type: Physical

  constructor(type: Physical) {
    this.type = type
  }

  codes(values: readonly LeafValue[]): number[] {
    return values.map(value => {
      const id = Buffer.from(plainValue(this.type, value)).toString('latin1')
      const code = this.known.get(id) ?? this.values.length
      if (code === this.values.length) {
        this.known.set(id, code)
        this.values.push(value)
      }
      return code
    })
  }
}

function valueBody(type: Physical, values: readonly LeafValue[], plan: ChunkPlan): Uint8Array {
  const written = canEncode(plan.encoding, type) ? plan.encoding : 'PLAIN'
  return encodeValues(written, type, values, { delta: plan.delta, runs: plan.valueRuns })
}

function indexBody(codes: readonly number[], entries: number, plan: ChunkPlan): Uint8Array {
  const width = Math.min(32, bitWidthFor(entries - 1) + plan.extraIndexBits)
  return Buffer.concat([Uint8Array.of(width), encodeRuns(codes, width, plan.indexRuns)])
}

function dictionaryPage(values: readonly LeafValue[], type: Physical, plan: ChunkPlan): PlannedPage {
  const raw = encodePlain(type, values)
  const encoding = plan.oldDictionaryName ? ENCODING_CODES.PLAIN_DICTIONARY : ENCODING_CODES.PLAIN
  const body = compressAs(plan.codec, plan.codecStyle, raw)
  const header = struct([1, i32(values.length)], [2, i32(encoding)], [3, undefined])
  return finish('dictionary', DICTIONARY_PAGE, [7, header], raw.length, body, plan, 0, 0)
}

function levels(values: readonly number[], max: number, plan: ChunkPlan): Uint8Array {
  const width = bitWidthFor(max)
  return plan.bitPackedLevels && !plan.v2 ? packBitsFromTop(values, width) : encodeRuns(values, width, plan.levelRuns)
}

function pageV1(part: LeafData, values: Uint8Array, encoding: number, plan: ChunkPlan): PlannedPage {
  const level = (some: readonly number[], max: number): Uint8Array => {
    if (max === 0) return new Uint8Array(0)
    const bytes = levels(some, max, plan)
    return plan.bitPackedLevels ? bytes : withLength(bytes)
  }
  const raw = Buffer.concat([level(part.repetition, part.maxRepetition), level(part.definition, part.maxDefinition), values])
  const levelEncoding = i32(plan.bitPackedLevels ? ENCODING_CODES.BIT_PACKED : ENCODING_CODES.RLE)
  const header = struct(
    [1, i32(part.definition.length)],
    [2, i32(encoding)],
    [3, levelEncoding],
    [4, levelEncoding],
    [5, plan.pageStatistics ? chunkStatistics(part) : undefined]
  )
  const body = compressAs(plan.codec, plan.codecStyle, raw)
  return finish('data', DATA_PAGE, [5, header], raw.length, body, plan, part.definition.length, rowsIn(part))
}

function pageV2(part: LeafData, values: Uint8Array, encoding: number, plan: ChunkPlan): PlannedPage {
  const repetition = part.maxRepetition === 0 ? new Uint8Array(0) : levels(part.repetition, part.maxRepetition, plan)
  const definition = part.maxDefinition === 0 ? new Uint8Array(0) : levels(part.definition, part.maxDefinition, plan)
  const compressed = plan.isCompressed === false ? values : compressAs(plan.codec, plan.codecStyle, values)
  const header = struct(
    [1, i32(part.definition.length)],
    [2, i32(part.definition.length - part.values.length)],
    [3, i32(rowsIn(part))],
    [4, i32(encoding)],
    [5, i32(definition.length)],
    [6, i32(repetition.length)],
    [7, plan.isCompressed === null ? undefined : bool(plan.isCompressed)],
    [8, plan.pageStatistics ? chunkStatistics(part) : undefined]
  )
  const uncompressed = repetition.length + definition.length + values.length
  const body = Buffer.concat([repetition, definition, compressed])
  return finish('data', DATA_PAGE_V2, [8, header], uncompressed, body, plan, part.definition.length, rowsIn(part))
}

function rowsIn({ repetition }: LeafData): number {
  return repetition.filter(level => level === 0).length
}

function finish(
  kind: PlannedPage['kind'],
  type: number,
  own: readonly [number, TValue],
  uncompressed: number,
  body: Uint8Array,
  plan: ChunkPlan,
  slots: number,
  rows: number
): PlannedPage {
  const checksum = plan.checksum === 'none' ? undefined : i32((crc32(body) ^ (plan.checksum === 'wrong' ? 1 : 0)) | 0)
  const header = struct([1, i32(type)], [2, i32(uncompressed)], [3, i32(body.length)], [4, checksum], own)
  return { kind, header, body, slots, rows }
}
