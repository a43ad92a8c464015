/** Thrift's compact protocol: written and read back, hostile bytes refused within bounds, footers as another reader sees them. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { parquetMetadata } from 'hyparquet'
import { describe, expect, test } from 'vitest'
import { readFooter } from '../../../src/main/core/parquet/footer.ts'
import { DEFAULT_LIMITS } from '../../../src/main/core/parquet/limits.ts'
import { ShardFault } from '../../../src/main/core/parquet/shardFault.ts'
import { openShardFile } from '../../../src/main/core/parquet/shardFile.ts'
import {
  intField,
  readThriftStruct,
  ThriftError,
  type ThriftStruct,
  type ThriftValue
} from '../../../src/main/core/parquet/thriftReader.ts'
import { type Field, type FieldValue, writeThriftStruct } from '../../../src/main/core/parquet/thriftWriter.ts'
import { referenceCache } from '../../support/reference.ts'
import { shardsOf } from '../cacheFiles.ts'
import { varint } from '../handmadeShard.ts'

/** A value to be written, and how it should read. */
type Pair = { readonly write: FieldValue; readonly read: ThriftValue }

const { struct: anyStruct } = fc.letrec<{ value: Pair; struct: Pair & { readonly fields: readonly Field[] } }>(tie => ({
  value: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    fc.boolean().map(value => ({ write: value, read: value })),
    fc.integer().map(value => ({ write: value, read: value })),
    fc.integer({ min: -128, max: 127 }).map(value => ({ write: { i8: value }, read: value })),
    fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(value => ({ write: { i64: value }, read: numberOrBig(value) })),
    fc.uint8Array({ maxLength: 40 }).map(value => ({ write: value, read: value })),
    fc.array(fc.integer(), { maxLength: 40 }).map(values => ({ write: { list: values }, read: values })),
    fc.array(fc.boolean(), { maxLength: 20 }).map(values => ({ write: { list: values }, read: values })),
    tie('struct'),
    fc.array(tie('struct'), { maxLength: 20 }).map(pairs => ({ write: { list: pairs.map(p => p.write) }, read: pairs.map(p => p.read) }))
  ),
  struct: fc
    .uniqueArray(fc.tuple(fc.integer({ min: 1, max: 200 }), tie('value')), { selector: ([id]) => id, maxLength: 8 })
    .map(pairs => pairs.sort(([a], [b]) => a - b))
    .map(pairs => {
      const fields = pairs.map(([id, { write }]): Field => [id, write])
      return { fields, write: { struct: fields }, read: { fields: new Map(pairs.map(([id, { read }]) => [id, read])) } }
    })
}))

function numberOrBig(value: bigint): number | bigint {
  return BigInt.asIntN(64, BigInt(Number(value))) === value && Number.isSafeInteger(Number(value)) ? Number(value) : value
}

/** Plain data, so that bytes compare as bytes. */
function plain(value: ThriftValue): unknown {
  if (value instanceof Uint8Array) return { bytes: Buffer.from(value).toString('hex') }
  if (Array.isArray(value)) return value.map(plain)
  return typeof value === 'object' ? { struct: [...value.fields].map(([id, field]) => [id, plain(field)]) } : value
}

const read = (bytes: Uint8Array): ThriftStruct => readThriftStruct(bytes, DEFAULT_LIMITS).struct

test('what is written is read', () => {
  fc.assert(
    fc.property(anyStruct, fc.uint8Array({ maxLength: 5 }), ({ fields, read: expected }, behind) => {
      const bytes = writeThriftStruct(fields)
      const { struct, length } = readThriftStruct(Buffer.concat([bytes, behind]), DEFAULT_LIMITS)
      expect(length).toBe(bytes.length)
      expect(plain(struct)).toEqual(plain(expected))
    }),
    { numRuns: 500 }
  )
})

