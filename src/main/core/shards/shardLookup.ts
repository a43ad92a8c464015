/**
 * Open shards by path. The least recently used one is closed when they use too much memory, so that reading near an earlier row decodes no
 * page.
 */
import { CacheCorruptError, SystemError } from '../../../shared/model/errors.ts'
import { stampIfVisible } from '../fs/fileStamp.ts'
import { shardFilePath } from '../layouts/paths.ts'
import { openShardRows, type ShardRows } from './shardRows.ts'

const OPEN_SHARDS = 32
const HELD_BYTES = 64 * 1024 * 1024

export class ShardLookup {
  private readonly open_ = new Map<string, ShardRows>()
  private readonly root: string

  /** @param root absolute */
  constructor(root: string) {
    this.root = root
  }

  /**
   * The current shard at a path. A shard that was replaced since it was opened is opened again.
   * @throws CacheCorruptError, SystemError
   */
  open(shardPath: string): ShardRows {
    const known = this.open_.get(shardPath)
    if (known !== undefined) {
      this.open_.delete(shardPath)
      if (this.isCurrent(known)) {
        known.reader.allow()
        this.open_.set(shardPath, known)
        return known
      }
      known.close()
    }
    const rows = this.openNew(shardPath)
    this.open_.set(shardPath, rows)
    this.trim()
    return rows
  }

  close(): void {
    for (const rows of this.open_.values()) rows.close()
    this.open_.clear()
  }

  private openNew(shardPath: string): ShardRows {
    try {
      return openShardRows(this.root, shardPath)
    } catch (error) {
      if (!(error instanceof SystemError) || error.details.error !== 'ENOENT') throw error
      throw new CacheCorruptError(
        `cache shard ${shardPath} does not exist, but the index points to it`,
        { shard_path: shardPath },
        { cause: error }
      )
    }
  }

  private isCurrent(rows: ShardRows): boolean {
    // Removed or not accessible: opening it again gives the reason.
    const stamp = stampIfVisible(shardFilePath(this.root, rows.shardPath))
    return stamp?.bytes === rows.reader.file.bytes && stamp.mtimeNs === rows.reader.file.mtimeNs
  }

  private trim(): void {
    let held = 0
    for (const rows of this.open_.values()) held += rows.heldBytes
    for (const [path, rows] of this.open_) {
      if (this.open_.size <= 1 || (this.open_.size <= OPEN_SHARDS && held <= HELD_BYTES)) return
      held -= rows.heldBytes
      this.open_.delete(path)
      rows.close()
    }
  }
}
