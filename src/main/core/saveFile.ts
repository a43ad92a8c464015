/** A file that somebody asked for appears whole or not at all; a pipe or a device is written to as it is. */
import { realpathSync, statSync, writeFileSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { InputError } from '../../shared/model/errors.ts'
import { mayBeThere, writeFileDurably } from './durableFile.ts'
import { EMBEDDINGS_DIR, INDEX_DB_NAME } from './layout.ts'
import { asSystemError, failedWith } from './systemError.ts'

/**
 * Through a symbolic link the file behind it is replaced, never the link (`/dev/stdout` is one).
 * @throws InputError for a place that belongs to a cache; SystemError
 */
export function saveFile(file: string, content: string | Uint8Array): void {
  const bytes = typeof content === 'string' ? Buffer.from(content) : content
  checkOutput(file)
  try {
    const target = realpathSync(file)
    if (statSync(target).isFile()) writeFileDurably(target, [bytes])
    else writeFileSync(target, bytes)
  } catch (error) {
    if (failedWith(error, 'ENOENT')) writeFileDurably(file, [bytes])
    else throw asSystemError(error, 'write', file)
  }
}

/**
 * For whoever names a file to be written, before any work is done for it: what a cache holds is never written over, whichever cache it
 * is.
 * @throws InputError for what is called like a shard, and for whatever lies below the `embeddings` of a cache
 */
export function checkOutput(file: string): void {
  const target = realPlaceOf(file)
  const shard = target.endsWith('.parquet')
  if (!shard && !liesInCache(target)) return
  const why = shard ? 'it is called like a shard' : 'it lies among the shards and the index of a cache'
  throw new InputError(`${file} is not written: ${why}`, { file })
}

/** With its links resolved as far as it is there. */
function realPlaceOf(file: string): string {
  try {
    return realpathSync(file)
  } catch {
    const path = resolve(file)
    return dirname(path) === path ? path : join(realPlaceOf(dirname(path)), basename(path))
  }
}

function liesInCache(path: string): boolean {
  for (let folder = dirname(path); dirname(folder) !== folder; folder = dirname(folder)) {
    if (basename(folder) === EMBEDDINGS_DIR && (isIndex(path, folder) || mayBeThere(join(folder, INDEX_DB_NAME)))) return true
  }
  return false
}

function isIndex(path: string, folder: string): boolean {
  return dirname(path) === folder && basename(path).startsWith(INDEX_DB_NAME)
}
