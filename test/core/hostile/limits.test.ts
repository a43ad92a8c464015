/**
 * Files that declare more than they contain, or decompress to more than they declare. Each is reported correctly by a process with a small
 * heap, which stays small and finishes.
 */
import { spawn } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { Codec } from '../../../src/main/core/parquet/footer/footer.ts'
import { writeThriftStruct } from '../../../src/main/core/parquet/thrift/thriftWriter.ts'
import { temporaryFolder } from '../../support/temporaryFolder.ts'
import {
  dataPage,
  dictionaryPage,
  HANDMADE_PATH,
  type HandmadeChunk,
  type HandmadePage,
  handmadeShard,
  int64,
  listBody,
  oneIndex,
  plainText,
  run,
  varint,
  withTail
} from '../handmadeShard.ts'
import type { Outcome } from './verifyOne.ts'

const MIB = 1024 * 1024
const PEAK_MIB = 768

/** Verifies bytes as a shard in a process with 256 MiB of heap. The process is ended after 20 s. */
async function verifyApart(bytes: Uint8Array): Promise<Outcome> {
  const root = temporaryFolder()
  mkdirSync(dirname(join(root, HANDMADE_PATH)), { recursive: true })
  writeFileSync(join(root, HANDMADE_PATH), bytes)
  const program = join(import.meta.dirname, 'verifyOne.ts')
  const child = spawn(process.execPath, ['--max-old-space-size=256', program, root, HANDMADE_PATH], { timeout: 20_000 })
  const out: Buffer[] = []
  const err: Buffer[] = []
  child.stdout.on('data', (chunk: Buffer) => out.push(chunk))
  child.stderr.on('data', (chunk: Buffer) => err.push(chunk))
  const [code, signal] = await new Promise<[number | null, NodeJS.Signals | null]>(done => child.on('close', (...how) => done(how)))
  const complaint = Buffer.concat(err).toString().slice(0, 600)
  expect({ code, signal, complaint }).toEqual({ code: 0, signal: null, complaint: '' })
  return JSON.parse(Buffer.concat(out).toString())
}

const chunkOf = (codec: Codec, values: number, ...pages: HandmadePage[]): HandmadeChunk => ({ codec, values, pages })

/** `start_bp` of one row, with other pages. */
const longs = (codec: Codec, ...pages: HandmadePage[]): Uint8Array => handmadeShard(1, { start_bp: { chunk: { codec, values: 1, pages } } })

/** One row whose embedding has `length` equal values, from a dictionary of one. */
const longList = (length: number): Uint8Array => {
  const repetition = Buffer.concat([run(1, 0, 1), run(length - 1, 1, 1)])
  const page = dataPage('ZSTD', length, 'RLE_DICTIONARY', listBody(repetition, run(length, 3, 2), oneIndex(length)))
  return handmadeShard(1, { embedding: { chunk: chunkOf('ZSTD', length, dictionaryPage('ZSTD', 1, Uint8Array.of(0, 60)), page) } })
}

/** A file that is only a footer. */
const footerOnly = (footer: Uint8Array): Uint8Array => Buffer.concat([Buffer.from('PAR1'), withTail(footer)])

const EXPECTED_BOMB = 24 * MIB

test('a handmade shard is a healthy one', async () => {
  for (const rows of [1, 1000]) {
    const { rows: found, kinds } = await verifyApart(handmadeShard(rows))
    expect(found).toBe(rows)
    // All rows of a handmade shard have the same key, which only a comparison across rows detects.
    expect(kinds).toEqual([])
  }
})

