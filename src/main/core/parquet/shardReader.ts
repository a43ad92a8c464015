/** An open shard: its footer, its columns row group by row group, its embeddings page by page. */

import { TimeBudget } from '../base/timeBudget.ts'
import { LAYOUT_1, type Layout } from '../layouts/layout.ts'
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
  lengthOf,
  type RowColumns,
  type TextColumn
} from './pages/rowColumns.ts'
import { mayRaise } from './python/mayRaise.ts'

/**
 * All columns of a row group hold another number of rows than the footer says, which Arrow does not notice. The reader's footer has been
 * corrected: its row groups have to be taken anew.
 */
export class RowsRecounted extends ShardFault {}

/**
 * Opens a shard and proves its footer; columns are proven when they are asked for.
 * @param path absolute
 * @param onOpen called with the open file, before a byte of it is believed; what it returns is read in its place
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

const KEY_COLUMNS = ['window_hash', 'encoder_hash', 'state_layer', 'pool_type', 'pool_radius', 'dtype'] as const
const OTHER_COLUMNS = ['chrom', 'start_bp', 'end_bp', 'untargeted', 'created_at', 'schema_version'] as const
const EMBEDDING = 'embedding'

export class ShardReader {
  readonly file: ShardFile
  readonly limits: Limits
  readonly layout: Layout = LAYOUT_1
  private proven: ShardFooter
  private readonly reader: ColumnReader
  private time: TimeBudget
  private pages = { read: 0, checked: 0 }

  constructor(file: ShardFile, limits: Limits = limitsInForce()) {
    this.file = { ...file, onPage: hasChecksum => this.turnPage(hasChecksum) }
    this.limits = limits
    this.time = new TimeBudget(shardTimeMs(limits, file.bytes))
    this.proven = readFooter(file, limits)
    this.reader = new ColumnReader(this.file, this.proven, this.layout, limits)
  }

  get footer(): ShardFooter {
    return this.proven
  }

  /** What contradicts itself, as far as it was met, without keeping GenoLeWM from reading the shard. */
  get oddities(): readonly string[] {
    return this.reader.notes.list
  }

  close(): void {
    this.file.close()
  }

  /**
   * From now on reading may take so long, ms; before that, and by default, it is what the limits give a shard of this size, from when it
   * was opened. Who keeps a shard open between questions says it with each.
   */
  allow(ms = shardTimeMs(this.limits, this.file.bytes)): void {
    this.time = new TimeBudget(ms)
  }

  /** Whether pages were read, and every one of them carried a checksum. */
  get hasPageChecksums(): boolean {
    return this.pages.read > 0 && this.pages.checked === this.pages.read
  }

  /** @throws ShardFault `over_limit` when the time is up: what lies between two pages is bounded by the other limits */
  private turnPage(hasChecksum: boolean | null): void {
    if (this.time.isOver()) throw overTime(this.time.ms)
    if (hasChecksum === null) return
    this.pages.read += 1
    if (hasChecksum) this.pages.checked += 1
  }

  /** Proves that all columns are there, and that Arrow takes the schema. */
  bind(): BoundColumns {
    return this.reader.bind()
  }

  /**
   * Corrects the number of rows of each row group by its key columns, so that `keys` and `columns` throw no RowsRecounted. A fault in
   * them is left to the caller that reads them.
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

  /** Null for a column that is put together from several. */
  chunk(group: RowGroup, name: string): ColumnChunk | null {
    return this.reader.chunk(group, name)
  }

  /**
   * The columns of a row group's key.
   * @throws ShardFault, RowsRecounted
   */
  keys(group: RowGroup): KeyColumns {
    return keyColumns(group, this.flats(group, KEY_COLUMNS))
  }

  /**
   * All columns of a row group but the embeddings.
   * @throws ShardFault, RowsRecounted
   */
  columns(group: RowGroup): RowColumns {
    const flats = this.flats(group, [...KEY_COLUMNS, ...OTHER_COLUMNS])
    return {
      ...keyColumns(group, flats),
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
   * @param memory what is decoded into; by default each batch has its own
   */
  embeddings(group: RowGroup, memory?: PageMemory): Generator<EmbeddingBatch> {
    return this.reader.embeddings(group, EMBEDDING, memory)
  }

  /**
   * The embeddings of the one page that holds a row; null where pages have to be read from the first on.
   * @param row in the row group, inside it
   */
  embeddingPage(group: RowGroup, row: number): EmbeddingBatch | null {
    return this.reader.embeddingPage(group, EMBEDDING, row)
  }

  /**
   * Reads the columns of a row group that the layout does not have: GenoLeWM reads them too, and refuses the shard where it cannot.
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

function keyColumns({ rows }: RowGroup, flats: Flats): KeyColumns {
  return {
    rows,
    windowHash: flats.get('window_hash', 'digests'),
    encoderHash: flats.get('encoder_hash', 'digests'),
    stateLayer: flats.get('state_layer', 'integers'),
    poolType: flats.get('pool_type', 'texts'),
    poolRadius: flats.get('pool_radius', 'integers'),
    dtype: flats.get('dtype', 'texts')
  }
}

class Flats {
  private readonly columns: ReadonlyMap<string, FlatColumn>

  constructor(columns: ReadonlyMap<string, FlatColumn>) {
    this.columns = columns
  }

  get<K extends FlatColumn['kind']>(name: string, kind: K): Extract<FlatColumn, { kind: K }> {
    const column = this.columns.get(name)
    if (column === undefined || !isKind(kind, column)) throw new TypeError(`${name} is no column of ${kind}`)
    return column
  }
}

function isKind<K extends FlatColumn['kind']>(kind: K, column: FlatColumn): column is Extract<FlatColumn, { kind: K }> {
  return column.kind === kind
}
