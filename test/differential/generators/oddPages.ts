/** Pages that no usual writer produces: extra bytes, unusual runs and frames, inconsistent claims, unexpected page types. */
import { type CaseKind, type Tweak, tweaked } from '../cases.ts'
import { CODEC_CODES, CODEC_STYLES, type CodecName } from '../maker/codecs.ts'
import { ENCODING_CODES, type EncodingName } from '../maker/encodings.ts'
import type { RunStyle } from '../maker/hybrid.ts'
import { makeParquet } from '../maker/parquetMaker.ts'
import type { ChunkPlan, FilePlan, PlannedPage } from '../maker/plan.ts'
import { i32, setField, struct, structOf, type TStruct, type TValue } from '../maker/thriftTree.ts'
import type { Rng } from '../rng.ts'
import { soundTweak } from './soundFiles.ts'
import { basePlan, chunkTweak, someColumns } from './tweaks.ts'

type Choice = readonly [name: string, set: Partial<ChunkPlan>]
type PageEdit = (pages: PlannedPage[]) => void

const edit = (name: string, change: PageEdit, more: Partial<ChunkPlan> = {}): Choice => [name, { ...more, pageEdits: [change] }]

/** The specific part of a page header: of data pages v1 and v2, of dictionaries. */
function ownHeader(page: PlannedPage): TStruct | undefined {
  return structOf(page.header, 5) ?? structOf(page.header, 8) ?? structOf(page.header, 7)
}

function codecChoice(rng: Rng): Choice {
  const codecs: readonly CodecName[] = [
    'UNCOMPRESSED',
    'SNAPPY',
    'GZIP',
    'GZIP',
    'BROTLI',
    'LZ4',
    'LZ4',
    'ZSTD',
    'ZSTD',
    'ZSTD',
    'LZ4_RAW',
    'LZO'
  ]
  const codec = rng.pick(codecs)
  const style = rng.pick(CODEC_STYLES[codec])
  return [`${codec} ${style}`, { codec, codecStyle: style }]
}

function runStyle(rng: Rng): RunStyle {
  return {
    shape: rng.pick(['packed', 'runs', 'mixed', 'pieces']),
    emptyRuns: rng.chance(0.2),
    beyond: rng.chance(0.4) ? rng.pick([1, 7, 8, 100]) : 0,
    spare: rng.chance(0.4) ? rng.pick([Buffer.alloc(1), Buffer.alloc(8), rng.bytes(3), Buffer.alloc(100, 255)]) : undefined,
    lengthBytes: rng.chance(0.2) ? rng.pick([2, 4, 5, 6, 9]) : undefined
  }
}

const runText = ({ shape, emptyRuns, beyond, spare, lengthBytes }: RunStyle): string =>
  `${shape}${emptyRuns ? ', empty runs' : ''}${beyond ? `, ${beyond} beyond` : ''}${spare ? `, ${spare.length} spare` : ''}${lengthBytes ? `, lengths of ${lengthBytes} bytes` : ''}`

