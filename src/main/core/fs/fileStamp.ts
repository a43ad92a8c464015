/** The metadata that identifies a file, through a link: whether it is the file that was read before. */
import { type BigIntStats, realpathSync, statSync } from 'node:fs'
import type { FileIdentity, FileStamp } from '../../../shared/model/report.ts'

/**
 * @param path absolute
 * @returns undefined if nothing is there, or a link is dangling
 * @throws what Node throws if the file cannot be inspected
 */
export function stampOf(path: string): FileStamp | undefined {
  const stat = statSync(path, { bigint: true, throwIfNoEntry: false })
  return stat === undefined ? undefined : { bytes: Number(stat.size), mtimeNs: stat.mtimeNs }
}

/** The same, but undefined also if the file cannot be inspected: opening it gives the reason. */
export function stampIfVisible(path: string): FileStamp | undefined {
  try {
    return stampOf(path)
  } catch {
    return undefined
  }
}

export function identityOf({ size, mtimeNs, ino, ctimeNs }: BigIntStats): FileIdentity {
  return { bytes: Number(size), mtimeNs, inode: ino, ctimeNs }
}

/** Undefined if there is no file, or it cannot be inspected. */
export function identityIfVisible(path: string): FileIdentity | undefined {
  try {
    const stat = statSync(path, { bigint: true, throwIfNoEntry: false })
    return stat === undefined ? undefined : identityOf(stat)
  } catch {
    return undefined
  }
}

/** Whether a file has the recorded identity. A change within one tick of the file system's clock shows only in its bytes. */
export function hasIdentity(now: FileIdentity, seen: FileIdentity): boolean {
  const { bytes, mtimeNs, inode, ctimeNs } = seen
  return bytes === now.bytes && mtimeNs === now.mtimeNs && inode === now.inode && ctimeNs === now.ctimeNs
}

/** Whether two paths lead to one file, through links. Hard links count as separate files, because GenoLeWM reads both. */
export function isSameFile(path: string, other: string): boolean {
  if (path === other) return true
  try {
    return realpathSync.native(path) === realpathSync.native(other)
  } catch {
    return false
  }
}
