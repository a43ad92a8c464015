/**
 * Files and links that stand for a shard whose contents are somewhere else, and files that tools leave among shards. They are reported as
 * what they are: nothing of them is damage, and nothing of them is moved.
 */
import { basename, dirname } from 'node:path'
import { type Finding, finding } from '../../../../shared/model/finding.ts'
import { holdsTransfers } from '../../layouts/folderNames.ts'
import { ShardFault } from '../../limits/shardFault.ts'
import type { ShardFile } from './shardFile.ts'

const ANNEX = 'git-annex; `git annex get` fetches the contents'
const DVC = 'DVC; `dvc pull` fetches the contents'

/** Where git-annex and DVC keep contents, as their links name it. */
const STORES: readonly (readonly [RegExp, string])[] = [
  [/(^|[/\\])\.git[/\\]annex[/\\]objects[/\\]/, ANNEX],
  [/(^|[/\\])\.dvc[/\\]cache[/\\]|(^|[/\\])files[/\\]md5[/\\][0-9a-f]{2}[/\\]/, DVC]
]

/**
 * What a symbolic link is that leads nowhere.
 * @param target as it is written in the link
 * @returns null for what has nothing to do with shards
 */
export function danglingFinding(path: string, target: string): Finding | null {
  const name = path.slice(path.lastIndexOf('/') + 1)
  const details = { link: 'nowhere', target }
  // Emacs marks a file that is being edited with such a link.
  if (name.startsWith('.#')) {
    const message = `is the lock of an editor (${target}), not a shard; GenoLeWM fails to read it`
    return name.endsWith('.parquet') ? finding('stray_file', path, message, { details }) : null
  }
  const store = STORES.find(([pattern]) => pattern.test(target))
  if (store === undefined && !name.endsWith('.parquet') && !isPlaceOfFolder(path)) {
    if (name.startsWith('.')) return null
    return finding('not_a_file', path, `is a symbolic link to ${target}, which does not exist; what was behind it was not read`, {
      details
    })
  }
  const remedy = store === undefined ? 'fetch the contents, or mount the disk that holds them' : `it belongs to ${store[1]}`
  return finding('placeholder', path, `is a symbolic link to ${target}, which does not exist here; ${remedy}`, { details })
}

/**
 * A link that leads back to itself, in the place of a shard or of a folder of shards: there is nothing behind it, as behind one that leads
 * nowhere.
 * @returns null at any other place
 */
export function circleFinding(path: string): Finding | null {
  if (!path.endsWith('.parquet') && !isPlaceOfFolder(path)) return null
  const message = 'is a symbolic link that leads back to itself, so that nothing is behind it; put the shards in its place again'
  return finding('placeholder', path, message, { details: { link: 'circle' } })
}

/** Whether a folder of an encoder, a layer or a pool would be here. */
export function isPlaceOfFolder(path: string): boolean {
  return /^embeddings\/[^./][^/]*(\/-?\d+(\/[a-z_]+_\d+)?)?$/.test(path)
}