function valueChoice(rng: Rng): Choice {
  const runs = runStyle(rng)
  const bits = rng.pick([1, 3, 8, 16, 24, 31, 32])
  const delta = {
    block: rng.pick([128, 128, 256, 1024, 131_072, 100, 32, 0, 64]),
    miniblocks: rng.pick([1, 2, 4, 8, 3, 0]),
    unusedWidth: rng.pick([0, 0, 7, 64, 65, 255])
  }
  const safe = delta.miniblocks === 0 || delta.block === 0 ? { block: 128, miniblocks: 4, unusedWidth: delta.unusedWidth } : delta
  const encoding = rng.pick<EncodingName>(['RLE', 'BIT_PACKED', 'DELTA_BINARY_PACKED', 'DELTA_LENGTH_BYTE_ARRAY', 'DELTA_BYTE_ARRAY', 'BYTE_STREAM_SPLIT', 'PLAIN_DICTIONARY']) // biome-ignore format: one line
  const spare = rng.pick([Buffer.alloc(1), Buffer.alloc(16, 1), rng.bytes(5), Buffer.alloc(1000)])
  return rng.pick<Choice>([
    [`levels: ${runText(runs)}`, { levelRuns: runs }],
    [`indices: ${runText(runs)}`, { dictionary: true, indexRuns: runs }],
    [`booleans as RLE: ${runText(runs)}`, { encoding: 'RLE', valueRuns: runs }],
    [`${bits} more bits of index`, { dictionary: true, extraIndexBits: bits }],
    [
      `delta blocks of ${safe.block} in ${safe.miniblocks}, unused ones ${safe.unusedWidth} wide`,
      { encoding: 'DELTA_BINARY_PACKED', delta: safe }
    ],
    [`delta lengths in blocks of ${safe.block} in ${safe.miniblocks}`, { encoding: 'DELTA_LENGTH_BYTE_ARRAY', delta: safe }],
    [`delta texts in blocks of ${safe.block} in ${safe.miniblocks}`, { encoding: 'DELTA_BYTE_ARRAY', delta: safe }],
    ['levels bit-packed', { bitPackedLevels: true, v2: false }],
    [`${encoding} for any type`, { encoding, anyEncoding: true }],
    ['a dictionary of booleans', { dictionary: true, anyEncoding: true }],
    [`${spare.length} bytes after the values`, { spare }],
    ['a wrong checksum', { checksum: 'wrong' }]
  ])
}

function claim(rng: Rng, id: number, where: 'header' | 'own', name: string): Choice {
  const by = rng.pick([1, -1, 7, -1000, 1000, -2_000_000_000])
  const absolute = rng.chance(0.3) ? rng.pick([0, -1, 2_147_483_647]) : null
  const at = rng.below(4)
  return edit(`${name} of page ${at} ${absolute === null ? `off by ${by}` : `is ${absolute}`}`, pages => {
    const page = pages[Math.min(at, pages.length - 1)]
    const target = page === undefined ? undefined : where === 'header' ? page.header : ownHeader(page)
    const value = target?.v.find(field => field.id === id)?.value
    if (target !== undefined && value?.t === 'i32') setField(target, id, i32(absolute ?? Number(value.v) + by))
  })
}

function claimChoice(rng: Rng): Choice {
  const v2 = { v2: true }
  const withV2 = ([name, set]: Choice): Choice => [name, { ...set, ...v2 }]
  const encoding = rng.pick(Object.values(ENCODING_CODES))
  return rng.pick<() => Choice>([
    () => claim(rng, 2, 'header', 'the uncompressed size'),
    () => claim(rng, 3, 'header', 'the compressed size'),
    () => claim(rng, 1, 'own', 'the count'),
    () => withV2(claim(rng, 2, 'own', 'the nulls')),
    () => withV2(claim(rng, 3, 'own', 'the rows')),
    () => withV2(claim(rng, 5, 'own', 'the bytes of definition levels')),
    () => withV2(claim(rng, 6, 'own', 'the bytes of repetition levels')),
    () =>
      edit(`encoding ${encoding} claimed`, pages => {
        for (const page of pages) {
          const own = ownHeader(page)
          if (page.kind === 'data' && own !== undefined) setField(own, page.header.v.some(({ id }) => id === 8) ? 4 : 2, i32(encoding))
        }
      }),
    () => ['compressed, although its codec is none', { v2: true, isCompressed: true, codec: 'UNCOMPRESSED' }],
    () =>
      edit(`levels claimed as encoding ${encoding}`, pages => {
        for (const page of pages) {
          const own = structOf(page.header, 5)
          if (own === undefined) continue
          setField(own, 3, i32(encoding))
          setField(own, 4, i32(encoding))
        }
      })
  ])()
}

const pageHeader = (type: number, size: number, id: number, own: TStruct): TStruct =>
  struct([1, i32(type)], [2, i32(size)], [3, i32(size)], [id, own])

