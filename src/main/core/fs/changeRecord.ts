/**
 * Records in the program's data folder which caches this program has changed. The window states whether a cache was changed, and that must
 * be true after a restart, and after a change from a terminal.
 */
import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { writeFileDurably } from './durableFile.ts'
import { readSmallJson } from './smallFile.ts'

export type CacheChange = { readonly atMs: number; readonly operation: string }

let folderFor: ((root: string) => string) | null = null

/**
 * From now on, changes made by this thread are recorded. The library records nothing until this is called.
 * @param dataFolder called with the root of the changed cache
 */
export function recordChangesIn(dataFolder: (root: string) => string): void {
  folderFor = dataFolder
}

/** Called with the cache's lock held, before anything is changed. If the record cannot be written, the change continues. */
export function recordChange(root: string, operation: string): void {
  if (folderFor === null) return
  try {
    const change = { root, at_ms: Date.now(), operation }
    writeFileDurably(fileOf(folderFor(root), root), [Buffer.from(`${JSON.stringify(change)}\n`)])
  } catch {
    // The data folder cannot be written. The window then knows only the changes since its start.
  }
}

/**
 * The last recorded change of a cache.
 * @param root absolute real path
 * @returns null if there is none
 */
export function lastChange(dataFolder: string, root: string): CacheChange | null {
  try {
    return changeOf(readSmallJson(fileOf(dataFolder, root)), root)
  } catch {
    return null
  }
}

function changeOf(value: unknown, root: string): CacheChange | null {
  if (typeof value !== 'object' || value === null || !('root' in value) || !('at_ms' in value) || !('operation' in value)) return null
  const { root: recorded, at_ms: atMs, operation } = value
  return recorded === root && typeof atMs === 'number' && typeof operation === 'string' ? { atMs, operation } : null
}

function fileOf(dataFolder: string, root: string): string {
  return join(dataFolder, 'changed', `${createHash('sha256').update(root).digest('hex').slice(0, 32)}.json`)
}
