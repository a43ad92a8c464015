/**
 * The contents of one folder of a cache, and the stamps of its files, without the quarantine. Links are followed according to the policy.
 */
import type { Dirent } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { asSystemError, comparePaths, type Finding, failedWith, finding, sortFolder, stampOf } from '../../core/index.ts'

export type FolderListing = {
  /** Names of the shards in it, in order. */
  readonly files: readonly string[]
  /** Paths of the folders in it, in order. */
  readonly folders: readonly string[]
  readonly findings: readonly Finding[]
  /** Whether it has links to shards or folders, behind which changes are not reported. */
  readonly linked: boolean
}

/**
 * Lists a folder.
 * @param root absolute
 * @param folder relative to it
 * @returns null if it no longer exists
 */
export async function listFolder({ root, folder }: { root: string; folder: string }): Promise<FolderListing | null> {
  let entries: Dirent[]
  try {
    entries = await readdir(join(root, folder), { withFileTypes: true })
  } catch (error) {
    if (failedWith(error, 'ENOENT') || failedWith(error, 'ENOTDIR')) return null
    const fault = asSystemError(error, 'read', folder)
    const found = finding('unreadable', folder, { cause: 'folder', reason: fault.message }, { details: fault.details })
    return { files: [], folders: [], linked: false, findings: [found] }
  }
  const { shards, folders, findings, linked } = sortFolder(root, folder, entries)
  return { files: sortNames(shards), folders: sortNames(folders).map(name => `${folder}/${name}`), findings, linked }
}

/** By code point. Below the surrogates, that is the much faster order of JS. */
function sortNames(names: string[]): string[] {
  return names.every(name => /^[\0-\ud7ff]*$/.test(name)) ? names.sort() : names.sort(comparePaths)
}

export type Stamps = {
  /** −1 for a file that no longer exists or cannot be inspected. */
  readonly bytes: Float64Array
  readonly mtimeNs: BigInt64Array
  /** Why files could not be inspected; null if all could. */
  readonly fault: string | null
}

/** Size and modification time of files in a folder. */
export function readStamps({ root, folder, names }: { root: string; folder: string; names: readonly string[] }): Stamps {
  const bytes = new Float64Array(names.length).fill(-1)
  const mtimeNs = new BigInt64Array(names.length)
  const dir = join(root, folder)
  let fault: string | null = null
  for (const [i, name] of names.entries()) {
    try {
      const stamp = stampOf(join(dir, name))
      if (stamp === undefined) continue
      bytes[i] = stamp.bytes
      mtimeNs[i] = stamp.mtimeNs
    } catch (error) {
      fault = asSystemError(error, 'inspect', `${folder}/${name}`).message
    }
  }
  return { bytes, mtimeNs, fault }
}