/** A page without values, with a body that contains levels or nothing. */
function emptyPage(v2: boolean, body: Uint8Array): PlannedPage {
  const v1Header = struct([1, i32(0)], [2, i32(0)], [3, i32(3)], [4, i32(3)])
  const v2Header = struct([1, i32(0)], [2, i32(0)], [3, i32(0)], [4, i32(0)], [5, i32(0)], [6, i32(0)])
  const header = v2 ? pageHeader(3, body.length, 8, v2Header) : pageHeader(0, body.length, 5, v1Header)
  return { kind: 'data', header, body, slots: 0, rows: 0 }
}

const raw = (bytes: Uint8Array): PlannedPage => ({
  kind: 'other',
  header: { t: 'struct', v: [], unended: true },
  body: bytes,
  slots: 0,
  rows: 0
})

function pageChoice(rng: Rng): Choice {
  const v2 = rng.chance(0.5)
  const body = rng.pick([Buffer.alloc(0), Buffer.alloc(8), Buffer.alloc(4), Buffer.from([2, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0])])
  const place = rng.below(4)
  const codec = rng.pick(['UNCOMPRESSED', 'UNCOMPRESSED', 'ZSTD'] as const)
  const insert = (name: string, page: () => PlannedPage, more: Partial<ChunkPlan> = {}): Choice =>
    edit(`${name} at ${place}`, pages => void pages.splice(Math.min(place, pages.length), 0, page()), more)
  const type = rng.pick([1, 4, 5, 100, -1])
  const spare = rng.bytes(rng.between(1, 20))
  return rng.pick<Choice>([
    insert(`an empty page v${v2 ? 2 : 1} with ${body.length} bytes`, () => emptyPage(v2, body), { v2, codec }),
    insert(`an empty page v${v2 ? 2 : 1} with ${body.length} bytes`, () => emptyPage(v2, body), { v2, codec, pageSlots: 2 }),
    insert(`a page of type ${type}`, () => ({ ...raw(Buffer.from('page')), header: struct([1, i32(type)], [2, i32(4)], [3, i32(4)]) })),
    insert('an index page', () => ({ ...raw(Buffer.alloc(0)), header: struct([1, i32(1)], [2, i32(0)], [3, i32(0)], [6, struct()]) })),
    insert('spare bytes', () => raw(spare)),
    edit('its last page twice', pages => void pages.push(...pages.slice(-1))),
    edit('its first page missing', pages => void pages.shift()),
    edit('its last page missing', pages => void pages.pop()),
    edit('its first page missing, with a dictionary', pages => void pages.shift(), { dictionary: true }),
    edit('no pages', pages => void pages.splice(0)),
    edit('pages in reverse', pages => void pages.reverse(), { pageSlots: 2 }),
    edit('its dictionary last', pages => void pages.push(...pages.splice(0, 1)), { dictionary: true }),
    edit('its dictionary twice', pages => void pages.unshift(...pages.slice(0, 1)), { dictionary: true }),
    edit('a dictionary that no page uses', pages => {
      const header = pageHeader(2, 0, 7, struct([1, i32(0)], [2, i32(0)]))
      pages.unshift({ kind: 'dictionary', header, body: Buffer.alloc(0), slots: 0, rows: 0 })
    }, { codec: 'UNCOMPRESSED' }),
    dictionaryHeader(rng)
  ]) // biome-ignore format: one choice each
}

function dictionaryHeader(rng: Rng): Choice {
  const [id, value] = rng.pick<readonly [number, TValue | undefined]>([
    [1, i32(0)],
    [1, i32(1)],
    [1, i32(1000)],
    [1, i32(-1)],
    [1, undefined],
    [2, undefined],
    [2, i32(2)],
    [2, i32(3)],
    [2, i32(8)],
    [2, i32(99)],
    [3, { t: 'bool', v: true }],
    [3, { t: 'bool', v: false }]
  ])
  const said = value === undefined ? 'missing' : JSON.stringify(value.v, (_, each) => (typeof each === 'bigint' ? String(each) : each))
  return edit(`field ${id} of its dictionary is ${said}`, pages => {
    const own = pages[0] === undefined ? undefined : structOf(pages[0].header, 7)
    if (own !== undefined) setField(own, id, value)
  }, { dictionary: true }) // biome-ignore format: one line
}

