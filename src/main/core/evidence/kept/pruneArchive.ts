/** Takes away what the archive of index entries says and the index says as well: shards that were restored are evidence enough. */
import { join } from 'node:path'
import { CacheError } from '../../../../shared/model/errors.ts'
import { removeEmptyFolders } from '../../cache/quarantineFiles.ts'
import { removeQuietly } from '../../fs/durableFile.ts'
import { openIndex, type WindowIndex } from '../../index/windowIndex.ts'
import { archiveFiles, readArchiveFile } from './entryArchive.ts'

/** Removes each file of the archive of which the index holds every entry, at the same place. The caller holds the lock. */
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
    // What cannot be compared stays; the operation before this was carried out.
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