describe('refused', () => {
  const nested = (opening: number, depth: number): Uint8Array =>
    Buffer.concat([new Uint8Array(depth).fill(opening), new Uint8Array(depth + 1)])
  test.each([
    ['nothing', []],
    ['a field without a value', [0x15]],
    ['a struct that never stops', [0x15, 2]],
    ['a list of two billion structs in five bytes', [0x19, 0xfc, ...varint(2 ** 31 - 1), 0]],
    ['a list longer than any length', [0x19, 0xfc, ...varint(2 ** 40), 0]],
    ['a text of two gigabytes', [0x18, ...varint(2 ** 31 - 1), 65]],
    ['a text of 2^63 bytes', [0x18, 255, 255, 255, 255, 255, 255, 255, 255, 255, 1]],
    ['a number of eleven bytes', [0x16, ...new Array<number>(11).fill(255)]],
    ['a double cut short', [0x17, 1, 2, 3]],
    ['a map', [0x1b, 0]],
    ['type 13', [0x1d, 0]],
    ['a field id below 0', [0x05, 1, 2, 0]],
    ['a field id beyond int16', [0x05, ...varint(2 ** 20), 2, 0]]
  ])('%s', (_, bytes) => {
    expect(() => read(Uint8Array.from(bytes))).toThrow(ThriftError)
  })

  test.each<[string, Uint8Array]>([
    ['100,000 structs inside each other', nested(0x1c, 100_000)],
    ['100,000 lists inside each other', Buffer.concat([Uint8Array.of(0x19), nested(0x19, 100_000)])]
  ])('%s', (_, bytes) => {
    expect(() => read(bytes)).toThrow('the limit is depth=16;')
  })

  test('more values than the limit, deeper than the limit', () => {
    const list = writeThriftStruct([[1, { list: new Array<number>(100).fill(7) }]])
    expect(() => readThriftStruct(list, { ...DEFAULT_LIMITS, thriftNodes: 100 })).toThrow('the limit is footer-values=100;')
    expect(readThriftStruct(list, { ...DEFAULT_LIMITS, thriftNodes: 101 }).length).toBe(list.length)
    const deep = writeThriftStruct([[1, { struct: [[1, { struct: [[1, { struct: [] }]] }]] }]])
    expect(() => readThriftStruct(deep, { ...DEFAULT_LIMITS, thriftDepth: 2 })).toThrow('the limit is depth=2;')
    expect(readThriftStruct(deep, { ...DEFAULT_LIMITS, thriftDepth: 3 }).length).toBe(deep.length)
  })

  test('a number that JS cannot hold exactly, where one is needed', () => {
    expect(() => intField(read(writeThriftStruct([[1, { i64: 2n ** 60n }]])), 1)).toThrow(ThriftError)
    expect(intField(read(writeThriftStruct([[1, { i64: 2n ** 53n - 1n }]])), 1)).toBe(Number.MAX_SAFE_INTEGER)
  })
})

test('any bytes are a struct, a ThriftError or too deep', () => {
  const mutated = fc.tuple(anyStruct, fc.nat(), fc.nat(255)).map(([{ fields }, at, value]) => {
    const bytes = writeThriftStruct(fields)
    bytes[at % bytes.length] = value
    return bytes
  })
  fc.assert(
    fc.property(fc.oneof(fc.uint8Array({ maxLength: 300 }), mutated), bytes => {
      try {
        expect(readThriftStruct(bytes, DEFAULT_LIMITS).length).toBeLessThanOrEqual(bytes.length)
      } catch (error) {
        if (!(error instanceof ShardFault)) expect(error).toBeInstanceOf(ThriftError)
        else expect(error.kind).toBe('over_limit')
      }
    }),
    { numRuns: 3000 }
  )
})

describe.each(['healthy', 'unusual'] as const)('the footers of the %s cache', which => {
  const root = referenceCache(which)

  test('say what hyparquet reads in them', () => {
    for (const shardPath of shardsOf(root)) {
      const bytes = readFileSync(join(root, shardPath))
      const theirs = parquetMetadata(Uint8Array.from(bytes).buffer)
      const file = openShardFile(join(root, shardPath))
      const ours = readFooter(file, DEFAULT_LIMITS)
      file.close()
      expect({
        version: ours.version,
        createdBy: ours.createdBy,
        rows: ours.rows,
        footerBytes: ours.footerBytes,
        keys: ours.keyValues.map(({ key, value }) => [key, value === null ? undefined : Buffer.from(value).toString()])
      }).toEqual({
        version: theirs.version,
        createdBy: theirs.created_by,
        rows: Number(theirs.num_rows),
        footerBytes: theirs.metadata_length,
        keys: (theirs.key_value_metadata ?? []).map(({ key, value }) => [key, value])
      })
      expect(ours.rowGroups.map(({ rows, chunks }) => ({ rows, chunks: chunks.map(ourChunk) }))).toEqual(
        theirs.row_groups.map(group => ({ rows: Number(group.num_rows), chunks: group.columns.map(theirChunk) }))
      )
    }
  })
})

function ourChunk(chunk: ReturnType<typeof readFooter>['rowGroups'][number]['chunks'][number]) {
  const { leaf, codec, encodings, values, start, end, uncompressedBytes, statistics, pageIndex } = chunk
  return {
    path: leaf.path,
    type: leaf.physicalType,
    codec,
    encodings: [...encodings],
    values,
    start,
    end,
    uncompressedBytes,
    nulls: statistics?.nulls ?? null,
    pageIndex: pageIndex !== null
  }
}

function theirChunk(column: ReturnType<typeof parquetMetadata>['row_groups'][number]['columns'][number]) {
  const meta = column.meta_data
  if (meta === undefined) throw new Error('a chunk without its metadata')
  const start = Number(meta.dictionary_page_offset ?? meta.data_page_offset)
  return {
    path: meta.path_in_schema,
    type: meta.type,
    codec: meta.codec,
    encodings: meta.encodings,
    values: Number(meta.num_values),
    start,
    end: start + Number(meta.total_compressed_size),
    uncompressedBytes: Number(meta.total_uncompressed_size),
    nulls: meta.statistics?.null_count === undefined ? null : Number(meta.statistics.null_count),
    pageIndex: column.offset_index_offset !== undefined
  }
}
