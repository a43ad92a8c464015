/** The plan of a Parquet file: every choice of a writer, as plain data that tweaks change before the file is made. */
import type { CodecName, CodecStyle } from './codecs.ts'
import type { DeltaStyle, EncodingName } from './encodings.ts'
import { MIXED, type RunStyle } from './hybrid.ts'
import type { NestedValue, SchemaNode } from './schema.ts'
import type { TStruct } from './thriftTree.ts'

/** A page before it is written. Edits may change anything. */
export type PlannedPage = {
  kind: 'dictionary' | 'data' | 'other'
  header: TStruct
  body: Uint8Array
  /** Number of values, nulls and empty lists, and number of rows that begin in it. */
  slots: number
  rows: number
}

/** How the leaves of a column are written. */
export type ChunkPlan = {
  codec: CodecName
  codecStyle: CodecStyle
  encoding: EncodingName
  /** Values are in a dictionary, except from this page on. */
  dictionary: boolean
  dictionaryPages: number
  /** Encodings are also used for types that cannot have them. */
  anyEncoding: boolean
  /** The name of the dictionary's encoding: the new one or that of Parquet 1. */
  oldDictionaryName: boolean
  pageSlots: number
  /** Data pages of version 2. */
  v2: boolean
  /** `is_compressed` of version 2. Null omits it. */
  isCompressed: boolean | null
  bitPackedLevels: boolean
  levelRuns: RunStyle
  indexRuns: RunStyle
  /** Additional bits of dictionary indices. */
  extraIndexBits: number
  valueRuns: RunStyle
  delta: DeltaStyle
  checksum: 'none' | 'right' | 'wrong'
  /** Bytes after the values, inside the page. */
  spare: Uint8Array
  chunkStatistics: boolean
  pageStatistics: boolean
  sizeStatistics: boolean
  pageIndex: boolean
  encodingStatistics: boolean
  bloomFilter: boolean
  /** Changes pages before they are concatenated. */
  pageEdits: ((pages: PlannedPage[]) => void)[]
  /** The metadata of each of its chunks, once offsets are known. */
  metaEdits: ((meta: TStruct, chunk: TStruct) => void)[]
}

export type ColumnPlan = {
  node: SchemaNode
  /** One value for each row of the file. */
  values: NestedValue[]
  chunk: ChunkPlan
}

export type FilePlan = {
  rows: number
  columns: ColumnPlan[]
  /** Rows of each row group. Their sum is `rows`. */
  groups: number[]
  version: number
  createdBy: string | Uint8Array | null
  keyValues: { key: string | Uint8Array; value: Uint8Array | string | null }[]
  columnOrders: boolean
  sortingColumns: boolean
  /** `file_offset`, `total_compressed_size` and `ordinal` of row groups. */
  groupDetails: boolean
  magic: string
  /** Bytes between pages and footer. */
  gap: Uint8Array
  schemaEdits: ((elements: TStruct[]) => void)[]
  /** Column and offset indexes, before they are written, one list per chunk. */
  indexEdits: ((columnIndex: TStruct, offsetIndex: TStruct, column: number) => void)[]
  footerEdits: ((footer: TStruct) => void)[]
  /** The whole file, at the end. */
  byteEdits: ((bytes: Buffer) => Buffer)[]
}

export function defaultChunk(changes: Partial<ChunkPlan> = {}): ChunkPlan {
  return {
    codec: 'ZSTD',
    codecStyle: 'usual',
    encoding: 'PLAIN',
    dictionary: false,
    dictionaryPages: Number.POSITIVE_INFINITY,
    anyEncoding: false,
    oldDictionaryName: false,
    pageSlots: Number.POSITIVE_INFINITY,
    v2: false,
    isCompressed: null,
    bitPackedLevels: false,
    levelRuns: MIXED,
    indexRuns: MIXED,
    extraIndexBits: 0,
    valueRuns: MIXED,
    delta: { block: 128, miniblocks: 4 },
    checksum: 'none',
    spare: new Uint8Array(0),
    chunkStatistics: false,
    pageStatistics: false,
    sizeStatistics: false,
    pageIndex: false,
    encodingStatistics: false,
    bloomFilter: false,
    pageEdits: [],
    metaEdits: [],
    ...changes
  }
}
