/** Thrift's compact protocol: a round trip, hostile bytes refused within bounds, and footers compared with another reader. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { parquetMetadata } from 'hyparquet'
import { describe, expect, test } from 'vitest'
import { DEFAULT_LIMITS } from '../../../src/main/core/limits/limits.ts'
import { ShardFault } from '../../../src/main/core/limits/shardFault.ts'
import { openShardFile } from '../../../src/main/core/parquet/file/shardFile.ts'
import { readFooter } from '../../../src/main/core/parquet/footer/footer.ts'
import { ThriftError } from '../../../src/main/core/parquet/thrift/compactReader.ts'
import { binary, bool, i8, i32, i64, list, optional, readThrift, required, struct } from '../../../src/main/core/parquet/thrift/structs.ts'
import { type Field, writeThriftStruct } from '../../../src/main/core/parquet/thrift/thriftWriter.ts'
import { referenceCache } from '../../support/reference.ts'
import { shardsOf } from '../cacheFiles.ts'
import { varint } from '../handmadeShard.ts'

const anyBytes = fc.uint8Array({ maxLength: 40 })

/** A struct with a field of every type, some of them absent. */
const Every = struct('Every', {
  flag: optional(1, bool),
  tiny: optional(2, i8),
  whole: optional(3, i32),
  long: optional(4, i64),
  bytes: optional(5, binary),
  numbers: optional(20, list(i32)),
  flags: optional(21, list(bool)),
  inner: optional(300, struct('Inner', { whole: optional(1, i32) }))
})

const anyValues = fc.record(
  {
    flag: fc.boolean(),
    tiny: fc.integer({ min: -128, max: 127 }),
    whole: fc.integer(),
    long: fc.maxSafeInteger(),
    bytes: anyBytes,
    numbers: fc.array(fc.integer(), { maxLength: 40 }),
    flags: fc.array(fc.boolean(), { maxLength: 20 }),
    inner: fc.integer()
  },
  { requiredKeys: [] }
)

type Values = typeof anyValues extends fc.Arbitrary<infer V> ? V : never

function fieldsOf({ flag, tiny, whole, long, bytes, numbers, flags, inner }: Values): Field[] {
  const fields: (Field | null)[] = [
    flag === undefined ? null : [1, flag],
    tiny === undefined ? null : [2, { i8: tiny }],
    whole === undefined ? null : [3, whole],
    long === undefined ? null : [4, { i64: BigInt(long) }],
    bytes === undefined ? null : [5, bytes],
    numbers === undefined ? null : [20, { list: numbers }],
    flags === undefined ? null : [21, { list: flags }],
    inner === undefined ? null : [300, { struct: [[1, inner]] }]
  ]
  return fields.filter(field => field !== null)
}

/** Plain data without absent fields, with bytes in a comparable form. */
function plain(values: object): unknown {
  const asText = (value: unknown): unknown => (value instanceof Uint8Array ? Buffer.from(value).toString('hex') : value)
  return Object.fromEntries(Object.entries(values).flatMap(([key, value]) => (value === undefined ? [] : [[key, asText(value)]])))
}

const read = (bytes: Uint8Array) => readThrift(Every, bytes, DEFAULT_LIMITS)

test('written values are read back', () => {
  fc.assert(
    fc.property(anyValues, anyBytes, (values, behind) => {
      const bytes = writeThriftStruct(fieldsOf(values))
      const { value, length, mistyped } = read(Buffer.concat([bytes, behind]))
      expect(length).toBe(bytes.length)
      expect(mistyped).toEqual([])
      expect(plain(value)).toEqual(plain({ ...values, ...(values.inner !== undefined && { inner: { whole: values.inner } }) }))
    }),
    { numRuns: 500 }
  )
})

describe("like Thrift's generated code reads it", () => {
  const Two = struct('Two', { needed: required(1, i32), other: optional(2, i32) })
  const readTwo = (fields: readonly Field[]) => readThrift(Two, writeThriftStruct(fields), DEFAULT_LIMITS)

  test('an unknown field is skipped', () => {
    expect(
      readTwo([
        [1, 7],
        [9, { list: [1, 2] }],
        [10, new Uint8Array(3)]
      ]).value
    ).toEqual({ needed: 7, other: undefined })
  })

  test('a field of another type is absent, and reported', () => {
    const { value, mistyped } = readTwo([
      [1, 7],
      [2, { i64: 3n }]
    ])
    expect(value).toEqual({ needed: 7, other: undefined })
    expect(mistyped).toEqual(['Two.other'])
  })

  test('a required field that is absent, or has another type, is an error', () => {
    expect(() => readTwo([[2, 3]])).toThrow('Two has no needed')
    expect(() => readTwo([[1, { i64: 3n }]])).toThrow('Two has no needed')
  })
})

