/**
 * Which GenoLeWM made an index. Layout 1 cannot hold the entries of another generation, so its index is never changed or replaced.
 */
import { closeSync, openSync, readSync } from 'node:fs'
import type Database from 'better-sqlite3'
import { LAYOUT_1 } from '../layouts/layout.ts'

/** A column of `window_index`; `key` is its position in the primary key from 1, or 0. */
export type IndexColumn = { readonly name: string; readonly type: string; readonly key: number }

/** The columns of `window_index`; none if there is no such table. */
export function columnsOf(db: Database.Database): IndexColumn[] {
  const columns = db.prepare<[], { name: string; type: string; pk: number }>('PRAGMA table_info(window_index)').all()
  return columns.map(({ name, type, pk }) => ({ name, type, key: pk }))
}

/** Which other GenoLeWM made an index, as a phrase; null for layout 1 and for a damaged form of it. */
export function otherGeneration(db: Database.Database, columns: readonly IndexColumn[]): string | null {
  return versionText(Number(db.pragma('user_version', { simple: true }))) ?? columnText(columns)
}

/** `PRAGMA user_version` as GenoLeWM sets it; layout 1 leaves it at 0. */
const LAYOUT_OF_VERSION: Readonly<Record<number, string>> = { 2: 'layout 2 or an early layout 3', 4: 'layout 3' }

function versionText(version: number): string | null {
  if (version === 0) return null
  return `${LAYOUT_OF_VERSION[version] ?? 'an unknown layout'}, user_version ${version}`
}

const KNOWN = [...LAYOUT_1.indexKey, 'shard_path', 'row_offset', 'created_at']

function columnText(columns: readonly IndexColumn[]): string | null {
  const key = columns.filter(column => column.key > 0).map(({ name }) => name.toLowerCase())
  // A table without a key is damage: each layout has one.
  if (key.length === 0) return null
  const names = columns.map(({ name }) => name.toLowerCase())
  const lost = KNOWN.filter(name => !names.includes(name))
  const added = names.find(name => !KNOWN.includes(name) && !lost.some(known => isDamaged(name, known)))
  if (added !== undefined) return `an unknown layout, with a column ${JSON.stringify(added.slice(0, 80))}`
  if (LAYOUT_1.indexKey.every(name => key.includes(name) || key.some(other => isDamaged(other, name)))) return null
  return `an unknown layout, with the key ${key.join(', ').slice(0, 200)}`
}

/** A flipped bit changes one character of a name. */
function isDamaged(name: string, known: string): boolean {
  if (name.length !== known.length) return false
  return [...name].filter((letter, i) => letter !== known[i]).length === 1
}

const MAGIC = 'SQLite format 3\0'
const USER_VERSION_AT = 60

/** As much of a file as its schema mostly takes. */
const HEAD_BYTES = 65_536

/** The same, from the first bytes of an index that SQLite cannot read. */
export function otherGenerationOfDamaged(path: string): string | null {
  const head = Buffer.alloc(HEAD_BYTES)
  try {
    const fd = openSync(path, 'r')
    try {
      readSync(fd, head, 0, head.length, 0)
    } finally {
      closeSync(fd)
    }
  } catch {
    return null
  }
  const text = head.toString('latin1')
  const isTable = text.includes('CREATE TABLE window_index')
  if (!text.startsWith(MAGIC) && !isTable) return null
  return versionText(head.readInt32BE(USER_VERSION_AT)) ?? (isTable && text.includes('center_token') ? 'a newer layout' : null)
}
