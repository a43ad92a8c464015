/**
 * Shards built page by page, so that a test can falsify any part: the caller sets the contents of each page header, chunk and footer, and
 * everything else is a valid shard of layout 1.
 */
import { createHash } from 'node:crypto'
import { brotliCompressSync, gzipSync, zstdCompressSync } from 'node:zlib'
import { CODECS, type Codec, ENCODINGS, type Encoding } from '../../src/main/core/parquet/footer/footer.ts'
import { PHYSICAL_TYPES, type PhysicalType } from '../../src/main/core/parquet/schema/logicalType.ts'
import { type Field, writeThriftStruct } from '../../src/main/core/parquet/thrift/thriftWriter.ts'

/** A page: its header as Thrift fields, and the bytes that follow it. */
export type HandmadePage = { readonly header: readonly Field[]; readonly body: Uint8Array; readonly dictionary?: boolean }

export type HandmadeChunk = {
  readonly codec: Codec
  readonly pages: readonly HandmadePage[]
  /** `num_values` in the footer. */
  readonly values: number
}

export type HandmadeColumn = {
  readonly name: string
  readonly physicalType: PhysicalType
  readonly width?: number
  readonly text?: boolean
  readonly list?: boolean
  readonly chunk: HandmadeChunk
}

/** The value of every row of a handmade shard in a column, as PLAIN bytes. */
const CONSTANTS: readonly { name: string; physicalType: PhysicalType; width?: number; text?: boolean; value: Uint8Array }[] = [
  { name: 'chrom', physicalType: 'BYTE_ARRAY', text: true, value: plainText('1') },
  { name: 'start_bp', physicalType: 'INT64', value: int64(0n) },
  { name: 'end_bp', physicalType: 'INT64', value: int64(12288n) },
  { name: 'window_hash', physicalType: 'FIXED_LEN_BYTE_ARRAY', width: 32, value: sha('window') },
  { name: 'encoder_hash', physicalType: 'FIXED_LEN_BYTE_ARRAY', width: 32, value: sha('encoder') },
  { name: 'state_layer', physicalType: 'INT32', value: int32(5) },
  { name: 'pool_type', physicalType: 'BYTE_ARRAY', text: true, value: plainText('centered_mean') },
  { name: 'pool_radius', physicalType: 'INT32', value: int32(8) },
  { name: 'dtype', physicalType: 'BYTE_ARRAY', text: true, value: plainText('fp16') },
  { name: 'untargeted', physicalType: 'BOOLEAN', value: Uint8Array.of(0) },
  { name: 'created_at', physicalType: 'INT64', value: int64(1_700_000_000_000_000_000n) },
  { name: 'schema_version', physicalType: 'BYTE_ARRAY', text: true, value: plainText('1.0.0') }
]

/** The path of a handmade shard, for the values above. */
export const HANDMADE_PATH = 'embeddings/handmade/5/centered_mean_8/chr1_0.parquet'

/**
 * A shard of `rows` rows with the same key, each with an embedding of two values. Everything named in `changes` is replaced.
 * @param rows any number, because constant columns need only a dictionary of one value and a run
 */
export function handmadeShard(
  rows: number,
  changes: Readonly<Record<string, Partial<HandmadeColumn> & { readonly chunk: HandmadeChunk }>> = {},
  footer: { readonly rows?: number; readonly extra?: readonly Field[] } = {}
): Uint8Array {
  const columns: HandmadeColumn[] = CONSTANTS.map(column => ({ ...column, chunk: constantChunk(column.value, column.physicalType, rows) }))
  columns.push({ name: 'embedding', physicalType: 'FIXED_LEN_BYTE_ARRAY', width: 2, list: true, chunk: embeddingChunk(rows) })
  return handmadeParquet(
    rows,
    columns.map(column => ({ ...column, ...changes[column.name] })),
    footer
  )
}

/** Eight rows. `start_bp` is encoded as a run of a billion values. Readers with limits use the first eight. */
export function endlessRunShard(): Uint8Array {
  const codes = Uint8Array.from([1, ...varint(2 ** 31 - 2), 0])
  return codedShard(dataPage('UNCOMPRESSED', 8, 'RLE_DICTIONARY', codes))
}

/** Eight rows. `start_bp` is encoded as a run of twenty values. GenoLeWM and the first reader use eight of them, hyparquet uses all. */
export function ambiguousShard(): Uint8Array {
  return codedShard(dataPage('UNCOMPRESSED', 8, 'RLE_DICTIONARY', Uint8Array.from([1, ...varint(40), 0])))
}

/** Eight rows. `start_bp` is one page of codes of a dictionary of one value. */
export function codedShard(page: HandmadePage): Uint8Array {
  const pages = [dictionaryPage('UNCOMPRESSED', 1, new Uint8Array(8)), page]
  return handmadeShard(8, { start_bp: { chunk: { codec: 'UNCOMPRESSED', values: 8, pages } } })
}