/** The footer's claims about a chunk: inconsistent sizes, offsets and counts. */
function metaChoice(rng: Rng): Choice {
  const [id, name] = rng.pick([[5, 'num_values'], [6, 'total_uncompressed_size'], [7, 'total_compressed_size'], [9, 'data_page_offset'], [10, 'index_page_offset'], [11, 'dictionary_page_offset']] as const) // biome-ignore format: a table
  const by = rng.pick([1, -1, 13, -13, 200, -200, 1_000_000])
  const absolute = rng.chance(0.4) ? rng.pick([0, -1, 4, 1, undefined]) : null
  const dictionary = rng.chance(0.5)
  return [
    `${name} ${absolute === null ? `off by ${by}` : `is ${absolute}`}${dictionary ? ', with a dictionary' : ''}`,
    {
      dictionary,
      metaEdits: [
        meta => {
          const value = meta.v.find(field => field.id === id)?.value
          const number = value?.t === 'i64' ? Number(value.v) : 0
          setField(meta, id, absolute === undefined ? undefined : { t: 'i64', v: BigInt(absolute ?? number + by) })
        }
      ]
    }
  ]
}

function chunkEdit(rng: Rng): Choice {
  const codec = rng.pick([...Object.values(CODEC_CODES), 8, 99, -1])
  const encodings = rng.pick<TValue | undefined>([undefined, { t: 'list', wire: 5, v: [] }, { t: 'list', wire: 5, v: [i32(99)] }, { t: 'list', wire: 5, v: [i32(7)] }]) // biome-ignore format: one line
  const path = rng.pick<TValue | undefined>([undefined, { t: 'list', wire: 8, v: [] }, { t: 'list', wire: 8, v: [{ t: 'binary', v: Buffer.from('other') }] }]) // biome-ignore format: one line
  const type = rng.below(9)
  const file = Buffer.from(rng.pick(['', 'other.parquet']))
  return rng.pick<Choice>([
    [`codec ${codec} claimed`, { metaEdits: [meta => setField(meta, 4, i32(codec))] }],
    ['other encodings claimed', { metaEdits: [meta => setField(meta, 2, encodings)] }],
    ['another path_in_schema', { metaEdits: [meta => setField(meta, 3, path)] }],
    [`physical type ${type} claimed`, { metaEdits: [meta => setField(meta, 1, i32(type))] }],
    [`file_path "${file}"`, { metaEdits: [(_, column) => setField(column, 1, { t: 'binary', v: file })] }],
    ['another file_offset', { metaEdits: [(_, column) => setField(column, 2, { t: 'i64', v: -5n })] }],
    ['no file_offset', { metaEdits: [(_, column) => setField(column, 2, undefined)] }],
    ['no metadata', { metaEdits: [(_, column) => setField(column, 3, undefined)] }]
  ])
}

export function oddPageTweak(rng: Rng): Tweak<FilePlan> {
  const draw = rng.pick([
    codecChoice,
    codecChoice,
    valueChoice,
    valueChoice,
    valueChoice,
    claimChoice,
    pageChoice,
    pageChoice,
    metaChoice,
    chunkEdit
  ])
  const [name, set] = draw(rng)
  return chunkTweak(name, someColumns(rng), set)
}

export const oddPages: CaseKind = {
  name: 'pages',
  weight: 16,
  draft: (rng, workshop) => {
    const start = basePlan(rng)
    const before = Array.from({ length: rng.below(3) }, () => soundTweak(rng, workshop))
    const tweaks = Array.from({ length: rng.pick([1, 1, 1, 2]) }, () => oddPageTweak(rng))
    return tweaked('a shard of the maker', start, [...before, ...tweaks], makeParquet)
  }
}
