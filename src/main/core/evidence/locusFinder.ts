/**
 * Finds the loci of windows whose rows are lost. The same windows are in shards of other configurations, usually for the same contig and
 * block. Otherwise the index gives other places of the same window hash.
 */
import { hex } from '../base/hex.ts'
import type { WindowIndex } from '../index/windowIndex.ts'
import { addressOf } from '../layouts/layoutOf.ts'
import { isShardPath } from '../layouts/paths.ts'
import { digestAt, integerAt, textAt } from '../shards/rowValues.ts'
import { ShardLookup } from '../shards/shardLookup.ts'

/** 0-based, half-open, in bp. */
export type LostWindow = { readonly chrom: string; readonly startBp: bigint; readonly endBp: bigint }

/** Maximum number of shards in other configurations to read for one lost shard. */
const SISTERS = 8
/** Maximum number of places of a window hash to read. */
const PLACES = 4

export class LocusFinder {
  private readonly index: WindowIndex | null
  private readonly present: readonly string[]
  private readonly lookup: ShardLookup
  /** Read once. The index has as many entries for a missing shard as it had rows. */
  private readonly unopened = new Set<string>()
  private blocks: ReadonlyMap<string, readonly string[]> | null = null

  /** @param present present shards, in path order */
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

  /** The loci of window hashes (hex). A hash that no present shard holds is omitted. */
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

  /** All windows of a shard in row order. None if it cannot be read, which the verification of that shard reports. */
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
      // The shard is damaged or was removed.
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
      // Problems of the index are reported by the comparison.
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
