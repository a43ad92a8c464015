/** Written files are read back by the first reader and by hyparquet, column by column, over pages and row groups. */
import { zstdDecompressSync } from 'node:zlib'
import fc from 'fast-check'
import { parquetMetadata, parquetReadObjects } from 'hyparquet'
import { describe, expect, test } from 'vitest'
import { DEFAULT_LIMITS } from '../../../src/main/core/limits/limits.ts'
import { fromFloat16 } from '../../../src/main/core/parquet/encodings/float16.ts'
import { readEmbeddingColumn } from '../../../src/main/core/parquet/fast/embeddingColumn.ts'
import { readFlatColumn } from '../../../src/main/core/parquet/fast/flatColumn.ts'
import { shardFileOf } from '../../../src/main/core/parquet/file/shardFile.ts'
import { readFooter } from '../../../src/main/core/parquet/footer/footer.ts'
import { rowValues } from '../../../src/main/core/parquet/pages/embeddingBatch.ts'
import type { FlatColumn } from '../../../src/main/core/parquet/pages/rowColumns.ts'
import type { ColumnInput } from '../../../src/main/core/parquet/write/columnInput.ts'
import { encodeParquet } from '../../../src/main/core/parquet/write/encodeParquet.ts'

/** A column in the form of the tests: the value of each row, null if it has none. */
type Cell = null | string | bigint | number | boolean | readonly (number | null)[]
type Made = { readonly input: ColumnInput; readonly cells: readonly Cell[]; readonly kind: FlatColumn['kind'] | 'lists' }

const compressors = { ZSTD: (input: Uint8Array) => Uint8Array.from(zstdDecompressSync(input)) }

function fileOf(rows: number, columns: readonly Made[], checksums = true): Uint8Array {
  return Buffer.concat(
    encodeParquet({
      rows,
      columns: columns.map(({ input }) => input),
      keyValues: [{ key: 'k', value: 'v' }],
      createdBy: 'a test',
      checksums,
      compressionLevel: 1
    })
  )
}

/** Every column from the first reader, as cells. */
function readOurs(bytes: Uint8Array, columns: readonly Made[]): Cell[][] {
  const file = shardFileOf(bytes)
  const footer = readFooter(file, DEFAULT_LIMITS)
  return columns.map(({ kind }, at) =>
    footer.rowGroups.flatMap(group => {
      const chunk = group.chunks[at]
      if (chunk === undefined) throw new Error('a column is missing')
      if (kind !== 'lists') return cellsOf(readFlatColumn(file, chunk, group.rows, kind, DEFAULT_LIMITS, () => {}, 4))
      return [...readEmbeddingColumn(file, chunk, group.rows, DEFAULT_LIMITS)].flatMap(batch =>
        Array.from({ length: batch.rows }, (_, i): Cell => {
          const flaw = batch.flaws.find(each => each.row === batch.firstRow + i)?.flaw
          const values = rowValues(batch, i)
          const numbers = [...(values instanceof Uint16Array ? fromFloat16(values) : values)]
          return flaw === 'null' ? null : flaw === 'null element' ? [Number.NaN, ...numbers] : numbers
        })
      )
    })
  )
}

function cellsOf(column: FlatColumn): Cell[] {
  const rows =
    column.kind === 'texts' ? column.codes.length : column.kind === 'digests' ? column.bytes.length / column.width : column.values.length
  return Array.from({ length: rows }, (_, row) => (column.present !== null && column.present[row] === 0 ? null : cellAt(column, row)))
}

function cellAt(column: FlatColumn, row: number): Cell {
  switch (column.kind) {
    case 'texts':
      return column.texts[column.codes[row] ?? 0] ?? ''
    case 'digests':
      return Buffer.from(column.bytes.subarray(row * column.width, (row + 1) * column.width)).toString('hex')
    case 'booleans':
      return column.values[row] === 1
    case 'integers':
      return BigInt(column.values[row] ?? 0)
  }
}

/** The same file from hyparquet, in the same form. */
async function readTheirs(bytes: Uint8Array, columns: readonly Made[]): Promise<Cell[][]> {
  const rows = await parquetReadObjects({ file: Uint8Array.from(bytes).buffer, compressors, utf8: false })
  return columns.map(({ input, kind }) => rows.map(row => theirCell(row[input.name], kind)))
}

