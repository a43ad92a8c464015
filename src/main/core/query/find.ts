/** Finds rows by a hash prefix, a locus, or a DNA sequence. */

import { createHash } from 'node:crypto'
import { setImmediate } from 'node:timers/promises'
import { CacheError, CancelledError } from '../../../shared/model/errors.ts'
import type { LayoutVersion } from '../../../shared/model/layout.ts'
import type { RowPlace, WindowRowInfo } from '../../../shared/model/record.ts'
import type { LongOptions } from '../../../shared/model/report.ts'
import { hex } from '../base/hex.ts'
import { ProgressMeter } from '../base/progress.ts'
import { checkCacheRoot } from '../cache/cacheRoot.ts'
import { hiddenShards, walkShards } from '../cache/walkShards.ts'
import { mayBeThere } from '../fs/durableFile.ts'
import { openIndex } from '../index/windowIndex.ts'
import { isOfContig, sameContig } from '../layouts/contigNames.ts'
import type { Layout } from '../layouts/layout.ts'
import { comparePaths, isShardPath, shardFilePath } from '../layouts/paths.ts'
import type { ShardReader } from '../parquet/shardReader.ts'
import { faultFinding } from '../shards/faultFinding.ts'
import { onlyContig } from '../shards/onlyContig.ts'
import { openShardAt } from '../shards/openShardAt.ts'
import { integerAt, rowInfoAt, textAt } from '../shards/rowValues.ts'
import { contigOf, type Locus, parseQuery, underOtherName } from './findQuery.ts'

export type FoundRow = WindowRowInfo & RowPlace

export type FindResult = {
  readonly query: string
  readonly kind: 'hash' | 'locus' | 'dna'
  readonly rows: readonly FoundRow[]
  /** There are more rows than the limit. */
  readonly truncated: boolean
}

const DEFAULT_LIMIT = 1000

export type FindOptions = LongOptions & {
  readonly limit?: number
  /** Shards that may have rows of a locus, if the caller knows them; by default every footer is read. */
  readonly among?: ReadonlySet<string>
}

/**
 * Finds rows. A hash or DNA sequence is searched in the index, or in all shards if there is no usable index or it points to missing shards.
 * A locus is compared with the contigs in the footers, because the name of a shard may be wrong. `onFinding` is called for everything that
 * could not be searched.
 * @throws InputError for any other query, SystemError, CancelledError
 */
export async function find(cacheDir: string, query: string, options: FindOptions = {}): Promise<FindResult> {
  const root = await checkCacheRoot(cacheDir)
  const parsed = parseQuery(query)
  const search = new Search(root, options.limit ?? DEFAULT_LIMIT, options)
  let { kind } = parsed
  if (parsed.kind === 'locus') {
    await search.byLocus(parsed.loci)
    if (parsed.refusal !== null && !search.metContig) throw parsed.refusal
  } else {
    const prefix = parsed.kind === 'dna' ? createHash('sha256').update(parsed.dna).digest('hex') : parsed.prefix
    await search.byPrefix(prefix)
    // A text like ACACACAC… is both: if no window has this sequence, it may still be a hash prefix.
    if (parsed.kind === 'dna' && search.rows.length === 0 && /^[ac]{16,64}$/i.test(parsed.dna))
      await search.byPrefix(parsed.dna.toLowerCase())
    // A number alone may be the name of a scaffold.
    const contig = contigOf(query)
    if (search.rows.length === 0 && contig !== null && (await search.byContigOfPath(contig))) kind = 'locus'
  }
  return { query, kind, rows: search.rows, truncated: search.truncated }
}

class Search {
  readonly rows: FoundRow[] = []
  truncated = false
  /** Whether a shard has rows of the contig, at the locus or elsewhere. */
  metContig = false
  private readonly root: string
  private readonly limit: number
  private readonly options: FindOptions

  constructor(root: string, limit: number, options: FindOptions) {
    this.root = root
    this.limit = limit
    this.options = options
  }

