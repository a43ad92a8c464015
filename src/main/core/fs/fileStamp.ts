/** What a file looks like from outside, through a link: whether it is the one that was read before. */
import { type BigIntStats, realpathSync, statSync } from 'node:fs'
import type { FileIdentity, FileStamp } from '../../../shared/model/report.ts'

/**
 * @param path absolute
 * @returns undefined when nothing is there, or a link leads nowhere
 * @throws what Node throws when the system refuses
 */
export function stampOf(path: string): FileStamp | undefined {
  const stat = statSync(path, { bigint: true, throwIfNoEntry: false })
  return stat === undefined ? undefined : { bytes: Number(stat.size), mtimeNs: stat.mtimeNs }
}

/** The same; undefined also when the system refuses: opening the file says why. */
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

/** Undefined when there is no file, or the system does not show it. */
export function identityIfVisible(path: string): FileIdentity | undefined {
  try {
    const stat = statSync(path, { bigint: true, throwIfNoEntry: false })
    return stat === undefined ? undefined : identityOf(stat)
  } catch {
    return undefined
  }
}

/** Whether a file has the identity that was seen. Only its bytes tell whether it changed within one tick of its file system's clock. */
export function hasIdentity(now: FileIdentity, seen: FileIdentity): boolean {
  const { bytes, mtimeNs, inode, ctimeNs } = seen
  return bytes === now.bytes && mtimeNs === now.mtimeNs && inode === now.inode && ctimeNs === now.ctimeNs
}

/** Whether two paths lead to one file, through links. Hard links are files of their own, as GenoLeWM reads both. */
export function isSameFile(path: string, other: string): boolean {
  if (path === other) return true
  try {
    return realpathSync.native(path) === realpathSync.native(other)
  } catch {
    return false
  }
}
