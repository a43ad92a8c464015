/**
 * Writes the output file that an option names. A regular file is replaced in one step. A descriptor, a pipe or a device is written to
 * directly. Files of a cache and the ledger are never overwritten.
 */
import { accessSync, chmodSync, chownSync, closeSync, constants, fstatSync, openSync, type Stats, statSync, writeSync } from 'node:fs'
import { Socket } from 'node:net'
import { basename, dirname, join, resolve, sep } from 'node:path'
import { finished } from 'node:stream/promises'
import { setTimeout } from 'node:timers/promises'
import { CancelledError, InputError } from '../../../shared/model/errors.ts'
import { makeFolder, removeQuietly, renameCertainly, syncFolder, tempBeside, writeWholeFile } from '../fs/durableFile.ts'
import { asSystemError, failedWith } from '../fs/systemError.ts'
import { liesAmongShards, linkTarget, realPlaceOf } from '../layouts/cachePlaces.ts'
import { EMBEDDINGS_DIR } from '../layouts/layout.ts'
import { dataFolder } from './dataFolder.ts'

export type Destination =
  /** The standard output of this process. */
  | { readonly kind: 'stdout' }
  /** A descriptor that the process inherited, as with `3>file` or `>(command)`. */
  | { readonly kind: 'descriptor'; readonly fd: number; readonly name: string }
  /** A named pipe, a socket or a character device. */
  | { readonly kind: 'stream'; readonly path: string }
  /** A regular file, which may not exist yet. Links are resolved. */
  | { readonly kind: 'file'; readonly path: string }

export type DestinationOptions = {
  /** The cache that the command works on. */
  readonly root?: string | undefined
  /** Files that the command reads. */
  readonly inputs?: readonly (string | undefined)[]
}

/**
 * Resolves the name in an option. Call it before any work is done. `-` is standard output.
 * @throws InputError for a path below the `embeddings` of a cache, a name of a shard, the ledger, a file that the same command reads, a
 * folder or a disk; SystemError
 */
export function destinationOf(name: string, { root, inputs = [] }: DestinationOptions = {}): Destination {
  try {
    const fd = name === '-' ? 1 : descriptorOf(name)
    if (fd === 1) return { kind: 'stdout' }
    const stat = fd === null ? statOf(name) : fstatSync(fd)
    const path = fd === null ? realPlaceOf(name) : null
    const refusal = kindRefusal(name, stat) ?? (path === null ? null : placeRefusal(path, stat, root, inputs))
    if (refusal !== null) throw new InputError(`${name} is not written: ${refusal}`, { file: name })
    if (fd !== null) return { kind: 'descriptor', fd, name }
    return path !== null && (stat === null || stat.isFile()) ? { kind: 'file', path } : { kind: 'stream', path: name }
  } catch (error) {
    if (error instanceof InputError) throw error
    throw asSystemError(error, 'write to', name)
  }
}

/**
 * Writes the whole content. A pipe whose reader closes it is not an error.
 * @throws SystemError, CancelledError while it waits for the reader of a pipe
 */
export async function saveFile(
  to: Exclude<Destination, { kind: 'stdout' }>,
  content: string | Uint8Array,
  signal?: AbortSignal
): Promise<void> {
  const bytes = typeof content === 'string' ? Buffer.from(content) : content
  const place = to.kind === 'descriptor' ? to.name : to.path
  try {
    if (to.kind === 'file') replaceFile(to.path, bytes)
    else if (to.kind === 'descriptor') await writeTo(to.fd, bytes, signal)
    else await writeTo(await openStream(to.path, signal), bytes, signal)
  } catch (error) {
    if (error instanceof CancelledError) throw error
    if (!failedWith(error, 'EPIPE')) throw asSystemError(error, 'write to', place)
  }
}

/** The number in `/dev/stdout`, `/dev/fd/3`, `/proc/self/fd/3` and in links to them. Opening such a path would truncate its file. */
function descriptorOf(name: string): number | null {
  const own = new RegExp(`^/(?:dev|proc/${process.pid}(?:/task/\\d+)?)/fd/(\\d+)$`)
  let path = resolve(name)
  for (let links = 0; links < 40; links++) {
    const place = join(realPlaceOf(dirname(path)), basename(path))
    const [, fd] = own.exec(place) ?? []
    if (fd !== undefined) return Number(fd)
    const target = linkTarget(place)
    if (target === null) return null
    path = resolve(dirname(place), target)
  }
  return null
}