function theirCell(value: unknown, kind: Made['kind']): Cell {
  if (value === null || value === undefined) return null
  if (value instanceof Uint8Array) return Buffer.from(value).toString('hex')
  if (typeof value === 'number' && kind === 'integers') return BigInt(value)
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean') return value
  if (!(Array.isArray(value) || value instanceof Float32Array)) throw new Error(`hyparquet gave ${typeof value}`)
  const list: unknown[] = [...value]
  const numbers = list.filter(each => typeof each === 'number')
  return numbers.length < list.length ? [Number.NaN, ...numbers] : numbers
}

/** The result of both readers for a list with a null element: the null first, then the values. */
function readable(cell: Cell): Cell {
  return Array.isArray(cell) && cell.includes(null) ? [Number.NaN, ...cell.filter(each => each !== null)] : cell
}

function presentOf(cells: readonly Cell[]): Pick<ColumnInput, 'present'> {
  return cells.includes(null) ? { present: Uint8Array.from(cells, cell => (cell === null ? 0 : 1)) } : {}
}

const encodings = ['PLAIN', 'RLE_DICTIONARY'] as const

function textColumnOf(name: string, cells: readonly (string | null)[], encoding: ColumnInput['encoding']): Made {
  const values = cells.filter(cell => cell !== null).map(cell => Buffer.from(cell))
  return {
    cells,
    kind: 'texts',
    input: {
      name,
      physicalType: 'BYTE_ARRAY',
      width: 0,
      logicalType: 'STRING',
      encoding,
      values: { kind: 'binary', values },
      ...presentOf(cells)
    }
  }
}

function integersOf(name: string, cells: readonly (bigint | null)[], width: 4 | 8, encoding: ColumnInput['encoding']): Made {
  const values = cells.filter(cell => cell !== null)
  const bytes = new Uint8Array(width === 8 ? BigInt64Array.from(values).buffer : Int32Array.from(values, Number).buffer)
  const physicalType = width === 8 ? 'INT64' : 'INT32'
  return {
    cells,
    kind: 'integers',
    input: { name, physicalType, width, logicalType: null, encoding, values: { kind: 'fixed', bytes }, ...presentOf(cells) }
  }
}

function digestsOf(name: string, cells: readonly (string | null)[], encoding: ColumnInput['encoding']): Made {
  const bytes = Buffer.concat(cells.filter(cell => cell !== null).map(cell => Buffer.from(cell, 'hex')))
  return {
    cells,
    kind: 'digests',
    input: {
      name,
      physicalType: 'FIXED_LEN_BYTE_ARRAY',
      width: 4,
      logicalType: null,
      encoding,
      values: { kind: 'fixed', bytes },
      ...presentOf(cells)
    }
  }
}

function booleansOf(name: string, cells: readonly (boolean | null)[]): Made {
  const values = Uint8Array.from(
    cells.filter(cell => cell !== null),
    Number
  )
  return {
    cells,
    kind: 'booleans',
    input: {
      name,
      physicalType: 'BOOLEAN',
      width: 0,
      logicalType: null,
      encoding: 'PLAIN',
      values: { kind: 'booleans', values },
      ...presentOf(cells)
    }
  }
}

/** A list column of float16 bits or float32 values. */
function listsOf(name: string, cells: readonly ((number | null)[] | null)[], half: boolean, encoding: ColumnInput['encoding']): Made {
  const repetition: number[] = []
  const definition: number[] = []
  const values: number[] = []
  for (const cell of cells) {
    if (cell === null || cell.length === 0) {
      repetition.push(0)
      definition.push(cell === null ? 0 : 1)
    }
    for (const [i, value] of (cell ?? []).entries()) {
      repetition.push(i === 0 ? 0 : 1)
      definition.push(value === null ? 2 : 3)
      if (value !== null) values.push(value)
    }
  }
  const typed = half ? Uint16Array.from(values) : Float32Array.from(values)
  const numbers = (cell: (number | null)[] | null): Cell =>
    cell?.map(value => (value === null ? null : half ? (fromFloat16(Uint16Array.of(value))[0] ?? 0) : Math.fround(value))) ?? null
  return {
    cells: cells.map(numbers),
    kind: 'lists',
    input: {
      name,
      physicalType: half ? 'FIXED_LEN_BYTE_ARRAY' : 'FLOAT',
      width: half ? 2 : 4,
      logicalType: half ? 'FLOAT16' : null,
      encoding,
      values: { kind: 'fixed', bytes: new Uint8Array(typed.buffer) },
      lists: { repetition: Uint8Array.from(repetition), definition: Uint8Array.from(definition) }
    }
  }
}

/** A float16 without NaN, because NaN is unequal to itself. */
const half = fc.integer({ min: 0, max: 0x7bff }).chain(bits => fc.constantFrom(bits, bits | 0x8000))

