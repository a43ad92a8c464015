/**
 * The contents of a folder of a cache, sorted: shards, folders to walk, and entries that look like either but are not. Links are followed
 * according to the policy. Contents of the quarantine, of trash folders and of other folders of copies are left out.
 */
import { type Dirent, lstatSync, realpathSync } from 'node:fs'
import { join, sep } from 'node:path'
import { CacheError } from '../../../shared/model/errors.ts'
import { type Finding, finding } from '../../../shared/model/finding.ts'
import { isTempName } from '../fs/durableFile.ts'
import { type LinkTarget, linkTarget } from '../fs/links.ts'
import { readSmallFile } from '../fs/smallFile.ts'
import { holdsCopies, isAmongCopies } from '../layouts/folderNames.ts'
import { EMBEDDINGS_DIR, INDEX_DB_NAME, QUARANTINE_DIR } from '../layouts/layout.ts'
import { addressOf } from '../layouts/layoutOf.ts'
import {
  circleFinding,
  danglingFinding,
  isPlaceOfFolder,
  standInFinding,
  standsFor,
  temporaryFinding,
  toolOfTemporary
} from '../parquet/file/placeholders.ts'

export type FolderContents = {
  /** Names of shards, including links to shards. */
  readonly shards: string[]
  /** Names of folders to walk, including links to folders. */
  readonly folders: string[]
  /** Names of temporary files of this program. */
  readonly tempFiles: string[]
  readonly findings: Finding[]
  /** Links to parts of the cache that are also reached without them: their paths, and the canonical path. */
  readonly aliases: [string, string][]
  /** Links that replace the file that they lead to: its path in the cache, and that of the link. */
  readonly targets: [string, string][]
  /** Whether shards or folders include links. Changes behind a link cannot be watched. */
  linked: boolean
}

/**
 * @param root absolute
 * @param folder relative to it
 */
export function sortFolder(root: string, folder: string, entries: readonly Dirent[]): FolderContents {
  const contents: FolderContents = { shards: [], folders: [], tempFiles: [], findings: [], aliases: [], targets: [], linked: false }
  let chain: readonly string[] | undefined
  const names = new Set(entries.map(({ name }) => name))
  for (const entry of entries) {
    if (entry.name === QUARANTINE_DIR || (!entry.isFile() && holdsCopies(entry.name))) continue
    if (entry.isSymbolicLink()) {
      // Problems of the index and its journals are reported elsewhere.
      if (folder === EMBEDDINGS_DIR && INDEX_FILE.test(entry.name)) continue
      chain ??= realFolders(root, folder)
      sortLink({ root, path: `${folder}/${entry.name}`, name: entry.name, chain }, contents)
    } else if (entry.isFile() && !isShardName(entry.name)) sortOther(root, folder, entry.name, names, contents)
    else sortEntry(root, `${folder}/${entry.name}`, entry, contents)
  }
  return contents
}

const INDEX_FILE = new RegExp(`^${INDEX_DB_NAME.replace('.', '\\.')}(-journal|-wal|-shm)?$`)

type Link = {
  readonly root: string
  readonly path: string
  readonly name: string
  /** Real paths of the folders from `embeddings` down to the one that contains it. */
  readonly chain: readonly string[]
}

function isShardName(name: string): boolean {
  return name.endsWith('.parquet')
}

/** A file without the name of a shard that may be a placeholder for one. */
function sortOther(root: string, folder: string, name: string, names: ReadonlySet<string>, { tempFiles, findings }: FolderContents): void {
  if (isTempName(name)) tempFiles.push(name)
  const shard = standsFor(name)
  const tool = shard === null ? toolOfTemporary(name) : null
  if (tool !== null) findings.push(temporaryFinding(`${folder}/${name}`, tool))
  if (shard === null || names.has(shard.name)) return
  const ofFolder = /\.(cloudf|rclonelink)$/.test(name) && isPlaceOfFolder(`${folder}/${shard.name}`)
  if (isShardName(shard.name) || ofFolder || isPointerOfDvc(join(root, folder, name), shard.name)) {
    findings.push(standInFinding(`${folder}/${shard.name}`, name, shard.tool))
  }
}

/** Whether a file is one with which DVC represents a folder. */
function isPointerOfDvc(path: string, folder: string): boolean {
  try {
    const text = readSmallFile(path)?.subarray(0, 65_536).toString() ?? ''
    return /^outs:/m.test(text) && text.includes(`path: ${folder}`)
  } catch {
    return false
  }
}

