/**
 * The loci of windows whose rows are gone: the same windows lie in shards of other configurations, mostly of the same contig and block,
 * else wherever the index has the same window hash.
 */
import { hex } from '../base/hex.ts'
import type { WindowIndex } from '../index/windowIndex.ts'
import { addressOf } from '../layouts/layoutOf.ts'
import { isShardPath } from '../layouts/paths.ts'
import { digestAt, integerAt, textAt } from '../shards/rowValues.ts'
import { ShardLookup } from '../shards/shardLookup.ts'

/** 0-based, half-open, in bp. */
export type LostWindow = { readonly chrom: string; readonly startBp: bigint; readonly endBp: bigint }

/** So many shards of other configurations are read for one that is gone. */
const SISTERS = 8
/** So many places of a window hash are looked at. */
const PLACES = 4

export class LocusFinder {
  private readonly index: WindowIndex | null
  private readonly present: readonly string[]
  private readonly lookup: ShardLookup
  /** Tried once: the index has as many entries of a missing shard as it had rows. */
  private readonly unopened = new Set<string>()
  private blocks: ReadonlyMap<string, readonly string[]> | null = null

  /** @param present shards that are there, in path order */
  constructor(root: string, index: WindowIndex | null, present: readonly string[]) {
    this.index = index
    this.present = present
    this.lookup = new ShardLookup(root)
  }

  close(): void {
    this.lookup.close()
  }

  /** Shards of the same contig and block in other configurations. */
  sistersOf(shardPath: string): readonly string[] {
    this.blocks ??= Map.groupBy(this.present, blockOf)
    return blockOf(shardPath) === '' ? [] : (this.blocks.get(blockOf(shardPath)) ?? []).slice(0, SISTERS)
  }

  /** The loci of window hashes (hex); a hash that no present shard holds is left out. */
  find(shardPath: string, hashes: Iterable<string>): Map<string, LostWindow> {
    const open = new Set(hashes)
    const found = new Map<string, LostWindow>()
    for (const sister of this.sistersOf(shardPath)) {
      if (open.size === 0) break
      for (const { windowHash, window } of this.windowsOf(sister)) if (open.delete(windowHash)) found.set(windowHash, window)
    }
    for (const hash of open) {
      const window = this.byIndex(hash)
      if (window !== null) found.set(hash, window)
    }
    return found
  }

  /** All windows of a shard in row order; nothing where it cannot be read, which is reported where it is verified. */
  *windowsOf(shardPath: string): Generator<{ readonly windowHash: string; readonly window: LostWindow }> {
    try {
      const { reader } = this.lookup.open(shardPath)
      for (const group of reader.footer.rowGroups) {
        const { rows, windowHash, chrom, startBp, endBp } = reader.columns(group)
        for (let row = 0; row < rows; row++) {
          const window = { chrom: textAt(chrom, row), startBp: integerAt(startBp, row), endBp: integerAt(endBp, row) }
          yield { windowHash: hex(digestAt(windowHash, row)), window }
        }
      }
    } catch {
      // Damage, or a shard that went away.
    }
  }

  private byIndex(windowHash: string): LostWindow | null {
    try {
      for (const { shardPath, rowOffset } of this.index?.withPrefix(windowHash, PLACES) ?? []) {
        if (!isShardPath(shardPath)) continue
        const info = this.infoAt(shardPath, rowOffset)
        if (info !== null && hex(info.windowHash) === windowHash) return info
      }
    } catch {
      // What is wrong with the index is reported where it is compared.
    }
    return null
  }

  private infoAt(shardPath: string, rowOffset: number) {
    const shard = this.unopened.has(shardPath) ? null : this.open(shardPath)
    try {
      return shard?.info(rowOffset) ?? null
    } catch {
      return null
    }
  }

  private open(shardPath: string) {
    try {
      return this.lookup.open(shardPath)
    } catch {
      this.unopened.add(shardPath)
      return null
    }
  }
}

function blockOf(shardPath: string): string {
  const address = addressOf(shardPath)
  return address === null ? '' : `${address.strideBlock} ${address.contig}`
}