const anyFile = fc.integer({ min: 0, max: 120 }).chain(rows => {
  const cells = <T>(cell: fc.Arbitrary<T>): fc.Arbitrary<T[]> => fc.array(cell, { minLength: rows, maxLength: rows })
  const nullable = <T>(cell: fc.Arbitrary<T>): fc.Arbitrary<(T | null)[]> => fc.oneof(cells(cell), cells(fc.option(cell, { freq: 3 })))
  const encoding = fc.constantFrom(...encodings)
  const list = fc.array(fc.option(half, { freq: 30 }), { maxLength: 12 })
  const column = fc.oneof(
    fc.tuple(nullable(fc.string({ unit: 'grapheme', maxLength: 8 })), encoding).map(
      ([c, e]) =>
        (name: string) =>
          textColumnOf(name, c, e)
    ),
    fc.tuple(nullable(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })), encoding).map(
      ([c, e]) =>
        (name: string) =>
          integersOf(name, c, 8, e)
    ),
    fc.tuple(nullable(fc.integer()), encoding).map(
      ([c, e]) =>
        (name: string) =>
          integersOf(
            name,
            c.map(each => (each === null ? null : BigInt(each))),
            4,
            e
          )
    ),
    fc.tuple(nullable(fc.uint8Array({ minLength: 4, maxLength: 4 })), encoding).map(
      ([c, e]) =>
        (name: string) =>
          digestsOf(
            name,
            c.map(each => each && Buffer.from(each).toString('hex')),
            e
          )
    ),
    nullable(fc.boolean()).map(c => (name: string) => booleansOf(name, c)),
    fc.tuple(nullable(list), fc.constantFrom('PLAIN', 'BYTE_STREAM_SPLIT', 'RLE_DICTIONARY')).map(
      ([c, e]) =>
        (name: string) =>
          listsOf(name, c, true, e)
    ),
    fc.tuple(nullable(fc.array(fc.float({ noNaN: true }), { maxLength: 5 })), fc.constantFrom('PLAIN', 'BYTE_STREAM_SPLIT')).map(
      ([c, e]) =>
        (name: string) =>
          listsOf(name, c, false, e)
    )
  )
  return fc.record({ rows: fc.constant(rows), columns: fc.array(column, { minLength: 1, maxLength: 5 }), checksums: fc.boolean() })
})

test('any columns, with nulls and lists, are read back by both readers', async () => {
  await fc.assert(
    fc.asyncProperty(anyFile, async ({ rows, columns, checksums }) => {
      const made = columns.map((make, i) => make(`c${i}`))
      const bytes = fileOf(rows, made, checksums)
      const due = made.map(({ cells }) => cells.map(readable))
      expect(readOurs(bytes, made)).toEqual(due)
      expect(await readTheirs(bytes, made)).toEqual(due)
    }),
    { numRuns: 250 }
  )
})

describe('more rows than fit into a page', () => {
  const rows = 300_000
  const made = [
    integersOf(
      'plain',
      Array.from({ length: rows }, (_, i) => (i % 7 === 0 ? null : BigInt(i) * 1_000_003n)),
      8,
      'PLAIN'
    ),
    listsOf(
      'lists',
      Array.from({ length: rows }, (_, i) => (i % 1000 === 0 ? [] : i % 1001 === 0 ? null : [i & 0x3bff, (i * 3) & 0x3bff, i & 0xff])),
      true,
      'PLAIN'
    ),
    digestsOf(
      'digests',
      Array.from({ length: rows }, (_, i) => (i % 10).toString(16).padStart(8, '0')),
      'PLAIN'
    ),
    textColumnOf(
      'texts',
      Array.from({ length: rows }, (_, i) => (i % 3 === 0 ? null : `text ${i % 300}`)),
      'RLE_DICTIONARY'
    )
  ]
  const bytes = fileOf(rows, made)

  test('is read back completely', () => {
    const read = readOurs(bytes, made)
    for (const [at, { cells }] of made.entries()) expect(sameCells(read[at], cells)).toBe(true)
  })

  test('is readable by hyparquet', async () => {
    const read = await readTheirs(bytes, made)
    for (const [at, { cells }] of made.entries()) expect(sameCells(read[at], cells)).toBe(true)
  })

  test('no page exceeds 1 MiB by more than its levels, and every page begins with a row', () => {
    const file = shardFileOf(bytes)
    const chunk = readFooter(file, DEFAULT_LIMITS).rowGroups[0]?.chunks[1]
    if (chunk === undefined) throw new Error('no lists')
    const batches = [...readEmbeddingColumn(file, chunk, rows, { ...DEFAULT_LIMITS, pageBytes: 1.5 * 1024 * 1024 })]
    expect(batches.length).toBeGreaterThan(1)
  })
})

