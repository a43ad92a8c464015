/** Opens a shard by its path in the cache. Symbolic links at that path and above it are followed according to the policy. */
import { lstatSync, type Stats } from 'node:fs'
import { join } from 'node:path'
import { linkTarget } from '../fs/links.ts'
import { asSystemError } from '../fs/systemError.ts'
import { shardFilePath } from '../layouts/paths.ts'
import { type ShardFault, shardFault } from '../limits/shardFault.ts'
import { openShardFile, type ShardFile } from '../parquet/file/shardFile.ts'
import { openShard, type ShardReader } from '../parquet/shardReader.ts'

/**
 * Opens a shard and validates its footer.
 * @param root absolute real path
 * @param onOpen called with the open file. Its result is read instead
 * @throws ShardFault, SystemError
 */
export function openShardAt(root: string, shardPath: string, onOpen?: (file: ShardFile) => ShardFile): ShardReader {
  checkFolders(root, shardPath)
  return openShard(shardFilePath(root, shardPath), undefined, onOpen)
}

/** Opens the file of a shard. @throws ShardFault, SystemError */
export function openShardFileAt(root: string, shardPath: string): ShardFile {
  checkFolders(root, shardPath)
  return openShardFile(shardFilePath(root, shardPath))
}

function checkFolders(root: string, shardPath: string): void {
  const fault = folderLinkFault(root, shardPath)
  if (fault !== null) throw fault
}

/**
 * Checks the folders above a shard. Folders that do not exist yet are fine.
 * @param root absolute real path
 * @returns a fault for a link that is not followed or does not lead to a folder, else null
 * @throws SystemError
 */
export function folderLinkFault(root: string, shardPath: string): ShardFault | null {
  let at = root
  for (const part of shardPath.split('/').slice(0, -1)) {
    at = join(at, part)
    let stat: Stats | undefined
    try {
      stat = lstatSync(at, { throwIfNoEntry: false })
    } catch (error) {
      throw asSystemError(error, 'open', at)
    }
    if (stat === undefined) return null
    if (!stat.isSymbolicLink()) continue
    const folder = at.slice(root.length + 1)
    const target = linkTarget(at)
    if (target.kind === 'nowhere') {
      const facts = { is: 'behind_dangling_link', folder, target: target.target } as const
      return shardFault('placeholder', facts, { details: { link: 'nowhere', folder } })
    }
    const refusal = target.kind === 'folder' ? target.refusal : 'it does not lead to a folder'
    if (refusal === null) continue
    const facts = { is: 'behind_link_not_followed', folder, reason: refusal } as const
    return shardFault('not_a_file', facts, { details: { link: 'not_followed', folder } })
  }
  return null
}
