/**
 * Files and links that represent a shard whose contents are elsewhere, and files that tools leave among shards. They are reported as such.
 * They are not damage, and they are never moved.
 */
import { basename, dirname } from 'node:path'
import { type Finding, finding } from '../../../../shared/model/finding.ts'
import type { Tool } from '../../../../shared/model/findingKinds.ts'
import { holdsTransfers } from '../../layouts/folderNames.ts'
import { type ShardFault, shardFault } from '../../limits/shardFault.ts'
import type { ShardFile } from './shardFile.ts'

/** The folders of git-annex and DVC contents, as they appear in links. */
const STORES: readonly (readonly [RegExp, Tool])[] = [
  [/(^|[/\\])\.git[/\\]annex[/\\]objects[/\\]/, 'git-annex'],
  [/(^|[/\\])\.dvc[/\\]cache[/\\]|(^|[/\\])files[/\\]md5[/\\][0-9a-f]{2}[/\\]/, 'DVC']
]

/**
 * The kind of a dangling symbolic link.
 * @param target text of the link
 * @returns null if it is unrelated to shards
 */
export function danglingFinding(path: string, target: string): Finding | null {
  const name = path.slice(path.lastIndexOf('/') + 1)
  const details = { link: 'nowhere', target }
  // Emacs marks a file that is being edited with such a link.
  if (name.startsWith('.#')) {
    return name.endsWith('.parquet') ? finding('stray_file', path, { is: 'editor_lock', target }, { details }) : null
  }
  const store = STORES.find(([pattern]) => pattern.test(target))
  if (store === undefined && !name.endsWith('.parquet') && !isPlaceOfFolder(path)) {
    if (name.startsWith('.')) return null
    return finding('not_a_file', path, { is: 'dangling_link', target }, { details })
  }
  return finding('placeholder', path, { is: 'dangling_link', target, tool: store?.[1] ?? null }, { details })
}

/**
 * A link cycle in place of a shard or a folder of shards. It has no contents, like a dangling link.
 * @returns null at any other place
 */
export function circleFinding(path: string): Finding | null {
  if (!path.endsWith('.parquet') && !isPlaceOfFolder(path)) return null
  return finding('placeholder', path, { is: 'link_to_itself' }, { details: { link: 'circle' } })
}

/** Whether this is the place of an encoder, layer or pool folder. */
export function isPlaceOfFolder(path: string): boolean {
  return /^embeddings\/[^./][^/]*(\/-?\d+(\/[a-z_]+_\d+)?)?$/.test(path)
}