/** A file with one row group of these columns. */
function handmadeParquet(
  rows: number,
  columns: readonly HandmadeColumn[],
  footer: { readonly rows?: number; readonly extra?: readonly Field[] } = {}
): Uint8Array {
  const pieces: Uint8Array[] = [Buffer.from('PAR1')]
  let offset = 4
  const chunks = columns.map((column): readonly Field[] => {
    const start = offset
    let data = 0
    for (const page of column.chunk.pages) {
      const header = writeThriftStruct(page.header)
      if (page.dictionary !== true && data === 0) data = offset
      pieces.push(header, page.body)
      offset += header.length + page.body.length
    }
    const hasDictionary = column.chunk.pages.some(page => page.dictionary)
    const meta: Field[] = [
      [1, PHYSICAL_TYPES.indexOf(column.physicalType)],
      [2, { list: [0] }],
      [3, { list: pathOf(column) }],
      [4, CODECS.indexOf(column.chunk.codec)],
      [5, { i64: column.chunk.values }],
      [6, { i64: offset - start }],
      [7, { i64: offset - start }],
      [9, { i64: data || start }],
      [11, hasDictionary ? { i64: start } : undefined]
    ]
    return [
      [2, { i64: 0 }],
      [3, { struct: meta }]
    ]
  })
  const bytes = writeThriftStruct([
    [1, 2],
    [
      2,
      {
        list: [
          {
            struct: [
              [4, 'schema'],
              [5, columns.length]
            ]
          },
          ...columns.flatMap(schemaOf)
        ]
      }
    ],
    [3, { i64: footer.rows ?? rows }],
    [
      4,
      {
        list: [
          {
            struct: [
              [1, { list: chunks.map(struct => ({ struct })) }],
              [2, { i64: offset }],
              [3, { i64: rows }]
            ]
          }
        ]
      }
    ],
    ...(footer.extra ?? [])
  ])
  return Buffer.concat([...pieces, withTail(bytes)])
}

/** A footer with its length and the magic. */
export function withTail(footer: Uint8Array): Uint8Array {
  const tail = Buffer.alloc(8)
  tail.writeUInt32LE(footer.length)
  tail.write('PAR1', 4)
  return Buffer.concat([footer, tail])
}

function pathOf(column: HandmadeColumn): string[] {
  return column.list === true ? [column.name, 'list', 'element'] : [column.name]
}

const CONVERTED_LIST = 3

function schemaOf(column: HandmadeColumn): { struct: readonly Field[] }[] {
  const { name, physicalType, width, text, list } = column
  const half = list === true && width === 2
  const leaf = (leafName: string, repetition: number): { struct: readonly Field[] } => ({
    struct: [
      [1, PHYSICAL_TYPES.indexOf(physicalType)],
      [2, width],
      [3, repetition],
      [4, leafName],
      [6, text === true ? 0 : undefined],
      [10, half ? { struct: [[15, { struct: [] }]] } : undefined]
    ]
  })
  if (list !== true) return [leaf(name, 0)]

  return [
    {
      struct: [
        [3, 1],
        [4, name],
        [5, 1],
        [6, CONVERTED_LIST]
      ]
    },
    {
      struct: [
        [3, 2],
        [4, 'list'],
        [5, 1]
      ]
    },
    leaf('element', 1)
  ]
}

/** One value for all rows. */
function constantChunk(value: Uint8Array, physicalType: PhysicalType, rows: number): HandmadeChunk {
  if (physicalType === 'BOOLEAN') {
    const bits = new Uint8Array(Math.ceil(rows / 8))
    return { codec: 'ZSTD', values: rows, pages: [dataPage('ZSTD', rows, 'PLAIN', bits)] }
  }
  const pages = [dictionaryPage('UNCOMPRESSED', 1, value), dataPage('UNCOMPRESSED', rows, 'RLE_DICTIONARY', oneIndex(rows))]
  return { codec: 'UNCOMPRESSED', values: rows, pages }
}

/** A page whose values are all the first one of the dictionary. */
export function oneIndex(count: number): Uint8Array {
  return Uint8Array.from([1, ...varint(count * 2), 0])
}

/** Two float16 values a row, 1 and 2. */
function embeddingChunk(rows: number): HandmadeChunk {
  const repetition = Uint8Array.from({ length: rows * 2 }, (_, i) => i % 2)
  const values = new Uint8Array(Uint16Array.from(repetition, second => (second === 0 ? 0x3c00 : 0x4000)).buffer)
  const body = Buffer.concat([prefixed(packed(repetition, 1)), prefixed(run(rows * 2, 3, 2)), values])
  return { codec: 'ZSTD', values: rows * 2, pages: [dataPage('ZSTD', rows * 2, 'PLAIN', body)] }
}