describe.concurrent('claims beyond a limit', () => {
  test.each([
    { claim: 'more rows than its row groups have', make: () => handmadeShard(1, {}, { rows: 2 ** 40 }), kinds: ['bad_metadata'] },
    { claim: 'more slots in a page than any page has', make: () => longList(17 * MIB), kinds: ['over_limit'] },
    { claim: 'an embedding of 65,537 values', make: () => longList(65_537), kinds: ['over_limit'] },
    {
      claim: 'a page of two gigabytes',
      make: () => longs('ZSTD', dataPage('ZSTD', 1, 'PLAIN', int64(0n), { uncompressed: 2 ** 31 - 1 })),
      kinds: ['over_limit']
    },
    {
      claim: 'a page of minus one byte',
      make: () => longs('ZSTD', dataPage('ZSTD', 1, 'PLAIN', int64(0n), { uncompressed: -1 })),
      kinds: ['bad_page']
    },
    {
      claim: 'a page that passes the end of its column',
      make: () => longs('ZSTD', dataPage('ZSTD', 1, 'PLAIN', int64(0n), { compressed: 2 ** 31 - 1 })),
      kinds: ['bad_page']
    },
    {
      claim: 'a column of 2^50 values in a page of one',
      make: () =>
        handmadeShard(1, {
          embedding: {
            chunk: { ...chunkOf('ZSTD', 2 ** 50, dataPage('ZSTD', 1, 'PLAIN', listBody(run(1, 0, 1), run(1, 3, 2), Uint8Array.of(0, 60)))) }
          }
        }),
      kinds: ['bad_metadata']
    },
    {
      claim: 'another number of values than rows',
      make: () => handmadeShard(1, { start_bp: { chunk: chunkOf('ZSTD', 9, dataPage('ZSTD', 9, 'PLAIN', new Uint8Array(72))) } }),
      kinds: ['bad_metadata']
    },
    { claim: 'a footer of 65 MiB', make: () => footerOnly(new Uint8Array(65 * MIB)), kinds: ['over_limit'] },
    {
      claim: 'a footer longer than the file',
      make: () => Buffer.concat([Buffer.from('PAR1'), Uint8Array.of(1, 2, 3, 4, 255, 255, 255, 127), Buffer.from('PAR1')]),
      kinds: ['bad_footer']
    },
    {
      claim: 'a dictionary of 2^45 booleans',
      make: () =>
        handmadeShard(1, {
          untargeted: {
            chunk: chunkOf('UNCOMPRESSED', 1, dictionaryOf({ i64: 2 ** 45 }), dataPage('UNCOMPRESSED', 1, 'PLAIN', Uint8Array.of(0)))
          }
        }),
      kinds: ['bad_page', 'over_limit']
    },
    {
      claim: 'a dictionary of two billion texts',
      make: () =>
        handmadeShard(1, {
          chrom: {
            chunk: chunkOf('UNCOMPRESSED', 1, dictionaryOf(2 ** 31 - 1), dataPage('UNCOMPRESSED', 1, 'RLE_DICTIONARY', Uint8Array.of(0)))
          }
        }),
      kinds: ['bad_page', 'over_limit']
    },
    {
      claim: 'a dictionary of minus one value',
      make: () =>
        longs(
          'UNCOMPRESSED',
          dictionaryPage('UNCOMPRESSED', -1, int64(0n)),
          dataPage('UNCOMPRESSED', 1, 'RLE_DICTIONARY', Uint8Array.of(0))
        ),
      kinds: ['bad_page']
    },
    {
      claim: 'an index beyond the dictionary',
      make: () =>
        longs(
          'UNCOMPRESSED',
          dictionaryPage('UNCOMPRESSED', 1, int64(0n)),
          dataPage('UNCOMPRESSED', 1, 'RLE_DICTIONARY', Uint8Array.of(8, 2, 200))
        ),
      kinds: ['bad_page']
    },
    {
      claim: 'an index without a dictionary',
      make: () => longs('UNCOMPRESSED', dataPage('UNCOMPRESSED', 1, 'RLE_DICTIONARY', Uint8Array.of(1, 2, 0))),
      kinds: ['bad_page']
    },
    {
      claim: 'a text of two gigabytes',
      make: () =>
        handmadeShard(1, {
          chrom: { chunk: chunkOf('UNCOMPRESSED', 1, dataPage('UNCOMPRESSED', 1, 'PLAIN', Uint8Array.of(255, 255, 255, 127, 65))) }
        }),
      kinds: ['bad_page']
    },
    {
      claim: 'an encoding that does not exist',
      make: () =>
        longs('UNCOMPRESSED', {
          ...dataPage('UNCOMPRESSED', 1, 'PLAIN', int64(0n)),
          header: [
            [1, 0],
            [2, 8],
            [3, 8],
            [
              5,
              {
                struct: [
                  [1, 1],
                  [2, 77],
                  [3, 3],
                  [4, 3]
                ]
              }
            ]
          ]
        }),
      kinds: ['bad_page', 'unsupported_encoding']
    },
    {
      claim: 'levels that pass the end of the page',
      make: () =>
        handmadeShard(1, { embedding: { chunk: chunkOf('ZSTD', 1, dataPage('ZSTD', 1, 'PLAIN', Uint8Array.of(255, 255, 255, 127, 0))) } }),
      kinds: ['bad_page']
    },
    {
      claim: 'a type of page that does not exist',
      make: () =>
        longs('UNCOMPRESSED', {
          body: int64(0n),
          header: [
            [1, 9],
            [2, 8],
            [3, 8]
          ]
        }),
      kinds: ['bad_page']
    },
    {
      claim: 'a page header whose parts have other types',
      make: () =>
        longs('UNCOMPRESSED', {
          body: int64(0n),
          header: [
            [1, 0],
            [2, 8],
            [3, 8],
            [5, 'no structure']
          ]
        }),
      kinds: ['bad_page']
    },
    {
      claim: 'a page header whose count is a text',
      make: () =>
        longs('UNCOMPRESSED', {
          body: int64(0n),
          header: [
            [1, 0],
            [2, 8],
            [3, 8],
            [
              5,
              {
                struct: [
                  [1, 'one'],
                  [2, 0],
                  [3, 3],
                  [4, 3]
                ]
              }
            ]
          ]
        }),
      kinds: ['bad_page']
    },
    {
      claim: 'a dictionary header whose count is a text',
      make: () =>
        longs('UNCOMPRESSED', {
          dictionary: true,
          body: int64(0n),
          header: [
            [1, 2],
            [2, 8],
            [3, 8],
            [
              7,
              {
                struct: [
                  [1, 'one'],
                  [2, 0]
                ]
              }
            ]
          ]
        }),
      kinds: ['bad_page']
    }
  ])('$claim', async ({ make, kinds }) => {
    const outcome = await verifyApart(make())
    expect(outcome.kinds.map(({ kind }) => kind)).toEqual([expect.stringMatching(new RegExp(`^(${kinds.join('|')})$`))])
    expect(outcome.peakMiB).toBeLessThan(PEAK_MIB)
  })

  test('an embedding of 65,536 values is within it', async () => {
    expect(await verifyApart(longList(65_536))).toMatchObject({ kinds: [{ kind: 'constant_vector' }] })
  })
})