/** The beginnings of small texts that represent a file. */
const POINTERS: readonly (readonly [RegExp, Tool])[] = [
  [/^version https?:\/\/(git-lfs\.github\.com|hawser\.github\.com|git-media\.io)\//, 'Git LFS'],
  [/^version \S+\r?\n(\S.*\n)*oid sha256:[0-9a-f]{64}\r?\n/, 'Git LFS'],
  [/^#\$# git-fat [0-9a-f]{40}/, 'git-fat'],
  [/^[/\\]annex[/\\]objects[/\\]/, 'git-annex'],
  [/^# xet version /, 'Xet']
]
const POINTER_BYTES = 32 * 1024
/** AppleDouble and AppleSingle. */
const APPLE = ['00051607', '00051600']

/**
 * The kind of a file that could not be opened as Parquet.
 * @param fault why it could not be opened
 * @returns the fault to report instead. Null if the file is meant to be a shard
 * @throws SystemError
 */
export function standInFault(file: ShardFile, { kind, details }: ShardFault): ShardFault | null {
  if (kind !== 'not_parquet' && kind !== 'cut_off') return null
  const name = basename(file.path)
  const head = file.bytes === 0 ? new Uint8Array() : file.read(0, Math.min(file.bytes, 4096))
  const magic = Buffer.from(head.subarray(0, 4)).toString('hex')
  const place = { details: { ...details, bytes: file.bytes } }
  if (APPLE.includes(magic) || name.startsWith('._')) return shardFault('stray_file', { is: 'apple_double' }, place)
  const tool = holdsTransfers(basename(dirname(file.path))) ? 'rsync' : toolOfTemporary(name)
  if (tool !== null) return shardFault('stray_file', { is: 'unfinished', tool }, place)
  if (file.bytes > POINTER_BYTES) return null
  const text = Buffer.from(head)
    .toString('latin1')
    .replace(/^\xef\xbb\xbf/, '')
  const pointer = POINTERS.find(([pattern]) => pattern.test(text))
  if (pointer !== undefined) return shardFault('placeholder', { is: 'pointer', tool: pointer[1] }, place)
  const target = file.bytes <= head.length ? linkAsFile(Buffer.from(head)) : null
  if (target === null) return null
  const store = STORES.find(([pattern]) => pattern.test(target))
  return shardFault('placeholder', { is: 'link_saved_as_file', target, tool: store?.[1] ?? null }, place)
}

/**
 * The target of a symbolic link that Git, an archive or a file server saved as a file.
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

/** Whether a text that begins like a path is base64: only its characters, and a mixture that folder names do not have. */
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

/** One line of text without its line end. Null for anything else. */
function printable(text: string): string | null {
  const line = text.replace(/[\0\r\n]+$/, '')
  // biome-ignore lint/suspicious/noControlCharactersInRegex: paths that people choose do not contain them
  return line === '' || /[\0-\x1f\ufffd]/.test(line) ? null : line
}

const TEMPORARY: readonly (readonly [RegExp, Tool])[] = [
  [/^\..+\.parquet\.[A-Za-z0-9]{6}$/, 'rsync'],
  [/^[.~]syncthing[.~].+\.tmp$/, 'Syncthing'],
  [/\.sync-conflict-\d{8}-\d{6}(-[A-Z0-9]{7})?\.parquet$/, 'Syncthing'],
  [/\.parquet\.([0-9a-f]{8}\.)?partial$/, 'rclone'],
  [/\.parquet\.(part|filepart|crdownload)$/, 'download']
]

/** The tool that gives such a name to a file that it is transferring or has replaced. Null for any other name. */
export function toolOfTemporary(name: string): Tool | null {
  return TEMPORARY.find(([pattern]) => pattern.test(name))?.[1] ?? null
}

/** A temporary file of a tool, in a folder of shards. */
export function temporaryFinding(path: string, tool: Tool): Finding {
  return finding('stray_file', path, { is: 'in_transfer', tool }, { details: { tool: tool === 'download' ? 'a download' : tool } })
}

/** Names of files that represent another file beside them, and the tool that fetches it. */
const STAND_INS: readonly (readonly [RegExp, Tool])[] = [
  [/^\.(.+)\.icloud$/, 'iCloud Drive'],
  [/^(.+)\.(?:nextcloud|owncloud|opencloud|cloudf?)$/, 'cloud drive'],
  [/^(.+)\.rclonelink$/, 'rclone'],
  [/^(.+)\.dvc$/, 'DVC']
]

/** The name of the shard or folder that a file represents, with the tool that fetches it. Null for any other name. */
export function standsFor(name: string): { readonly name: string; readonly tool: Tool } | null {
  for (const [pattern, tool] of STAND_INS) {
    const [, original] = pattern.exec(name) ?? []
    if (original !== undefined) return { name: original, tool }
  }
  return null
}

const SUFFIXES = ['nextcloud', 'owncloud', 'opencloud', 'cloud', 'cloudf', 'rclonelink', 'dvc']

/** Names of files that may represent a missing file. */
export function standInNames(name: string): string[] {
  return [`.${name}.icloud`, ...SUFFIXES.map(suffix => `${name}.${suffix}`)]
}

/** A missing shard or folder of shards that a file represents. */
export function standInFinding(path: string, standIn: string, tool: Tool): Finding {
  return finding('placeholder', path, { is: 'beside_stand_in', file: standIn, tool }, { details: { file: standIn } })
}

/**
 * An empty file with evidence of rows is the placeholder of a cloud drive, or the remains of a copy to a full disk. Without evidence, its
 * writer crashed before the first byte, and it stays `cut_off`.
 * @param held whether the index or the ledger says that the shard had rows
 */
export function judgeEmptyFile<V extends { readonly shardPath: string; readonly bytes: number; readonly findings: readonly Finding[] }>(
  verdict: V,
  held: () => boolean
): V {
  const { shardPath, bytes, findings } = verdict
  if (bytes !== 0 || !findings.some(({ kind }) => kind === 'cut_off') || !held()) return verdict
  return { ...verdict, findings: [finding('placeholder', shardPath, { is: 'empty' }, { details: { bytes } })] }
}

/** Whether a finding says that a file is not a shard that can be read here. It says nothing about the rows. */
export function isStandIn({ kind }: Finding): boolean {
  return kind === 'placeholder' || kind === 'stray_file'
}