function sortEntry(root: string, path: string, entry: Dirent, { shards, folders, findings }: FolderContents): void {
  const { name } = entry
  if (entry.isDirectory()) folders.push(name)
  if (!isShardName(name)) return
  if (!entry.isFile()) {
    findings.push(finding('not_a_file', path, { is: entry.isDirectory() ? 'folder' : 'device' }))
  } else if (isUnnameable(join(root, path), name)) {
    findings.push(finding('unreadable', path, { cause: 'name_not_utf8' }))
  } else shards.push(name)
}

/** Node puts U+FFFD in place of invalid bytes in a name, and then cannot find the file. */
function isUnnameable(path: string, name: string): boolean {
  return name.includes('\ufffd') && lstatSync(path, { throwIfNoEntry: false }) === undefined
}

function sortLink(link: Link, contents: FolderContents): void {
  const { root, path, name } = link
  const { findings } = contents
  let target: LinkTarget
  try {
    target = linkTarget(join(root, path))
  } catch (error) {
    if (!(error instanceof CacheError)) throw error
    findings.push(finding('unreadable', path, { cause: 'link', reason: error.message }, { details: error.details }))
    return
  }
  if (target.kind === 'nowhere') {
    const found = danglingFinding(path, target.target)
    if (found !== null) findings.push(found)
  } else if (target.kind === 'circle') {
    findings.push(circleFinding(path) ?? notAFile(path, 'link_to_itself', 'circle'))
  } else if (target.kind === 'other') {
    if (isShardName(name)) findings.push(notAFile(path, 'link_to_device', 'other'))
  } else if (target.kind === 'folder') sortFolderLink(link, target, contents)
  else if (isShardName(name)) sortShardLink(link, target, contents)
}

type Followed = { readonly path: string; readonly refusal: string | null }

function sortFolderLink({ path, name, chain }: Link, { path: real, refusal }: Followed, contents: FolderContents): void {
  const { findings, aliases, folders } = contents
  const inside = pathInside(chain, real)
  if (chain.some(above => isSameOrAbove(real, above))) {
    findings.push(notAFile(path, 'link_to_folder_above', 'circle'))
    return
  }
  if (isShardName(name)) findings.push(notAFile(path, 'link_to_folder', 'folder'))
  if (inside?.split('/').includes(QUARANTINE_DIR)) {
    // Quarantined shards are not part of the cache.
  } else if (inside !== null && !isAmongCopies(inside) && inside.split('/').length === path.split('/').length) {
    // At another depth, the path through the link may be the canonical one.
    aliases.push([path, inside])
  } else if (refusal !== null) findings.push(notFollowed(path, refusal))
  else {
    contents.linked = true
    folders.push(name)
  }
}

function sortShardLink({ path, name, chain }: Link, { path: real, refusal }: Followed, contents: FolderContents): void {
  const { findings, aliases, targets, shards } = contents
  const inside = pathInside(chain, real)
  const isShard = inside !== null && isShardName(inside) && !inside.split('/').includes(QUARANTINE_DIR) && !isAmongCopies(inside)
  if (isShard && (addressOf(inside) !== null || addressOf(path) === null)) {
    aliases.push([path, inside])
    findings.push(finding('stray_file', path, { is: 'link_to_shard', shard: inside }, { details: { link: 'alias', shard: inside } }))
  } else if (refusal !== null) findings.push(notFollowed(path, refusal))
  else {
    contents.linked = true
    shards.push(name)
    if (isShard) targets.push([inside, path])
  }
}

type LinkToNoFile = 'link_to_itself' | 'link_to_device' | 'link_to_folder_above' | 'link_to_folder'

function notAFile(path: string, is: LinkToNoFile, link: string): Finding {
  return finding('not_a_file', path, { is }, { details: { link } })
}

function notFollowed(path: string, refusal: string): Finding {
  return finding('not_a_file', path, { is: 'link_not_followed', reason: refusal }, { details: { link: 'not_followed' } })
}

function realFolders(root: string, folder: string): string[] {
  const parts = folder.split('/')
  return parts.map((_, i) => realpathSync.native(join(root, ...parts.slice(0, i + 1))))
}

function isSameOrAbove(folder: string, other: string): boolean {
  return `${other}${sep}`.startsWith(folder.endsWith(sep) ? folder : `${folder}${sep}`)
}

/** A real path as a path of the cache, if it is below the real `embeddings`. */
function pathInside([top = '']: readonly string[], real: string): string | null {
  if (!real.startsWith(`${top}${sep}`)) return null
  return [EMBEDDINGS_DIR, ...real.slice(top.length + 1).split(sep)].join('/')
}