function dictionaryOf(count: number | { readonly i64: number }): HandmadePage {
  return {
    dictionary: true,
    body: Uint8Array.of(0),
    header: [
      [1, 2],
      [2, 1],
      [3, 1],
      [
        7,
        {
          struct: [
            [1, count],
            [2, 0]
          ]
        }
      ]
    ]
  }
}

describe.concurrent('nesting', () => {
  const group = (name: string, children: number) => ({
    struct: [
      [3, 1],
      [4, name],
      [5, children]
    ] as const
  })
  const schema = (...elements: { struct: readonly (readonly [number, string | number])[] }[]): Uint8Array =>
    footerOnly(
      writeThriftStruct([
        [1, 2],
        [2, { list: [group('schema', 1), ...elements] }],
        [3, { i64: 0 }],
        [4, { list: [] }]
      ])
    )

  test.each([
    { name: '1,000 groups inside each other', make: () => schema(...Array.from({ length: 1000 }, (_, i) => group(`g${i}`, 1))) },
    { name: 'a group with a billion children', make: () => schema(group('g', 1_000_000_000)) },
    { name: 'a group with minus one child', make: () => schema(group('g', -1)) },
    { name: '10 MB of opening structs', make: () => footerOnly(new Uint8Array(10 * MIB).fill(0x1c)) },
    { name: '10 MB of opening lists', make: () => footerOnly(new Uint8Array(10 * MIB).fill(0x19)) },
    {
      name: '4 million empty structs',
      make: () => footerOnly(Buffer.concat([Uint8Array.of(0x99, 0xfc, ...varint(3_999_000)), new Uint8Array(3_999_001)]))
    },
    {
      name: '8 million fields of one struct',
      make: () => footerOnly(Buffer.concat([new Uint8Array(8 * MIB).fill(0x01), Uint8Array.of(0)]))
    }
  ])('$name', async ({ make }) => {
    const outcome = await verifyApart(make())
    expect(outcome.kinds).toEqual([{ kind: expect.stringMatching(/^(bad_footer|over_limit)$/), column: null }])
    expect(outcome.peakMiB).toBeLessThan(PEAK_MIB)
  })
})

/** Arrow uses an uncompressed page as it is, regardless of the size in its header. */
const wrongSize = (codec: Codec) =>
  codec === 'UNCOMPRESSED' ? { kind: 'bad_metadata', column: null } : { kind: 'bad_page', column: 'start_bp' }