/** The beginnings of small texts that stand for a file. */
const POINTERS: readonly (readonly [RegExp, string, string])[] = [
  [/^version https?:\/\/(git-lfs\.github\.com|hawser\.github\.com|git-media\.io)\//, 'Git LFS', '`git lfs pull` fetches the contents'],
  [/^version \S+\r?\n(\S.*\n)*oid sha256:[0-9a-f]{64}\r?\n/, 'Git LFS', '`git lfs pull` fetches the contents'],
  [/^#\$# git-fat [0-9a-f]{40}/, 'git-fat', '`git fat pull` fetches the contents'],
  [/^[/\\]annex[/\\]objects[/\\]/, 'git-annex', '`git annex get` fetches the contents'],
  [/^# xet version /, 'Xet', '`git xet` or `huggingface-cli download` fetches the contents']
]
const POINTER_BYTES = 32 * 1024
/** AppleDouble and AppleSingle. */
const APPLE = ['00051607', '00051600']

/**
 * What a file is that could not be opened as Parquet.
 * @param fault why it could not
 * @returns the fault to report in its place; null for what was meant to be a shard
 * @throws SystemError
 */
export function standInFault(file: ShardFile, { kind, details }: ShardFault): ShardFault | null {
  if (kind !== 'not_parquet' && kind !== 'cut_off') return null
  const name = basename(file.path)
  const head = file.bytes === 0 ? new Uint8Array() : file.read(0, Math.min(file.bytes, 4096))
  const magic = Buffer.from(head.subarray(0, 4)).toString('hex')
  const facts = { details: { ...details, bytes: file.bytes } }
  if (APPLE.includes(magic) || name.startsWith('._')) {
    const what = 'is a file that macOS puts beside another one on foreign disks (AppleDouble); it holds no rows'
    return new ShardFault('stray_file', `${what}, and GenoLeWM fails to read it`, facts)
  }
  const tool = holdsTransfers(basename(dirname(file.path))) ? 'rsync' : toolOfTemporary(name)
  if (tool !== null) return new ShardFault('stray_file', `is a file that ${tool} has not finished, or has set aside`, facts)
  if (file.bytes > POINTER_BYTES) return null
  const text = Buffer.from(head)
    .toString('latin1')
    .replace(/^\xef\xbb\xbf/, '')
  const pointer = POINTERS.find(([pattern]) => pattern.test(text))
  if (pointer !== undefined) {
    return new ShardFault('placeholder', `is a pointer of ${pointer[1]} that stands for the shard; ${pointer[2]}`, facts)
  }
  const target = file.bytes <= head.length ? linkAsFile(Buffer.from(head)) : null
  if (target === null) return null
  const store = STORES.find(([pattern]) => pattern.test(target))
  const remedy = store === undefined ? 'make it a link again, or put the shard in its place' : `it belongs to ${store[1]}`
  return new ShardFault('placeholder', `is a symbolic link to ${target} that was saved as a file; ${remedy}`, facts)
}

/**
 * Where a symbolic link leads that was saved as a file, by Git, an archive or a file server without symbolic links.
 * @returns null for any other file
 */
function linkAsFile(bytes: Buffer): string | null {
  // SMB (`mfsymlinks`), Cygwin and Interix.
  const [, ofServer] = /^XSym\n\d{4}\n[0-9a-f]{32}\n([^\n\0]+)\n/.exec(bytes.toString()) ?? []
  if (ofServer !== undefined) return ofServer
  if (bytes.subarray(0, 10).equals(CYGWIN)) return printable(decoded(bytes.subarray(10)))
  if (bytes.subarray(0, 8).equals(INTERIX)) return printable(bytes.subarray(8).toString('utf16le'))
  const target = printable(bytes.toString())
  return target !== null && /^(\.{0,2}[/\\]|[A-Za-z]:[/\\])/.test(target) && !isBase64(target) ? target : null
}

/** Whether a text that begins like a path is a line of base64: only its characters, and mixed as no names of folders are. */
function isBase64(text: string): boolean {
  if (!/^[A-Za-z0-9+/]{12,}={0,2}$/.test(text) || STORES.some(([pattern]) => pattern.test(text))) return false
  return (
    /[+=]/.test(text) || text.split('/').some(part => part.length > 7 && /[A-Z]/.test(part) && /[a-z]/.test(part) && /[0-9]/.test(part))
  )
}

const CYGWIN = Buffer.from('!<symlink>')
const INTERIX = Buffer.from('IntxLNK\x01', 'latin1')

function decoded(bytes: Buffer): string {
  return bytes[0] === 0xff && bytes[1] === 0xfe ? bytes.subarray(2).toString('utf16le') : bytes.toString()
}

/** One line of text, without what ends it; null for anything else. */
function printable(text: string): string | null {
  const line = text.replace(/[\0\r\n]+$/, '')
  // biome-ignore lint/suspicious/noControlCharactersInRegex: no path that a person made has them
  return line === '' || /[\0-\x1f\ufffd]/.test(line) ? null : line
}

const TEMPORARY: readonly (readonly [RegExp, string])[] = [
  [/^\..+\.parquet\.[A-Za-z0-9]{6}$/, 'rsync'],
  [/^[.~]syncthing[.~].+\.tmp$/, 'Syncthing'],
  [/\.sync-conflict-\d{8}-\d{6}(-[A-Z0-9]{7})?\.parquet$/, 'Syncthing'],
  [/\.parquet\.([0-9a-f]{8}\.)?partial$/, 'rclone'],
  [/\.parquet\.(part|filepart|crdownload)$/, 'a download']
]

/** Which tool names a file that it is still transferring, or has set aside, like this; null for any other name. */
export function toolOfTemporary(name: string): string | null {
  return TEMPORARY.find(([pattern]) => pattern.test(name))?.[1] ?? null
}

/** The temporary file of a tool, in a folder of shards. */
export function temporaryFinding(path: string, tool: string): Finding {
  const message = `is a file that ${tool} is still transferring, or has left behind; it was not read`
  return finding('stray_file', path, message, { details: { tool } })
}

/** Names of files that stand for another one beside them, and what fetches it. */
const STAND_INS: readonly (readonly [RegExp, string])[] = [
  [/^\.(.+)\.icloud$/, 'iCloud Drive; opening it in the Finder, or `brctl download`, fetches it'],
  [/^(.+)\.(?:nextcloud|owncloud|opencloud|cloudf?)$/, 'a cloud drive; its client fetches the contents'],
  [/^(.+)\.rclonelink$/, 'rclone; `rclone copy --links` makes it a link again'],
  [/^(.+)\.dvc$/, DVC]
]

/** The name of the shard or folder that a file stands for, with the tool that fetches it; null for any other name. */
export function standsFor(name: string): { readonly name: string; readonly tool: string } | null {
  for (const [pattern, tool] of STAND_INS) {
    const [, original] = pattern.exec(name) ?? []
    if (original !== undefined) return { name: original, tool }
  }
  return null
}

const SUFFIXES = ['nextcloud', 'owncloud', 'opencloud', 'cloud', 'cloudf', 'rclonelink', 'dvc']

/** Names under which a file may stand for one that is not there. */
export function standInNames(name: string): string[] {
  return [`.${name}.icloud`, ...SUFFIXES.map(suffix => `${name}.${suffix}`)]
}

/** A shard or a folder of shards that is not there, and for which a file stands. */
export function standInFinding(path: string, standIn: string, tool: string): Finding {
  return finding('placeholder', path, `is not on this machine; ${standIn} stands for it, a file of ${tool}`, { details: { file: standIn } })
}

/**
 * An empty file with evidence of rows is the placeholder of a cloud drive, or what a full disk left of a copy. Without any, its writer
 * crashed before the first byte, and it stays `cut_off`.
 * @param held whether index or ledger say that the shard held rows
 */
export function judgeEmptyFile<V extends { readonly shardPath: string; readonly bytes: number; readonly findings: readonly Finding[] }>(
  verdict: V,
  held: () => boolean
): V {
  const { shardPath, bytes, findings } = verdict
  if (bytes !== 0 || !findings.some(({ kind }) => kind === 'cut_off') || !held()) return verdict
  const message = 'is empty, and held rows before: a cloud drive keeps the contents elsewhere, or a copy ended before its first byte'
  return { ...verdict, findings: [finding('placeholder', shardPath, message, { details: { bytes } })] }
}

/** Whether a finding says that a file holds no shard to be read here: it says nothing of the rows. */
export function isStandIn({ kind }: Finding): boolean {
  return kind === 'placeholder' || kind === 'stray_file'
}
