/** An open shard: its footer, its columns row group by row group, its embeddings page by page. */
import { LAYOUT_1, type Layout } from '../layout.ts'
import { standInFault } from '../placeholders.ts'
import { TimeBudget } from '../timeBudget.ts'
import { checkArrowSchema } from './arrowSchema.ts'
import { type BoundColumns, bindColumns } from './bindColumns.ts'
import type { EmbeddingBatch } from './embeddingBatch.ts'
import { readEmbeddingColumn, readEmbeddingPage } from './embeddingColumn.ts'
import {
  type BooleanColumn,
  type DigestColumn,
  type FlatColumn,
  type IntegerColumn,
  readFlatColumn,
  type TextColumn
} from './flatColumn.ts'
import { type ColumnChunk, type RowGroup, readFooter, type ShardFooter } from './footer.ts'
import { type Limits, limitsInForce, overTime, shardTimeMs } from './limits.ts'
import { readPageIndex } from './pageIndex.ts'
import type { PageMemory } from './pageMemory.ts'
import { ShardFault } from './shardFault.ts'
import { openShardFile, type ShardFile } from './shardFile.ts'

/** The key of each row of a row group, as columns. */
export type KeyColumns = {
  readonly rows: number
  readonly windowHash: DigestColumn
  readonly encoderHash: DigestColumn
  readonly stateLayer: IntegerColumn
  readonly poolType: TextColumn
  readonly poolRadius: IntegerColumn
  readonly dtype: TextColumn
}

/** Everything of a row group but its embeddings. */
export type RowColumns = KeyColumns & {
  readonly chrom: TextColumn
  readonly startBp: IntegerColumn
  readonly endBp: IntegerColumn
  readonly untargeted: BooleanColumn
  readonly createdAt: IntegerColumn
  readonly schemaVersion: TextColumn
}

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

export class ShardReader {
  readonly file: ShardFile
  readonly footer: ShardFooter
  readonly limits: Limits
  readonly layout: Layout = LAYOUT_1
  private bound: BoundColumns | null = null
  private time: TimeBudget
  private pages = { read: 0, checked: 0 }

  constructor(file: ShardFile, limits: Limits = limitsInForce()) {
    this.file = { ...file, onPage: hasChecksum => this.turnPage(hasChecksum) }
    this.limits = limits
    this.time = new TimeBudget(shardTimeMs(limits, file.bytes))
    this.footer = readFooter(file, limits)
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
  private turnPage(hasChecksum: boolean): void {
    if (this.time.isOver()) throw overTime(this.time.ms)
    this.pages.read += 1
    if (hasChecksum) this.pages.checked += 1
  }

  /** Proves that all columns are there and of a type that can hold them. */
  bind(): BoundColumns {
    if (this.bound === null) {
      checkArrowSchema(this.footer)
      this.bound = bindColumns(this.footer, this.layout)
    }
    return this.bound
  }

  chunk(group: RowGroup, name: string): ColumnChunk {
    const index = this.bind().get(name)
    const chunk = index === undefined ? undefined : group.chunks[index]
    if (chunk === undefined) throw new TypeError(`no column ${name} in the layout`)
    return chunk
  }

  /** The columns of a row group's key. */
  keys(group: RowGroup): KeyColumns {
    return {
      rows: group.rows,
      windowHash: this.digests(group, 'window_hash'),
      encoderHash: this.digests(group, 'encoder_hash'),
      stateLayer: this.integers(group, 'state_layer'),
      poolType: this.texts(group, 'pool_type'),
      poolRadius: this.integers(group, 'pool_radius'),
      dtype: this.texts(group, 'dtype')
    }
  }

  /** All columns of a row group but the embeddings. */
  columns(group: RowGroup): RowColumns {
    return {
      ...this.keys(group),
      chrom: this.texts(group, 'chrom'),
      startBp: this.integers(group, 'start_bp'),
      endBp: this.integers(group, 'end_bp'),
      untargeted: this.booleans(group, 'untargeted'),
      createdAt: this.integers(group, 'created_at'),
      schemaVersion: this.texts(group, 'schema_version')
    }
  }

  /**
   * The embeddings of a row group, in row order.
   * @param memory what is decoded into; by default each batch has its own
   */
  embeddings(group: RowGroup, memory?: PageMemory): Generator<EmbeddingBatch> {
    return readEmbeddingColumn(this.file, this.chunk(group, 'embedding'), group.rows, this.limits, memory)
  }

  /**
   * The embeddings of the one page that holds a row; null where the file has no page index, and pages have to be read from the first on.
   * @param row in the row group, inside it
   */
  embeddingPage(group: RowGroup, row: number): EmbeddingBatch | null {
    const chunk = this.chunk(group, 'embedding')
    const index = readPageIndex(this.file, chunk, group.rows, this.limits)
    return index === null ? null : readEmbeddingPage(this.file, chunk, index, row, this.limits)
  }

  texts(group: RowGroup, name: string): TextColumn {
    return expect('texts', this.flat(group, name, 'texts'))
  }

  integers(group: RowGroup, name: string): IntegerColumn {
    return expect('integers', this.flat(group, name, 'integers'))
  }

  digests(group: RowGroup, name: string): DigestColumn {
    return expect('digests', this.flat(group, name, 'digests'))
  }

  booleans(group: RowGroup, name: string): BooleanColumn {
    return expect('booleans', this.flat(group, name, 'booleans'))
  }

  private flat(group: RowGroup, name: string, kind: FlatColumn['kind']): FlatColumn {
    const width = this.layout.columns.find(spec => spec.name === name)?.width ?? 0
    return readFlatColumn(this.file, this.chunk(group, name), kind, this.limits, width)
  }
}

function expect<K extends FlatColumn['kind']>(kind: K, column: FlatColumn): Extract<FlatColumn, { kind: K }> {
  if (!isKind(kind, column)) throw new TypeError(`a column of ${column.kind}, not of ${kind}`)
  return column
}

function isKind<K extends FlatColumn['kind']>(kind: K, column: FlatColumn): column is Extract<FlatColumn, { kind: K }> {
  return column.kind === kind
}
