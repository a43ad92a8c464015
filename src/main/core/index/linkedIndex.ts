/**
 * An index behind a symbolic link is read at its target. Before anything is written, a copy replaces the link, because another cache or a
 * content-addressed store may use the target. GenoLeWM's own reindex replaces the link as well.
 */
import { closeSync, copyFileSync, fsyncSync, lstatSync, openSync, symlinkSync } from 'node:fs'
import { dirname, join } from 'node:path'
import Database from 'better-sqlite3'
import { CacheError, SystemError } from '../../../shared/model/errors.ts'
import { nowNs } from '../base/clock.ts'
import { remarkOnce } from '../base/remarks.ts'
import { quarantineFolder } from '../cache/quarantineFolder.ts'
import { isThere, makeFolder, removeQuietly, renameCertainly, syncFolder, tempBeside } from '../fs/durableFile.ts'
import { type LinkTarget, linkTarget } from '../fs/links.ts'
import { asSystemError } from '../fs/systemError.ts'
import { INDEX_PATH } from '../layouts/paths.ts'
import { openFile } from './openFile.ts'
import { guarded, IndexUnusable } from './untrusted.ts'

/**
 * The file of the index.
 * @param root absolute
 * @returns its real path, or the default path if it does not exist
 * @throws IndexUnusable for a link that does not lead to a file or is not followed, SystemError
 */
export function indexFile(root: string): string {
  const path = join(root, INDEX_PATH)
  const target = targetOf(path)
  if (target === null) return path
  if (target.kind === 'nowhere') {
    throw new IndexUnusable('index_unreadable', `it is a symbolic link to ${target.target}, which does not exist`)
  }
  if (target.kind !== 'file') throw new IndexUnusable('index_unreadable', 'it is a symbolic link that does not lead to a file')
  if (target.refusal === null) return target.path
  throw new IndexUnusable('index_unreadable', `it is a symbolic link that was not followed: ${target.refusal}`)
}

/** Null for anything but a link. */
function targetOf(path: string): LinkTarget | null {
  try {
    if (lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() !== true) return null
  } catch (error) {
    throw asSystemError(error, 'open', path)
  }
  return linkTarget(path)
}

/**
 * Replaces a link to an index with a copy. The link is kept in quarantine. The caller must hold the cache's lock.
 * @throws SystemError for a link that is not followed, because a new index would lose the entries of unread shards. CacheBusyError,
 * SystemError
 */
export function replaceLinkedIndex(root: string): void {
  const path = join(root, INDEX_PATH)
  const target = targetOf(path)
  if (target?.kind !== 'file') return
  if (target.refusal !== null) {
    throw new SystemError(`the index is a symbolic link that was not followed: ${target.refusal}. Nothing was changed`, {
      path: INDEX_PATH
    })
  }
  const temp = tempBeside(path)
  try {
    copyIndex(target.path, temp)
    const fd = openSync(temp, 'r+')
    fsyncSync(fd)
    closeSync(fd)
    keepLink(root, target.path)
    renameCertainly(temp, path)
    syncFolder(dirname(path))
  } catch (error) {
    removeQuietly(temp)
    throw error instanceof CacheError ? error : asSystemError(error, 'replace', path)
  }
  remarkOnce(`link of ${path}`, `the index was a symbolic link to ${target.path}. It was replaced by a copy, and that file was not changed`)
}

/** A file that SQLite cannot read is copied unchanged. It is then handled like any other index. */
function copyIndex(from: string, to: string): void {
  try {
    guarded(() => {
      const opened = openFile(from, 'read')
      try {
        opened?.db.pragma('query_only = OFF')
        opened?.db.prepare('VACUUM INTO ?').run(to)
      } finally {
        opened?.close()
      }
    })
  } catch (error) {
    if (!(error instanceof IndexUnusable) && !(error instanceof Database.SqliteError)) throw error
    removeQuietly(to)
    copyFileSync(from, to)
  }
}

function keepLink(root: string, target: string): void {
  const folder = quarantineFolder(root)
  makeFolder(folder)
  let time = nowNs()
  const nameAt = (at: bigint): string => join(folder, `index.sqlite.${at}.bad`)
  while (isThere(nameAt(time))) time++
  symlinkSync(target, nameAt(time))
}