  /** Adds a row; false if the limit is reached. */
  private take(info: WindowRowInfo, shardPath: string, rowOffset: number): boolean {
    if (this.rows.length >= this.limit) {
      this.truncated = true
      return false
    }
    this.rows.push({ ...info, shardPath, rowOffset })
    return true
  }

  async byPrefix(prefix: string): Promise<void> {
    const indexed = this.indexed(prefix)
    if (indexed === null || this.pointsNowhere(indexed.places)) {
      await this.scan(
        () => true,
        (shard, shardPath) => this.scanHashes(shard, shardPath, prefix)
      )
      return
    }
    for (const [shardPath, rows] of Map.groupBy(indexed.places, place => place.shardPath)) {
      this.readShard(shardPath, shard =>
        this.takeRows(
          shard,
          shardPath,
          rows.map(row => row.rowOffset),
          prefix
        )
      )
    }
    if (this.rows.length === 0) await this.scanOtherLayouts(indexed.layout, prefix)
  }

  /** Searches shards of other layouts than that of the index, which cannot hold their rows. It has entries of all others. */
  private async scanOtherLayouts({ version }: Layout, prefix: string): Promise<void> {
    const known = this.indexedShards()
    const { shardPaths } = await walkShards(this.root, this.options.signal)
    for (const shardPath of shardPaths) {
      if (this.options.signal?.aborted) throw new CancelledError()
      if (known.has(shardPath) || !this.isOfOtherLayout(shardPath, version)) continue
      this.readShard(shardPath, shard => this.scanHashes(shard, shardPath, prefix))
      if (this.truncated) return
      await setImmediate()
    }
  }

  private indexedShards(): ReadonlySet<string> {
    try {
      const index = openIndex(this.root, 'read')
      try {
        return new Set(index?.distinctShardPaths() ?? [])
      } finally {
        index?.close()
      }
    } catch (error) {
      if (error instanceof CacheError) return new Set()
      throw error
    }
  }

  /** False for a shard that cannot be opened: nothing says that the index cannot hold it. */
  private isOfOtherLayout(shardPath: string, version: LayoutVersion): boolean {
    let isOther = false
    try {
      const shard = openShardAt(this.root, shardPath)
      try {
        isOther = shard.knownLayout !== null && shard.knownLayout.version !== version
      } finally {
        shard.close()
      }
    } catch (error) {
      faultFinding(shardPath, error)
    }
    return isOther
  }

  /**
   * An index that points to missing shards is not used, because existing rows would be missed. Shards that cannot be inspected give the
   * reason when they are read.
   */
  private pointsNowhere(places: readonly RowPlace[]): boolean {
    const shardPaths = new Set(places.map(({ shardPath }) => shardPath))
    return [...shardPaths].some(shardPath => !isShardPath(shardPath) || !mayBeThere(shardFilePath(this.root, shardPath)))
  }

  /** Locations from the index, in path order; null if there is no index to use. */
  private indexed(prefix: string): { readonly places: RowPlace[]; readonly layout: Layout } | null {
    try {
      const index = openIndex(this.root, 'read')
      if (index === null) return null
      try {
        const { layout } = index
        const places = index.withPrefix(prefix, this.limit + 1)
        return { places: places.sort((a, b) => comparePaths(a.shardPath, b.shardPath) || a.rowOffset - b.rowOffset), layout }
      } finally {
        index.close()
      }
    } catch (error) {
      // Damaged, locked or unreadable: the shards hold every row as well.
      if (error instanceof CacheError) return null
      throw error
    }
  }

  private takeRows(shard: ShardReader, shardPath: string, rowOffsets: readonly number[], prefix = ''): void {
    for (const group of shard.footer.rowGroups) {
      const inGroup = rowOffsets.filter(row => Number.isInteger(row) && row >= group.firstRow && row < group.firstRow + group.rows)
      if (inGroup.length === 0) continue
      const columns = shard.columns(group)
      for (const row of inGroup) {
        const info = rowInfoAt(columns, row - group.firstRow)
        // The index may be wrong, so only rows with the requested hash count.
        if (info === null || !hex(info.windowHash).startsWith(prefix)) continue
        if (!this.take(info, shardPath, row)) return
      }
    }
  }