describe('refused', () => {
  const nested = (opening: number, depth: number): Uint8Array =>
    Buffer.concat([new Uint8Array(depth).fill(opening), new Uint8Array(depth + 1)])
  test.each([
    ['nothing', []],
    ['a field without a value', [0x15]],
    ['an endless struct', [0x15, 2]],
    ['a list of two billion structs in five bytes', [0x19, 0xfc, ...varint(2 ** 31 - 1), 0]],
    ['a list longer than any length', [0x19, 0xfc, ...varint(2 ** 31), 0]],
    ['a text of two gigabytes', [0x18, ...varint(2 ** 31 - 1), 65]],
    ['a number of eleven bytes', [0x16, ...new Array<number>(11).fill(255)]],
    ['a truncated double', [0x17, 1, 2, 3]],
    ['type 14', [0x1e, 0]]
  ])('%s', (_, bytes) => {
    expect(() => read(Uint8Array.from(bytes))).toThrow(ThriftError)
  })

  test.each<[string, Uint8Array]>([
    ['100,000 nested structs', nested(0x1c, 100_000)],
    ['100,000 nested lists', Buffer.concat([Uint8Array.of(0x19), nested(0x19, 100_000)])]
  ])('%s', (_, bytes) => {
    expect(() => read(bytes)).toThrow(/the limit is depth=|nested more than/)
  })

  test('more values than the limit, deeper than the limit', () => {
    const fields: Field[] = [[20, { list: new Array<number>(100).fill(7) }]]
    const bytes = writeThriftStruct(fields)
    expect(() => readThrift(Every, bytes, { ...DEFAULT_LIMITS, thriftNodes: 100 })).toThrow('the limit is footer-values=100;')
    expect(readThrift(Every, bytes, { ...DEFAULT_LIMITS, thriftNodes: 101 }).length).toBe(bytes.length)
    const deep = writeThriftStruct([[1, { struct: [[1, { struct: [[1, { struct: [] }]] }]] }]])
    expect(() => readThrift(Every, deep, { ...DEFAULT_LIMITS, thriftDepth: 2 })).toThrow('the limit is depth=2;')
    expect(readThrift(Every, deep, DEFAULT_LIMITS).length).toBe(deep.length)
  })
})

test('any bytes give a struct, a ThriftError or exceed the depth', () => {
  const mutated = fc.tuple(anyValues, fc.nat(), fc.nat(255)).map(([values, at, value]) => {
    const bytes = writeThriftStruct(fieldsOf(values))
    bytes[at % bytes.length] = value
    return bytes
  })
  fc.assert(
    fc.property(fc.oneof(fc.uint8Array({ maxLength: 300 }), mutated), bytes => {
      try {
        expect(read(bytes).length).toBeLessThanOrEqual(bytes.length)
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

  test('equal what hyparquet reads in them', () => {
    for (const shardPath of shardsOf(root)) {
      const bytes = readFileSync(join(root, shardPath))
      const theirs = parquetMetadata(Uint8Array.from(bytes).buffer)
      const file = openShardFile(join(root, shardPath))
      const own = readFooter(file, DEFAULT_LIMITS)
      file.close()
      expect({
        version: own.version,
        createdBy: own.createdBy,
        rows: own.rows,
        footerBytes: own.footerBytes,
        keys: own.keyValues.map(({ key, value }) => [key, value === null ? undefined : Buffer.from(value).toString()])
      }).toEqual({
        version: theirs.version,
        createdBy: theirs.created_by,
        rows: Number(theirs.num_rows),
        footerBytes: theirs.metadata_length,
        keys: (theirs.key_value_metadata ?? []).map(({ key, value }) => [key, value])
      })
      expect(own.rowGroups.map(({ rows, chunks }) => ({ rows, chunks: chunks.map(ourChunk) }))).toEqual(
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
