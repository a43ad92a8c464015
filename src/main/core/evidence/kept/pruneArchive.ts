/** Removes archived entries that are also in the index, because restored shards are sufficient evidence. */
import { join } from 'node:path'
import { CacheError } from '../../../../shared/model/errors.ts'
import { removeEmptyFolders } from '../../cache/quarantineFiles.ts'
import { removeQuietly } from '../../fs/durableFile.ts'
import { openIndex, type WindowIndex } from '../../index/windowIndex.ts'
import { archiveFiles, readArchiveFile } from './entryArchive.ts'

/** Removes each file of the archive whose entries are all in the index, with the same location. The caller holds the lock. */
export function pruneArchive(root: string): void {
  const files = archiveFiles(root)
  if (files.length === 0) return
  try {
    const index = openIndex(root, 'read')
    if (index === null) return
    try {
      for (const path of files) {
        if (!holdsAll(root, path, index)) continue
        removeQuietly(join(root, path))
        removeEmptyFolders(root, path)
      }
    } finally {
      index.close()
    }
  } catch (error) {
    // A file that cannot be compared stays. The preceding operation has succeeded.
    if (!(error instanceof CacheError)) throw error
  }
}

function holdsAll(root: string, path: string, index: WindowIndex): boolean {
  let isReadable = true
  for (const entry of readArchiveFile(root, path, () => {
    isReadable = false
  })) {
    const place = index.locate(entry)
    if (place?.shardPath !== entry.shardPath || place.rowOffset !== entry.rowOffset) return false
  }
  return isReadable
}