describe.concurrent('a page that decompresses to more than it declares', () => {
  test.each(['ZSTD', 'GZIP', 'BROTLI', 'SNAPPY', 'LZ4_RAW', 'LZ4', 'UNCOMPRESSED'] as const)('%s', async codec => {
    const bomb = dataPage(codec, 1, 'PLAIN', new Uint8Array(codec === 'UNCOMPRESSED' ? 64 : EXPECTED_BOMB), { uncompressed: 8 })
    const outcome = await verifyApart(longs(codec, bomb))
    expect(outcome.kinds).toEqual([wrongSize(codec)])
    expect(outcome.peakMiB).toBeLessThan(PEAK_MIB)
  })

  test.each(['ZSTD', 'GZIP', 'BROTLI', 'SNAPPY', 'LZ4_RAW', 'LZ4', 'UNCOMPRESSED'] as const)('or less: %s', async codec => {
    const short = dataPage(codec, 1, 'PLAIN', int64(0n), { uncompressed: 9 })
    expect((await verifyApart(longs(codec, short))).kinds).toEqual([wrongSize(codec)])
  })
})

describe.concurrent('small files with large requirements', () => {
  const endless = Buffer.concat([Uint8Array.from([...varint(128), ...varint(4), 2]), Buffer.alloc(MIB, 0xff)])
  const empty = dataPage('ZSTD', 0, 'PLAIN', new Uint8Array(64 * MIB))

  test.each([
    {
      what: 'a number of a million bytes in a page of deltas',
      make: () => handmadeShard(2, { start_bp: { chunk: chunkOf('ZSTD', 2, dataPage('ZSTD', 2, 'DELTA_BINARY_PACKED', endless)) } })
    },
    {
      what: 'a dictionary of 16 million empty texts',
      make: () =>
        handmadeShard(1, {
          chrom: {
            chunk: chunkOf(
              'ZSTD',
              1,
              dictionaryPage('ZSTD', 16 * MIB, new Uint8Array(64 * MIB)),
              dataPage('ZSTD', 1, 'RLE_DICTIONARY', Uint8Array.of(0))
            )
          }
        })
    },
    {
      what: 'ten million empty texts',
      make: () =>
        tenMillion({ chrom: { chunk: chunkOf('ZSTD', 10_000_000, dataPage('ZSTD', 10_000_000, 'PLAIN', new Uint8Array(40_000_000))) } })
    },
    { what: 'ten million rows in runs', make: () => tenMillion({}) },
    {
      what: '100 pages without a value, 64 MiB each',
      make: () => longs('ZSTD', ...new Array<HandmadePage>(100).fill(empty), dataPage('ZSTD', 1, 'PLAIN', int64(0n)))
    },
    {
      what: '50,000 index pages',
      make: () =>
        longs(
          'ZSTD',
          ...new Array<HandmadePage>(50_000).fill({
            header: [
              [1, 1],
              [2, 0],
              [3, 0]
            ],
            body: new Uint8Array(0)
          }),
          dataPage('ZSTD', 1, 'PLAIN', int64(0n))
        )
    },
    {
      what: 'texts that extend each other',
      make: () =>
        handmadeShard(1, { chrom: { chunk: chunkOf('ZSTD', 1, dataPage('ZSTD', 1, 'DELTA_BYTE_ARRAY', new Uint8Array(8 * MIB))) } })
    }
  ])('$what', async ({ make }) => {
    const bytes = make()
    expect(bytes.length).toBeLessThan(3 * MIB)
    const { peakMiB } = await verifyApart(bytes)
    expect(peakMiB).toBeLessThan(PEAK_MIB)
  })
})

/** Ten million rows, with each column a run of one value. */
function tenMillion(changes: Parameters<typeof handmadeShard>[1]): Uint8Array {
  const rows = 10_000_000
  const page = dataPage('ZSTD', rows, 'RLE_DICTIONARY', listBody(run(rows, 0, 1), run(rows, 3, 2), Uint8Array.of(0)))
  const embedding = { chunk: chunkOf('ZSTD', rows, dictionaryPage('ZSTD', 1, Uint8Array.of(0, 60)), page) }
  return handmadeShard(rows, { embedding, ...changes })
}

test('texts are compared as they are: a text that is not UTF-8 is damage', async () => {
  const page = dataPage('UNCOMPRESSED', 1, 'PLAIN', Uint8Array.of(1, 0, 0, 0, 0xff))
  expect((await verifyApart(handmadeShard(1, { chrom: { chunk: chunkOf('UNCOMPRESSED', 1, page) } }))).kinds).toEqual([
    { kind: 'bad_page', column: 'chrom' }
  ])
  const good = dataPage('UNCOMPRESSED', 1, 'PLAIN', plainText('1'))
  expect((await verifyApart(handmadeShard(1, { chrom: { chunk: chunkOf('UNCOMPRESSED', 1, good) } }))).kinds).toEqual([])
})
