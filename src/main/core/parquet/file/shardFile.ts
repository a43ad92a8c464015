/** The only module that reads a shard's bytes from disk: positional, synchronous, exact. */

import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { SystemError } from '../../../../shared/model/errors.ts'
import type { FileIdentity } from '../../../../shared/model/report.ts'
import { counted } from '../../../../shared/text/numbers.ts'
import { identityOf } from '../../fs/fileStamp.ts'
import { linkTarget, refusalToFollow } from '../../fs/links.ts'
import { READ_PLAIN } from '../../fs/smallFile.ts'
import { asSystemError, failedWith } from '../../fs/systemError.ts'
import { ShardFault, shardFault } from '../../limits/shardFault.ts'
import { ownMemory, type PageMemory } from './pageMemory.ts'

/** An open shard. `read` returns exactly the requested bytes, or throws. */
export type ShardFile = FileIdentity & {
  readonly path: string
  /** @param memory buffer for the result. The default is new memory */
  read(offset: number, length: number, memory?: PageMemory): Uint8Array
  /** Called for each page before it is decoded, with whether it has a checksum. Null for a page that is skipped. May throw. */
  readonly onPage?: (hasChecksum: boolean | null) => void
  close(): void
}

/**
 * Opens a shard for reading. The policy in force decides about following a symbolic link in the last path component. A pipe never blocks.
 * @param path absolute
 * @throws SystemError if a system call fails, ShardFault `not_a_file` for anything but a regular file, `placeholder` for a dangling link
 */
export function openShardFile(path: string): ShardFile {
  let fd: number
  try {
    fd = openSync(path, READ_PLAIN)
  } catch (error) {
    if (!failedWith(error, 'ELOOP')) throw asSystemError(error, 'open', path)
    fd = openThroughLink(path)
  }
  try {
    const stat = fstatSync(fd, { bigint: true })
    if (!stat.isFile()) throw shardFault('not_a_file', { is: 'no_regular_file' })
    return {
      path,
      ...identityOf(stat),
      read: (offset, length, memory = ownMemory) => readExactly(fd, path, offset, length, memory('file', length)),
      close: () => closeSync(fd)
    }
  } catch (error) {
    closeSync(fd)
    throw error instanceof ShardFault || error instanceof SystemError ? error : asSystemError(error, 'fstat', path)
  }
}

/** Devices and pipes are never opened. The target is checked before and after opening. */
function openThroughLink(path: string): number {
  const target = linkTarget(path)
  if (target.kind === 'nowhere') throw shardFault('placeholder', { is: 'dangling_link', target: target.target, tool: null })
  if (target.kind === 'circle') throw shardFault('placeholder', { is: 'link_to_itself' })
  if (target.kind !== 'file') throw shardFault('not_a_file', { is: 'link_to_device' })
  if (target.refusal !== null) throw shardFault('not_a_file', { is: 'link_not_followed', reason: target.refusal })
  let fd: number
  try {
    fd = openSync(target.path, READ_PLAIN)
  } catch (error) {
    throw asSystemError(error, 'open', path)
  }
  const refusal = refusalToFollow(fstatSync(fd).uid)
  if (refusal === null) return fd
  closeSync(fd)
  throw shardFault('not_a_file', { is: 'link_not_followed', reason: refusal })
}

function readExactly(fd: number, path: string, offset: number, length: number, target: Uint8Array): Uint8Array {
  let done = 0
  while (done < length) {
    let count: number
    try {
      count = readSync(fd, target, done, length - done, offset + done)
    } catch (error) {
      throw asSystemError(error, 'read', path)
    }
    if (count === 0) throw new ShardFault('cut_off', counted`the file ended at byte ${offset + done} while it was being read`)
    done += count
  }
  return target
}

/** The identity of a file that could not be inspected, or of something that is not a file. */
export const NO_FILE: FileIdentity = { bytes: 0, mtimeNs: 0n, inode: 0n, ctimeNs: 0n }

/** A shard in memory, for bytes that are not (or not yet) a file. */
export function shardFileOf(bytes: Uint8Array, path = 'memory'): ShardFile {
  return {
    path,
    ...NO_FILE,
    bytes: bytes.length,
    read: (offset, length) => bytes.subarray(offset, offset + length),
    close: () => {}
  }
}

/** The same file with all of its bytes in memory, for callers that read every column. */
export function readWhole(file: ShardFile, memory: PageMemory): ShardFile {
  const bytes = file.read(0, file.bytes, memory)
  return { ...file, read: (offset, length) => bytes.subarray(offset, offset + length) }
}

const BLOCK = 64 * 1024
const BLOCKS_HELD = 4

/**
 * The same file, read in larger pieces. A shard's small columns are adjacent, before and after its embeddings, so two pieces contain all of
 * them.
 */
export function readInBlocks(file: ShardFile): ShardFile {
  let blocks: { readonly start: number; readonly bytes: Uint8Array }[] = []
  return {
    ...file,
    read: (offset, length, memory) => {
      if (length > BLOCK) return file.read(offset, length, memory)
      let block = blocks.find(({ start, bytes }) => offset >= start && offset + length <= start + bytes.length)
      if (block === undefined) {
        block = { start: offset, bytes: file.read(offset, Math.max(length, Math.min(BLOCK, file.bytes - offset))) }
        blocks = [block, ...blocks.slice(0, BLOCKS_HELD - 1)]
      }
      return block.bytes.subarray(offset - block.start, offset - block.start + length)
    }
  }
}