/** Null if it does not exist, or is a dangling link. */
function statOf(name: string): Stats | null {
  try {
    return statSync(name)
  } catch (error) {
    if (failedWith(error, 'ENOENT') || failedWith(error, 'ENOTDIR')) return null
    throw error
  }
}

function kindRefusal(name: string, stat: Stats | null): string | null {
  if (stat === null) return /[/\\]$/.test(name) ? 'it is a folder' : null
  if (stat.isDirectory()) return 'it is a folder'
  if (stat.isBlockDevice()) return 'it is a disk'
  return stat.isFile() || stat.isFIFO() || stat.isSocket() || stat.isCharacterDevice() ? null : 'it is not a file'
}

function placeRefusal(
  path: string,
  stat: Stats | null,
  root: string | undefined,
  inputs: DestinationOptions['inputs'] = []
): string | null {
  if (path.endsWith('.parquet')) return 'it has the name of a shard'
  const own = root === undefined ? null : realPlaceOf(join(root, EMBEDDINGS_DIR))
  if (liesAmongShards(path) || (own !== null && path.startsWith(own + sep))) return 'it is below the embeddings of a cache'
  if (isLedger(path)) return 'it belongs to the ledger of verifications'
  if (stat !== null && inputs.some(input => input !== undefined && isSameFile(stat, input))) return 'it is read by the same command'
  return null
}

function isLedger(path: string): boolean {
  if (!basename(path).startsWith('ledger.sqlite')) return false
  try {
    return dirname(path) === realPlaceOf(dataFolder())
  } catch {
    // Without a data folder there is no ledger.
    return false
  }
}

function isSameFile({ dev, ino }: Stats, other: string): boolean {
  const stat = statSync(other, { throwIfNoEntry: false })
  return stat?.dev === dev && stat.ino === ino
}

/** Replaces a file in one step. The new one has its owner and mode. */
function replaceFile(path: string, bytes: Uint8Array): void {
  makeFolder(dirname(path))
  const before = statSync(path, { throwIfNoEntry: false })
  // The file system only requires write permission on the folder.
  if (before !== undefined) accessSync(path, constants.W_OK)
  const temp = tempBeside(path)
  try {
    writeWholeFile(temp, [bytes])
    if (before !== undefined) copyOwnerAndMode(temp, before)
    renameCertainly(temp, path)
    syncFolder(dirname(path))
  } catch (error) {
    removeQuietly(temp)
    throw error
  }
}

function copyOwnerAndMode(file: string, { uid, gid, mode }: Stats): void {
  try {
    chownSync(file, uid, gid)
  } catch (error) {
    if (!failedWith(error, 'EPERM')) throw error
  }
  chmodSync(file, mode & 0o777)
}

const READER_POLL_MS = 50

/** Opens a device, or a named pipe as soon as it has a reader. It polls, because a blocking open cannot be cancelled. */
async function openStream(path: string, signal: AbortSignal | undefined): Promise<number> {
  if (!statSync(path).isFIFO()) return openSync(path, constants.O_WRONLY)
  for (;;) {
    if (signal?.aborted) throw new CancelledError()
    try {
      return openSync(path, constants.O_WRONLY | constants.O_NONBLOCK)
    } catch (error) {
      if (!failedWith(error, 'ENXIO')) throw error
    }
    await setTimeout(READER_POLL_MS)
  }
}

/** Writes to a descriptor and closes it. */
async function writeTo(fd: number, bytes: Uint8Array, signal: AbortSignal | undefined): Promise<void> {
  const stat = fstatSync(fd)
  if (stat.isFIFO() || stat.isSocket()) return writePipe(fd, bytes, signal)
  try {
    for (let at = 0; at < bytes.length; ) at += writeSync(fd, bytes, at)
  } finally {
    if (fd > 2) closeSync(fd)
  }
}

async function writePipe(fd: number, bytes: Uint8Array, signal: AbortSignal | undefined): Promise<void> {
  const pipe = new Socket({ fd, readable: false, writable: true })
  const stop = (): void => void pipe.destroy(new CancelledError())
  signal?.addEventListener('abort', stop)
  try {
    pipe.end(bytes)
    await finished(pipe, { readable: false })
  } finally {
    signal?.removeEventListener('abort', stop)
  }
}
