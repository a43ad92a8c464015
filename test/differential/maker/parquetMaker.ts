/** Makes a Parquet file from its plan: concatenated pages, indexes, the footer, and the edits of the plan at each step. */
import { CODEC_CODES } from './codecs.ts'
import { ENCODING_CODES, PHYSICAL } from './encodings.ts'
import { littleEndian } from './hybrid.ts'
import { buildPages, sliceLeaf } from './pages.ts'
import type { ChunkPlan, FilePlan, PlannedPage } from './plan.ts'
import { group, type LeafData, REQUIRED, schemaElements, shred } from './schema.ts'
import { boundsOf, chunkStatistics, sizeStatistics } from './statistics.ts'
import { binary, bool, i16, i32, i64, list, struct, type TStruct, type TValue, WIRE, writeThrift } from './thriftTree.ts'

type Placed = { readonly page: PlannedPage; readonly offset: number; readonly bytes: number }
type WrittenChunk = { readonly leaf: LeafData; readonly plan: ChunkPlan; readonly column: TStruct; readonly placed: Placed[] }

export function makeParquet(plan: FilePlan): Buffer {
  const out: Uint8Array[] = [Buffer.from(plan.magic)]
  let offset = plan.magic.length
  const push = (bytes: Uint8Array): number => {
    out.push(bytes)
    offset += bytes.length
    return offset - bytes.length
  }
  const shredded = plan.columns.map(column => ({ column, leaves: shred(column.node, column.values) }))
  const groups = plan.groups.map((rows, g) => {
    const firstRow = plan.groups.slice(0, g).reduce((sum, each) => sum + each, 0)
    const start = offset
    const chunks = shredded.flatMap(({ column, leaves }) => {
      return leaves.map(leaf => writeChunk(rowsOf(leaf, firstRow, rows), column.chunk, push, () => offset))
    })
    return { rows, start, end: offset, chunks }
  })
  for (const { chunks } of groups) for (const chunk of chunks) if (chunk.plan.bloomFilter) writeBloomFilter(chunk, push)
  for (const { chunks } of groups) for (const [i, chunk] of chunks.entries()) writePageIndex(chunk, i, plan, push)
  push(plan.gap)
  const footer = footerOf(plan, groups)
  for (const edit of plan.footerEdits) edit(footer)
  const bytes = writeThrift(footer)
  const whole = Buffer.concat([...out, bytes, littleEndian(bytes.length, 4), Buffer.from(plan.magic)])
  return plan.byteEdits.reduce<Buffer>((before, edit) => edit(before), whole)
}

/** The slots of some rows. */
function rowsOf(leaf: LeafData, firstRow: number, rows: number): LeafData {
  const starts = leaf.repetition.flatMap((level, at) => (level === 0 ? [at] : []))
  const end = leaf.repetition.length
  return sliceLeaf(leaf, starts[firstRow] ?? end, starts[firstRow + rows] ?? end)
}

function writeChunk(leaf: LeafData, plan: ChunkPlan, push: (bytes: Uint8Array) => number, here: () => number): WrittenChunk {
  const pages = buildPages(leaf, plan)
  for (const edit of plan.pageEdits) edit(pages)
  const start = here()
  let uncompressed = 0
  const placed = pages.map(page => {
    const header = writeThrift(page.header)
    const size = page.header.v.find(({ id }) => id === 2)?.value
    uncompressed += header.length + (size?.t === 'i32' ? Number(size.v) : page.body.length)
    return { page, offset: push(Buffer.concat([header, page.body])), bytes: header.length + page.body.length }
  })
  const dictionary = placed.find(({ page }) => page.kind === 'dictionary')
  const data = placed.find(({ page }) => page.kind === 'data')
  const meta = struct(
    [1, i32(PHYSICAL.indexOf(leaf.node.type ?? 'BYTE_ARRAY'))],
    [2, list(encodingsOf(plan).map(i32), WIRE.I32)],
    [3, list(leaf.path.map(binary), WIRE.BINARY)],
    [4, i32(CODEC_CODES[plan.codec])],
    [5, i64(leaf.definition.length)],
    [6, i64(uncompressed)],
    [7, i64(here() - start)],
    [9, i64(data?.offset ?? start)],
    [11, dictionary === undefined ? undefined : i64(dictionary.offset)],
    [12, plan.chunkStatistics ? chunkStatistics(leaf) : undefined],
    [13, plan.encodingStatistics ? encodingStatistics(placed) : undefined],
    [16, plan.sizeStatistics ? sizeStatistics(leaf) : undefined]
  )
  const column = struct([2, i64(start)], [3, meta])
  for (const edit of plan.metaEdits) edit(meta, column)
  return { leaf, plan, column, placed }
}

function encodingsOf(plan: ChunkPlan): number[] {
  const dictionary = plan.oldDictionaryName ? ENCODING_CODES.PLAIN_DICTIONARY : ENCODING_CODES.RLE_DICTIONARY
  const values = plan.dictionary ? [ENCODING_CODES.PLAIN, dictionary] : [ENCODING_CODES[plan.encoding]]
  return [...new Set([...values, plan.bitPackedLevels ? ENCODING_CODES.BIT_PACKED : ENCODING_CODES.RLE])]
}