/** A list page: levels in runs, then values. */
export function listBody(repetition: Uint8Array, definition: Uint8Array, values: Uint8Array): Uint8Array {
  return Buffer.concat([prefixed(repetition), prefixed(definition), values])
}

/** A data page (v1). `claims` replaces fields of its header. */
export function dataPage(
  codec: Codec,
  count: number,
  encoding: Encoding,
  raw: Uint8Array,
  claims: { readonly uncompressed?: number; readonly compressed?: number; readonly count?: number } = {}
): HandmadePage {
  const body = compress(codec, raw)
  const RLE = ENCODINGS.indexOf('RLE')
  return {
    body,
    header: [
      [1, 0],
      [2, claims.uncompressed ?? raw.length],
      [3, claims.compressed ?? body.length],
      [
        5,
        {
          struct: [
            [1, claims.count ?? count],
            [2, ENCODINGS.indexOf(encoding)],
            [3, RLE],
            [4, RLE]
          ]
        }
      ]
    ]
  }
}

/** A dictionary page. `claims` replaces fields of its header. */
export function dictionaryPage(
  codec: Codec,
  count: number,
  raw: Uint8Array,
  claims: { readonly uncompressed?: number } = {}
): HandmadePage {
  const body = compress(codec, raw)
  const struct: Field[] = [
    [1, count],
    [2, 0]
  ]
  return {
    dictionary: true,
    body,
    header: [
      [1, 2],
      [2, claims.uncompressed ?? raw.length],
      [3, body.length],
      [7, { struct }]
    ]
  }
}

/** Compresses in the simplest form of the codec. */
function compress(codec: Codec, raw: Uint8Array): Uint8Array {
  switch (codec) {
    case 'ZSTD':
      return zstdCompressSync(raw)
    case 'GZIP':
      return gzipSync(raw)
    case 'BROTLI':
      return brotliCompressSync(raw)
    case 'SNAPPY':
      return snappyLiterals(raw)
    case 'LZ4_RAW':
      return lz4Literals(raw)
    case 'LZ4':
      return Buffer.concat([uint32be(raw.length), uint32be(lz4Literals(raw).length), lz4Literals(raw)])
    default:
      return raw
  }
}

/** A Snappy block of a single literal. */
export function snappyLiterals(raw: Uint8Array): Uint8Array {
  const length = Buffer.alloc(4)
  length.writeUInt32LE(Math.max(raw.length - 1, 0))
  const literal = raw.length === 0 ? [] : [Uint8Array.of(63 << 2), length, raw]
  return Buffer.concat([Uint8Array.from(varint(raw.length)), ...literal])
}

/** An LZ4 block of one sequence without a copy. */
export function lz4Literals(raw: Uint8Array): Uint8Array {
  if (raw.length < 15) return Buffer.concat([Uint8Array.of(raw.length << 4), raw])
  const rest = raw.length - 15
  const length = [...new Array<number>(Math.floor(rest / 255)).fill(255), rest % 255]
  return Buffer.concat([Uint8Array.of(0xf0, ...length), raw])
}

/** A run of the hybrid encoding. */
export function run(length: number, value: number, bitWidth: number): Uint8Array {
  return Uint8Array.from([...varint(length * 2), ...new Array<number>((bitWidth + 7) >> 3).fill(value)])
}

/** A bit-packed run of the hybrid encoding. */
export function packed(values: Uint8Array, bitWidth: number): Uint8Array {
  const groups = Math.ceil(values.length / 8)
  const bytes = new Uint8Array(groups * bitWidth)
  for (const [i, value] of values.entries()) {
    for (let b = 0; b < bitWidth; b++) {
      const bit = i * bitWidth + b
      bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) | (((value >> b) & 1) << (bit & 7))
    }
  }
  return Buffer.concat([Uint8Array.from(varint(groups * 2 + 1)), bytes])
}

function prefixed(bytes: Uint8Array): Uint8Array {
  const length = Buffer.alloc(4)
  length.writeUInt32LE(bytes.length)
  return Buffer.concat([length, bytes])
}

export function varint(value: number): number[] {
  const out: number[] = []
  let rest = value
  for (; rest > 127; rest = Math.floor(rest / 128)) out.push((rest % 128) | 128)
  return [...out, rest]
}

export function plainText(text: string): Uint8Array {
  return prefixed(Buffer.from(text))
}

export function int64(value: bigint): Uint8Array {
  const bytes = Buffer.alloc(8)
  bytes.writeBigInt64LE(value)
  return bytes
}

function int32(value: number): Uint8Array {
  const bytes = Buffer.alloc(4)
  bytes.writeInt32LE(value)
  return bytes
}

function uint32be(value: number): Uint8Array {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}

export function sha(text: string): Uint8Array {
  return createHash('sha256').update(text).digest()
}
