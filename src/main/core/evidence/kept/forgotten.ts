/**
 * A user's statement that shards are no longer needed. The evidence of them is moved to a separate file, with user name and time, so that
 * it is no longer used. Without evidence nothing is missing. A file that is later written to the same path is new evidence.
 */
import { readdirSync } from 'node:fs'
import { hostname, userInfo } from 'node:os'
import { join } from 'node:path'
import type { QuarantineEntry } from '../../../../shared/model/report.ts'
import { readSmallFile } from '../../fs/smallFile.ts'
import { QUARANTINE_PATH } from '../../layouts/paths.ts'

/** Forgotten rows: one line of a file. */
export type Forgotten = {
  readonly shard_path: string
  readonly rows: number | null
  readonly reason: string
  readonly by: string
  readonly host: string
  /** UTC ns. */
  readonly at: string
  /** Files in quarantine that no longer count as evidence. */
  readonly quarantined: readonly QuarantinedFile[]
}

type QuarantinedFile = { readonly path: string; readonly at: string | null; readonly bytes: number }

const FILE_NAME = /^forgotten\.\d{1,20}\.ndjson$/

/** Files in quarantine that the user does not need. A file of this list that cannot be read forgets nothing. */
export function readForgotten(root: string): ReadonlySet<string> {
  const forgotten = new Set<string>()
  for (const name of namesIn(join(root, QUARANTINE_PATH))) {
    if (!FILE_NAME.test(name)) continue
    for (const line of textOf(join(root, QUARANTINE_PATH, name)).split('\n')) {
      for (const file of quarantinedIn(line)) forgotten.add(fileText(file))
    }
  }
  return forgotten
}

/** Whether a file in quarantine is the forgotten one, and not one that was moved there later. */
export function isForgotten(forgotten: ReadonlySet<string>, { path, at, bytes }: QuarantineEntry): boolean {
  return forgotten.has(fileText({ path, at: at === null ? null : String(at), bytes }))
}

function fileText({ path, at, bytes }: QuarantinedFile): string {
  return `${at} ${bytes} ${path}`
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}

function textOf(path: string): string {
  try {
    return readSmallFile(path)?.toString() ?? ''
  } catch {
    return ''
  }
}

function quarantinedIn(line: string): QuarantinedFile[] {
  try {
    const value: unknown = JSON.parse(line)
    if (typeof value !== 'object' || value === null || !('quarantined' in value) || !Array.isArray(value.quarantined)) return []
    return value.quarantined.filter(isQuarantinedFile)
  } catch {
    return []
  }
}

function isQuarantinedFile(value: unknown): value is QuarantinedFile {
  if (typeof value !== 'object' || value === null || !('path' in value) || !('at' in value) || !('bytes' in value)) return false
  return typeof value.path === 'string' && (value.at === null || typeof value.at === 'string') && typeof value.bytes === 'number'
}

/** The user, as known to the operating system. */
export function whoAmI(): { readonly by: string; readonly host: string } {
  try {
    return { by: userInfo().username, host: hostname() }
  } catch {
    return { by: String(process.getuid?.() ?? 'unknown'), host: hostname() }
  }
}