describe('more rows than fit into a row group', () => {
  const rows = 1_048_576 + 1000
  const made = [
    integersOf(
      'n',
      Array.from({ length: rows }, (_, i) => (i === 1_048_575 || i === 1_048_577 ? null : BigInt(i % 1000))),
      4,
      'RLE_DICTIONARY'
    ),
    listsOf(
      'l',
      Array.from({ length: rows }, (_, i) => (i % 500_000 === 1 ? null : [i & 0x3bff])),
      true,
      'PLAIN'
    )
  ]
  const bytes = fileOf(rows, made)

  test('has two row groups, each with the correct rows', () => {
    const metadata = parquetMetadata(Uint8Array.from(bytes).buffer)
    expect(metadata.row_groups.map(group => Number(group.num_rows))).toEqual([1_048_576, 1000])
    const read = readOurs(bytes, made)
    for (const [at, { cells }] of made.entries()) expect(sameCells(read[at], cells)).toBe(true)
  })

  test('hyparquet reads the rows around the boundary', async () => {
    const rowStart = 1_048_500
    const read = await parquetReadObjects({ file: Uint8Array.from(bytes).buffer, compressors, rowStart, rowEnd: rows })
    const due = made.map(({ cells }) => cells.slice(rowStart))
    expect(read.map(row => theirCell(row.n, 'integers'))).toEqual(due[0])
    expect(read.map(row => theirCell(row.l, 'lists'))).toEqual(due[1])
  })
})

/** Like toEqual, but without comparing a million cells one by one. */
function sameCells(read: readonly Cell[] | undefined, due: readonly Cell[]): boolean {
  const text = (cell: Cell): string => (Array.isArray(cell) ? cell.join() : String(cell))
  return read !== undefined && read.length === due.length && read.every((cell, i) => text(cell) === text(due[i] ?? null))
}

describe('statistics', () => {
  test('are those of the values, with nulls counted separately', () => {
    const made = [
      integersOf('long', [5n, null, -3n, 2n ** 40n], 8, 'PLAIN'),
      textColumnOf('text', ['b', 'a', null, 'é'], 'RLE_DICTIONARY'),
      booleansOf('bool', [true, null, true, true]),
      integersOf('none', [null, null, null, null], 4, 'PLAIN')
    ]
    const columns = parquetMetadata(Uint8Array.from(fileOf(4, made)).buffer).row_groups[0]?.columns.map(
      column => column.meta_data?.statistics
    )
    expect(columns).toMatchObject([
      { min_value: -3n, max_value: 2n ** 40n, null_count: 1n },
      { min_value: 'a', max_value: 'é', null_count: 1n },
      { min_value: true, max_value: true, null_count: 1n },
      { null_count: 4n }
    ])
    expect(columns?.[3]?.min_value).toBeUndefined()
  })

  test('of float16 values exclude NaN and include both zeros', () => {
    const lists = listsOf(
      'l',
      [
        [0x7e00, 0x3c00],
        [0x8000, 0xfe00]
      ],
      true,
      'PLAIN'
    )
    const footer = readFooter(shardFileOf(fileOf(2, [lists])), DEFAULT_LIMITS)
    const { min, max } = footer.rowGroups[0]?.chunks[0]?.statistics ?? {}
    expect([min, max].map(each => Buffer.from(each ?? []).toString('hex'))).toEqual(['0080', '003c'])
    const nothing = listsOf('l', [[0x7e00]], true, 'PLAIN')
    expect(readFooter(shardFileOf(fileOf(1, [nothing])), DEFAULT_LIMITS).rowGroups[0]?.chunks[0]?.statistics?.min).toBeNull()
  })
})

test('a changed bit in any page is detected by its checksum', () => {
  const made = [integersOf('n', [1n, 2n, 3n], 8, 'PLAIN'), listsOf('l', [[1, 2], [3], [4]], true, 'PLAIN')]
  const bytes = fileOf(3, made)
  const footer = readFooter(shardFileOf(bytes), DEFAULT_LIMITS)
  for (const chunk of footer.rowGroups[0]?.chunks ?? []) {
    const changed = Uint8Array.from(bytes)
    changed[chunk.end - 1] = (changed[chunk.end - 1] ?? 0) ^ 1
    expect(() => readOurs(changed, made)).toThrow(/checksum/)
  }
})