  private scanHashes(shard: ShardReader, shardPath: string, prefix: string): void {
    for (const group of shard.footer.rowGroups) {
      const hashes = shard.digests(group, 'window_hash')
      const text = Buffer.from(hashes.bytes).toString('hex')
      const hits = Array.from({ length: group.rows }, (_, row) => row).filter(row => text.startsWith(prefix, row * 64))
      if (hits.length > 0)
        this.takeRows(
          shard,
          shardPath,
          hits.map(row => group.firstRow + row)
        )
    }
  }

  async byLocus(loci: readonly Locus[]): Promise<void> {
    await this.scanLoci(loci)
    if (this.metContig) return
    const renamed = loci.flatMap(locus => underOtherName(locus) ?? [])
    if (renamed.length > 0) await this.scanLoci(renamed)
  }

  private async scanLoci(loci: readonly Locus[]): Promise<void> {
    const { among } = this.options
    await this.scan(
      shardPath => among === undefined || among.has(shardPath),
      (shard, shardPath) => this.scanSpans(shard, shardPath, loci)
    )
  }

  /** Searches only shards whose own name has the contig. */
  async byContigOfPath(locus: Locus): Promise<boolean> {
    const isOf = (shardPath: string): boolean => isOfContig(shardPath, locus.contig)
    const { shardPaths } = await walkShards(this.root, this.options.signal)
    if (shardPaths.some(isOf)) await this.scan(isOf, (shard, shardPath) => this.scanSpans(shard, shardPath, [locus]))
    return this.rows.length > 0
  }

  private scanSpans(shard: ShardReader, shardPath: string, loci: readonly Locus[]): void {
    const named = loci.some(locus => isOfContig(shardPath, locus.contig))
    for (const group of shard.footer.rowGroups) {
      const only = named ? null : onlyContig(shard, group)
      // A footer that contradicts the shard's name may be wrong itself, so the column decides.
      if (only !== null && !loci.some(locus => sameContig(only, locus.contig)) && isOfContig(shardPath, only)) continue
      const chrom = shard.texts(group, 'chrom')
      const wanted = chrom.texts.map(text => loci.filter(locus => sameContig(text, locus.contig)))
      if (wanted.every(list => list.length === 0)) continue
      this.metContig = true
      const start = shard.integers(group, 'start_bp')
      const end = shard.integers(group, 'end_bp')
      const hits: number[] = []
      for (let row = 0; row < group.rows; row++) {
        const overlaps = (wanted[chrom.codes[row] ?? 0] ?? []).some(
          locus => integerAt(start, row) < locus.endBp && integerAt(end, row) > locus.startBp
        )
        if (overlaps && textAt(chrom, row) !== '') hits.push(group.firstRow + row)
      }
      if (hits.length > 0) this.takeRows(shard, shardPath, hits)
    }
  }

  private async scan(mayHold: (shardPath: string) => boolean, look: (shard: ShardReader, shardPath: string) => void): Promise<void> {
    const walk = await walkShards(this.root, this.options.signal)
    for (const found of hiddenShards(walk)) this.options.onFinding?.(found)
    const candidates = walk.shardPaths.filter(mayHold)
    const meter = new ProgressMeter(this.options.onProgress, 'read', candidates.length)
    for (const shardPath of candidates) {
      if (this.options.signal?.aborted) throw new CancelledError()
      this.readShard(shardPath, shard => look(shard, shardPath))
      meter.step(shardPath)
      if (this.truncated) return
      await setImmediate()
    }
  }

  /** An unreadable shard is reported as a finding, and the search continues in the others. */
  private readShard(shardPath: string, read: (shard: ShardReader) => void): void {
    try {
      const shard = openShardAt(this.root, shardPath)
      try {
        if (shard.footer.oddities.length > 0) shard.settleRows()
        read(shard)
      } finally {
        shard.close()
      }
    } catch (error) {
      this.options.onFinding?.(faultFinding(shardPath, error))
    }
  }
}
