/** An open shard: its footer, its columns by row group, its embeddings by page. */

import { TimeBudget } from '../base/timeBudget.ts'
import type { Layout } from '../layouts/layout.ts'
import { layoutOfRows, layoutsWithin } from '../layouts/layoutOf.ts'
import { WRITTEN_LAYOUT } from '../layouts/registry.ts'
import { type Limits, limitsInForce, overTime, shardTimeMs } from '../limits/limits.ts'
import { ShardFault } from '../limits/shardFault.ts'
import type { BoundColumns } from './bindColumns.ts'
import { ColumnReader, otherRows } from './columnReader.ts'
import type { PageMemory } from './file/pageMemory.ts'
import { standInFault } from './file/placeholders.ts'
import { openShardFile, type ShardFile } from './file/shardFile.ts'
import { type ColumnChunk, type RowGroup, readFooter, type ShardFooter } from './footer/footer.ts'
import { withRows } from './footer/rowGroups.ts'
import { valueAt } from './general/layoutColumns.ts'
import type { EmbeddingBatch } from './pages/embeddingBatch.ts'
import {
  type BooleanColumn,
  type DigestColumn,
  type FlatColumn,
  type IntegerColumn,
  type KeyColumns,
  type KeyParts,
  lengthOf,
  type RowColumns,
  type TextColumn
} from './pages/rowColumns.ts'
import { mayRaise } from './python/mayRaise.ts'

/**
 * Thrown if all columns of a row group have a different number of rows than the footer says, which Arrow does not notice. The reader's
 * footer has been corrected, so its row groups must be read again.
 */
export class RowsRecounted extends ShardFault {}

/**
 * Opens a shard and verifies its footer. Columns are verified when they are read.
 * @param path absolute
 * @param onOpen called with the open file before its contents are trusted. The file that it returns is read instead
 * @throws ShardFault, SystemError
 */
export function openShard(path: string, limits: Limits = limitsInForce(), onOpen?: (file: ShardFile) => ShardFile): ShardReader {
  const file = openShardFile(path)
  try {
    return new ShardReader(onOpen === undefined ? file : onOpen(file), limits)
  } catch (error) {
    try {
      throw (error instanceof ShardFault ? standInFault(file, error) : null) ?? error
    } finally {
      file.close()
    }
  }
}

const OTHER_COLUMNS = ['chrom', 'start_bp', 'end_bp', 'untargeted', 'created_at', 'schema_version'] as const
const SCHEMA_VERSION = 'schema_version'
const EMBEDDING = 'embedding'

export class ShardReader {
  readonly file: ShardFile
  readonly limits: Limits
  private proven: ShardFooter
  private opened: { readonly layout: Layout | null; readonly reader: ColumnReader } | null = null
  private time: TimeBudget
  private pages = { read: 0, checked: 0 }

  constructor(file: ShardFile, limits: Limits = limitsInForce()) {
    this.file = { ...file, onPage: hasChecksum => this.turnPage(hasChecksum) }
    this.limits = limits
    this.time = new TimeBudget(shardTimeMs(limits, file.bytes))
    this.proven = readFooter(file, limits)
  }

  get footer(): ShardFooter {
    return this.proven
  }

  /**
   * The layout of the rows: that of the columns and the first row, or the declared one if these do not match any layout that can be read.
   */
  get layout(): Layout {
    return this.open().layout ?? WRITTEN_LAYOUT
  }

  /** Null for a shard that has the columns of several layouts but rows of none of them. */
  get knownLayout(): Layout | null {
    return this.open().layout
  }

  private get reader(): ColumnReader {
    return this.open().reader
  }

  private open(): { readonly layout: Layout | null; readonly reader: ColumnReader } {
    if (this.opened === null) {
      const layout = this.findLayout()
      this.opened = { layout, reader: new ColumnReader(this.file, this.proven, layout ?? WRITTEN_LAYOUT, this.limits) }
    }
    return this.opened
  }

  private findLayout(): Layout | null {
    const candidates = layoutsWithin(new Set(this.proven.schema.columns.map(({ name }) => name)))
    const [newest = WRITTEN_LAYOUT, ...others] = candidates
    const group = this.proven.rowGroups.find(({ rows }) => rows > 0)
    // A shard of another layout may contain these columns. Its rows decide.
    if (group === undefined || (newest === WRITTEN_LAYOUT && others.length === 0)) return newest
    try {
      const versions = new ColumnReader(this.file, this.proven, newest, this.limits).flat(group, SCHEMA_VERSION)
      const [version = ''] = versions.kind === 'texts' ? [versions.texts[versions.codes[0] ?? 0]] : []
      const layout = layoutOfRows(version)
      return layout !== null && candidates.includes(layout) ? layout : null
    } catch (error) {
      // The caller finds the same fault when it reads the column.
      if (error instanceof ShardFault) return newest
      throw error
    }
  }

  /** Contradictions found so far that do not prevent GenoLeWM from reading the shard. */
  get oddities(): readonly string[] {
    return this.reader.notes.list
  }

  close(): void {
    this.file.close()
  }

  /**
   * Time limit for reading from now on, ms. The default, from the opening on, depends on the size of the shard. A caller that keeps a shard
   * open sets it for each query.
   */
  allow(ms = shardTimeMs(this.limits, this.file.bytes)): void {
    this.time = new TimeBudget(ms)
  }

