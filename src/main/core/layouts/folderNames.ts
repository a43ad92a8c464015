/** Which names can be a folder of shards or a part of one: nothing that GenoLeWM, the index, a lock or a file system takes for something else. */
import { INDEX_DB_NAME, QUARANTINE_DIR } from './layout.ts'

/** Folders in which other tools keep files that they manage, and deleted, older or unfinished copies. */
const COPIES = new Set([
  '.stversions',
  '.ipynb_checkpoints',
  '#recycle',
  '@recycle',
  '.recycle',
  '$recycle.bin',
  '.trash',
  '.trashes',
  '.git',
  '.dvc',
  '.svn',
  '.hg',
  '.snapshot',
  '.snapshots',
  '.snap',
  '.zfs',
  '~snapshot',
  '#snapshot',
  '.dropbox.cache'
])

/** Folders in which rsync keeps files that it has not finished (`--partial-dir`, `--delay-updates`). */
const TRANSFERS = new Set(['.rsync-partial', '.~tmp~'])

/** Whether a folder holds deleted or older copies, which are not part of the cache: a trash can, snapshots, a repository. */
export function holdsCopies(folderName: string): boolean {
  const name = folderName.toLowerCase()
  return COPIES.has(name) || /^\.trash-\d+$/.test(name)
}

/** Whether a path leads through such a folder. */
export function isAmongCopies(path: string): boolean {
  return path.split('/').some(holdsCopies)
}

/** Whether a folder holds files that a transfer has not finished. */
export function holdsTransfers(folderName: string): boolean {
  return TRANSFERS.has(folderName.toLowerCase())
}

/** Device names of Windows, with or without a suffix. */
const DEVICE = /^(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$)(\.|$)/i

/**
 * Whether an encoder's folder can have a name. Names are compared without regard to case, as some file systems do.
 * @param name an encoder id with its slashes replaced
 */
export function isEncoderFolder(name: string, platform: NodeJS.Platform = process.platform): boolean {
  const lower = name.toLowerCase()
  if (name === '.' || name === '..' || lower === QUARANTINE_DIR || lower.startsWith(INDEX_DB_NAME)) return false
  // GenoLeWM opens everything called *.parquet as a shard, folders included.
  if (lower.endsWith('.parquet')) return false
  // Locks and temporary files of this program.
  if (lower.startsWith('.lewm-')) return false
  if (holdsCopies(name) || holdsTransfers(name)) return false
  // Windows drops trailing dots and spaces, and opens a device in place of some names.
  return platform !== 'win32' || (!/[. ]$/.test(name) && !DEVICE.test(name))
}

/** Whether a text can be part of a file name. */
export function isNamePart(text: string, platform: NodeJS.Platform = process.platform): boolean {
  if (text.includes('\0') || !text.isWellFormed()) return false
  // biome-ignore lint/suspicious/noControlCharactersInRegex: Windows refuses them in names.
  return platform !== 'win32' || !/[<>:"|?*\u0001-\u001f]/.test(text)
}
