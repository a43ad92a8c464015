/** One folder of a cache as the system shows it: what is in it, and the stamps of its files. Nothing in quarantine; links are followed by the policy in force. */
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
  /** Whether there are links to shards or folders in it: the system does not tell of changes behind them. */
  readonly linked: boolean
}

/**
 * Lists a folder.
 * @param root absolute
 * @param folder relative to it
 * @returns null when it is not there any more
 */
export async function listFolder({ root, folder }: { root: string; folder: string }): Promise<FolderListing | null> {
  let entries: Dirent[]
  try {
    entries = await readdir(join(root, folder), { withFileTypes: true })
  } catch (error) {
    if (failedWith(error, 'ENOENT') || failedWith(error, 'ENOTDIR')) return null
    const fault = asSystemError(error, 'read', folder)
    const message = `the folder could not be read, its shards were not looked at: ${fault.message}`
    return { files: [], folders: [], linked: false, findings: [finding('unreadable', folder, message, { details: fault.details })] }
  }
  const { shards, folders, findings, linked } = sortFolder(root, folder, entries)
  return { files: sortNames(shards), folders: sortNames(folders).map(name => `${folder}/${name}`), findings, linked }
}

/** By code point. Below the surrogates that is the order of JS itself, which is far faster. */
function sortNames(names: string[]): string[] {
  return names.every(name => /^[\0-\ud7ff]*$/.test(name)) ? names.sort() : names.sort(comparePaths)
}

export type Stamps = {
  /** −1 for a file that is not there any more, or cannot be looked at. */
  readonly bytes: Float64Array
  readonly mtimeNs: BigInt64Array
  /** Why files could not be looked at; null when all could. */
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
      fault = asSystemError(error, 'look at', `${folder}/${name}`).message
    }
  }
  return { bytes, mtimeNs, fault }
}
