/**
 * The files that a verification reads, as it reads them. A finding about a file with another stamp at the end is uncertain, because another
 * process has written it. Stamps are compared with each other, never with a clock.
 */
import type { FileStamp } from '../../core/index.ts'

export class ComparedFiles {
  private readonly stamps: Map<string, FileStamp>
  private readonly indexBefore: Promise<FileStamp | null | undefined>

  /**
   * @param shards the shards of the cache at the start
   * @param indexBefore the index at the start; null for no index, undefined if unknown
   */
  constructor(shards: Iterable<FileStamp & { readonly shardPath: string }>, indexBefore: Promise<FileStamp | null | undefined>) {
    this.stamps = new Map()
    for (const shard of shards) this.stamps.set(shard.shardPath, shard)
    this.indexBefore = indexBefore
  }

  /** Shards as they were read, possibly later than the start. */
  note(read: Iterable<FileStamp & { readonly shardPath: string }>): void {
    for (const { shardPath, bytes, mtimeNs } of read) this.stamps.set(shardPath, { bytes, mtimeNs })
  }

  /** A shard as it was read; null if it did not exist. */
  stampOf(shardPath: string): FileStamp | null {
    return this.stamps.get(shardPath) ?? null
  }

  /** Ended jobs are kept, but not the list of their files. */
  clear(): void {
    this.stamps.clear()
  }

  /** Whether the index has changed since the start, as far as known. */
  async isIndexWritten(now: FileStamp | null): Promise<boolean> {
    const before = await this.indexBefore
    return before !== undefined && !sameFile(before, now)
  }
}

/** Whether two stamps describe the same state of a file; null is no file. */
export function sameFile(a: FileStamp | null, b: FileStamp | null): boolean {
  return a === null || b === null ? a === b : a.bytes === b.bytes && a.mtimeNs === b.mtimeNs
}
