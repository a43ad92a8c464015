/**
 * The GenoLeWM generation that made an index. An index of another generation has contents that layout 1 cannot represent, so it is never
 * changed or replaced.
 */
import { closeSync, openSync, readSync } from 'node:fs'
import type Database from 'better-sqlite3'
import { generationText, type IndexColumn, type IndexKind, layoutOfIndex, otherSchemaText } from '../layouts/layoutOf.ts'
import { WRITTEN_LAYOUT } from '../layouts/registry.ts'

/** The columns of `window_index`. Empty if the table does not exist. */
export function columnsOf(db: Database.Database): IndexColumn[] {
  const columns = db.prepare<[], { name: string; type: string; pk: number; notnull: number }>('PRAGMA table_info(window_index)').all()
  return columns.map(({ name, type, pk, notnull }) => ({ name, type, key: pk, notNull: notnull === 1 }))
}

/** The layout of an open index. */
export function kindOf(db: Database.Database, columns: readonly IndexColumn[]): IndexKind {
  return layoutOfIndex(Number(db.pragma('user_version', { simple: true })), columns)
}

const MAGIC = 'SQLite format 3\0'
const USER_VERSION_AT = 60

/** The part of a file that usually contains the whole schema. */
const HEAD_BYTES = 65_536

/**
 * The GenoLeWM that made an index that SQLite cannot read, by its first bytes.
 * @returns a phrase. Null for layout 1, or if unknown
 */
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
  const version = head.readInt32BE(USER_VERSION_AT)
  if (version !== WRITTEN_LAYOUT.userVersion) return generationText(version)
  return isTable ? otherSchemaText(text) : null
}
