/** Folders for what does not fit into memory or must not be touched where it lies: each goes when it is done with. */
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { isAbsolute, join } from 'node:path'
import { isGone } from './processStartTime.ts'

const OLD_MS = 86_400_000

/** `$TMPDIR`, unless it is relative: a temporary folder in the working directory may lie in a cache. */
export function temporaryPlace(): string {
  const place = tmpdir()
  return isAbsolute(place) ? place : '/tmp'
}

/**
 * Makes a folder of its own, and takes away those of its name whose process was killed a day ago or longer.
 * @param prefix ends in `-`
 * @throws what Node throws when there can be none
 */
export function makeTemporaryFolder(prefix: string): string {
  const place = temporaryPlace()
  for (const name of readdirSync(place)) {
    const [, pid] = name.startsWith(prefix) ? (/^(\d+)-/.exec(name.slice(prefix.length)) ?? []) : []
    if (pid !== undefined && isGone(Number(pid))) removeIfOld(join(place, name))
  }
  return mkdtempSync(join(place, `${prefix}${process.pid}-`))
}

function removeIfOld(folder: string): void {
  try {
    if (Date.now() - statSync(folder).mtimeMs > OLD_MS) rmSync(folder, { recursive: true, force: true })
  } catch {
    // It is somebody else's, or gone.
  }
}