  /** Whether pages were read, and each of them has a checksum. */
  get hasPageChecksums(): boolean {
    return this.pages.read > 0 && this.pages.checked === this.pages.read
  }

  /** @throws ShardFault `over_limit` when the time is up. The other limits bound the work between two pages */
  private turnPage(hasChecksum: boolean | null): void {
    if (this.time.isOver()) throw overTime(this.time.ms)
    if (hasChecksum === null) return
    this.pages.read += 1
    if (hasChecksum) this.pages.checked += 1
  }

  /** Verifies that all columns exist and that Arrow accepts the schema. */
  bind(): BoundColumns {
    return this.reader.bind()
  }

  /**
   * Corrects the number of rows of each row group from its key columns, so that `keys` and `columns` do not throw RowsRecounted. Faults of
   * these columns are left to the caller that reads them.
   */
  settleRows(): void {
    for (;;) {
      try {
        for (const group of this.footer.rowGroups) this.keys(group)
        return
      } catch (error) {
        if (error instanceof RowsRecounted) continue
        if (error instanceof ShardFault) return
        throw error
      }
    }
  }

  /** Null for a column that consists of several. */
  chunk(group: RowGroup, name: string): ColumnChunk | null {
    return this.reader.chunk(group, name)
  }

  /**
   * The columns of a row group's key.
   * @throws ShardFault, RowsRecounted
   */
  keys(group: RowGroup): KeyColumns {
    return keyColumns(group, this.layout, this.flats(group, keyNames(this.layout)))
  }

  /**
   * All columns of a row group except the embeddings.
   * @throws ShardFault, RowsRecounted
   */
  columns(group: RowGroup): RowColumns {
    const flats = this.flats(group, [...keyNames(this.layout), ...OTHER_COLUMNS])
    return {
      ...keyColumns(group, this.layout, flats),
      chrom: flats.get('chrom', 'texts'),
      startBp: flats.get('start_bp', 'integers'),
      endBp: flats.get('end_bp', 'integers'),
      untargeted: flats.get('untargeted', 'booleans'),
      createdAt: flats.get('created_at', 'integers'),
      schemaVersion: flats.get('schema_version', 'texts')
    }
  }

  /**
   * The embeddings of a row group, in row order.
   * @param memory that pages are decoded into. By default, each batch has its own
   */
  embeddings(group: RowGroup, memory?: PageMemory): Generator<EmbeddingBatch> {
    return this.reader.embeddings(group, EMBEDDING, memory)
  }

  /**
   * The embeddings of the one page that contains a row. Null if pages must be read from the first one.
   * @param row in the row group
   */
  embeddingPage(group: RowGroup, row: number): EmbeddingBatch | null {
    return this.reader.embeddingPage(group, EMBEDDING, row)
  }

  /**
   * Reads the columns of a row group that are not in the layout. GenoLeWM reads them too, and refuses the shard if it cannot.
   * @throws ShardFault
   */
  *checkOthers(group: RowGroup): Generator<void> {
    for (const column of this.bind().others) {
      const array = this.reader.readWhole(group, column)
      const { name, type } = column.field.field
      if (array.length !== group.rows) throw otherRows(name, array.length, group.rows)
      if (mayRaise(type)) for (let row = 0; row < array.length; row++) valueAt(array, row, { column: name, firstRow: group.firstRow })
      yield
    }
  }

  texts(group: RowGroup, name: string): TextColumn {
    return this.flats(group, [name]).get(name, 'texts')
  }

  integers(group: RowGroup, name: string): IntegerColumn {
    return this.flats(group, [name]).get(name, 'integers')
  }

  digests(group: RowGroup, name: string): DigestColumn {
    return this.flats(group, [name]).get(name, 'digests')
  }

  booleans(group: RowGroup, name: string): BooleanColumn {
    return this.flats(group, [name]).get(name, 'booleans')
  }

  private flats(group: RowGroup, names: readonly string[]): Flats {
    const columns = new Map(names.map(name => [name, this.reader.flat(group, name)]))
    const [first = group.rows] = [...columns.values()].map(lengthOf)
    for (const [name, column] of columns) if (lengthOf(column) !== first) throw otherRows(name, lengthOf(column), first)
    if (first === group.rows) return new Flats(columns)
    if (names.length > 1) this.proven = withRows(this.proven, group, first)
    throw new RowsRecounted('bad_page', `the columns hold ${first} rows for ${group.rows}`)
  }
}

function keyNames({ key }: Layout): string[] {
  return key.map(({ column }) => column)
}

function keyColumns({ rows }: RowGroup, layout: Layout, flats: Flats): KeyColumns {
  const parts = Object.fromEntries(layout.key.map(({ field, column, kind }) => [field, flats.get(column, kind)]))
  return { rows, layout, ...(parts as KeyParts) }
}

class Flats {
  private readonly columns: ReadonlyMap<string, FlatColumn>

  constructor(columns: ReadonlyMap<string, FlatColumn>) {
    this.columns = columns
  }

  get<K extends FlatColumn['kind']>(name: string, kind: K): Extract<FlatColumn, { kind: K }> {
    const column = this.columns.get(name)
    if (column === undefined || !isKind(kind, column)) throw new TypeError(`${name} is not a column of ${kind}`)
    return column
  }
}

function isKind<K extends FlatColumn['kind']>(kind: K, column: FlatColumn): column is Extract<FlatColumn, { kind: K }> {
  return column.kind === kind
}