function encodingStatistics(placed: readonly Placed[]): TValue {
  const counts = new Map<string, number>()
  for (const { page } of placed) {
    const [type, own] = [page.header.v[0]?.value, page.header.v.at(-1)?.value]
    const encoding = own?.t === 'struct' ? own.v.find(({ id }) => id === (page.header.v.at(-1)?.id === 8 ? 4 : 2))?.value : undefined
    if (type?.t !== 'i32' || encoding?.t !== 'i32') continue
    const id = `${type.v} ${encoding.v}`
    counts.set(id, (counts.get(id) ?? 0) + 1)
  }
  const entries = [...counts].map(([id, count]) => {
    const [type, encoding] = id.split(' ').map(Number)
    return struct([1, i32(type ?? 0)], [2, i32(encoding ?? 0)], [3, i32(count)])
  })
  return list(entries, WIRE.STRUCT)
}

/** One block of a split-block filter that answers "perhaps" to everything. */
function writeBloomFilter({ column }: WrittenChunk, push: (bytes: Uint8Array) => number): void {
  const header = struct([1, i32(32)], [2, struct([1, struct()])], [3, struct([1, struct()])], [4, struct([1, struct()])])
  const bytes = Buffer.concat([writeThrift(header), Buffer.alloc(32, 255)])
  const offset = push(bytes)
  const meta = column.v.find(({ id }) => id === 3)?.value
  if (meta?.t === 'struct') meta.v.push({ id: 14, value: i64(offset) }, { id: 15, value: i32(bytes.length) })
}

function writePageIndex(
  { leaf, plan, column, placed }: WrittenChunk,
  at: number,
  file: FilePlan,
  push: (bytes: Uint8Array) => number
): void {
  if (!plan.pageIndex) return
  const data = placed.filter(({ page }) => page.kind === 'data')
  let [slot, row] = [0, 0]
  const parts = data.map(({ page }) => {
    slot += page.slots
    return sliceLeaf(leaf, slot - page.slots, slot)
  })
  const bounds = parts.map(boundsOf)
  const columnIndex = struct(
    [
      1,
      list(
        bounds.map(each => bool(each === null)),
        WIRE.TRUE
      )
    ],
    [
      2,
      list(
        bounds.map(each => binary(each?.[0] ?? new Uint8Array(0))),
        WIRE.BINARY
      )
    ],
    [
      3,
      list(
        bounds.map(each => binary(each?.[1] ?? new Uint8Array(0))),
        WIRE.BINARY
      )
    ],
    [4, i32(0)],
    [
      5,
      list(
        parts.map(part => i64(part.definition.length - part.values.length)),
        WIRE.I64
      )
    ]
  )
  const locations = data.map(({ page, offset, bytes }) => {
    row += page.rows
    return struct([1, i64(offset)], [2, i32(bytes)], [3, i64(row - page.rows)])
  })
  const offsetIndex = struct([1, list(locations, WIRE.STRUCT)])
  for (const edit of file.indexEdits) edit(columnIndex, offsetIndex, at)
  const [one, other] = [writeThrift(offsetIndex), writeThrift(columnIndex)]
  column.v.push({ id: 4, value: i64(push(one)) }, { id: 5, value: i32(one.length) })
  column.v.push({ id: 6, value: i64(push(other)) }, { id: 7, value: i32(other.length) })
}

function footerOf(
  plan: FilePlan,
  groups: readonly { rows: number; start: number; end: number; chunks: readonly WrittenChunk[] }[]
): TStruct {
  const root = group(
    'schema',
    plan.columns.map(column => column.node),
    { repetition: REQUIRED }
  )
  const elements = schemaElements(root)
  for (const edit of plan.schemaEdits) edit(elements)
  const rowGroups = groups.map(({ rows, start, end, chunks }, ordinal) =>
    struct(
      [
        1,
        list(
          chunks.map(chunk => chunk.column),
          WIRE.STRUCT
        )
      ],
      [2, i64(end - start)],
      [3, i64(rows)],
      [4, plan.sortingColumns ? list([struct([1, i32(1)], [2, bool(false)], [3, bool(false)])]) : undefined],
      [5, plan.groupDetails ? i64(start) : undefined],
      [6, plan.groupDetails ? i64(end - start) : undefined],
      [7, plan.groupDetails ? i16(ordinal) : undefined]
    )
  )
  const leaves = groups[0]?.chunks.length ?? 0
  return struct(
    [1, i32(plan.version)],
    [2, list(elements, WIRE.STRUCT)],
    [3, i64(plan.rows)],
    [4, list(rowGroups, WIRE.STRUCT)],
    [
      5,
      plan.keyValues.length === 0
        ? undefined
        : list(plan.keyValues.map(({ key, value }) => struct([1, binary(key)], [2, value === null ? undefined : binary(value)])))
    ],
    [6, plan.createdBy === null ? undefined : binary(plan.createdBy)],
    [
      7,
      plan.columnOrders
        ? list(
            Array.from({ length: leaves }, () => struct([1, struct()])),
            WIRE.STRUCT
          )
        : undefined
    ]
  )
}
