/** The index as a file that a test may damage, and its contents. */
import { join } from 'node:path'
import Database from 'better-sqlite3'

export const INDEX = 'embeddings/index.sqlite'

/** Runs statements on a cache's index without any checks. */
export function spoilIndex(root: string, work: (db: Database.Database) => void): void {
  const db = new Database(join(root, INDEX))
  try {
    work(db)
  } finally {
    db.close()
  }
}

/** Every entry, ordered by its key, as text. */
export function indexEntries(root: string): string[] {
  const db = new Database(join(root, INDEX), { readonly: true })
  try {
    const rows = db
      .prepare('SELECT * FROM window_index ORDER BY window_hash, encoder_hash, state_layer, pool_type, pool_radius, dtype')
      .raw()
      .safeIntegers()
      .all()
    return rows.map(row => String(row))
  } finally {
    db.close()
  }
}

/** The text of the schema, and whether SQLite reports the file as intact. */
export function indexFacts(root: string): { sql: unknown[]; check: unknown; journal: unknown } {
  const db = new Database(join(root, INDEX), { readonly: true })
  try {
    return {
      sql: db.prepare('SELECT sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY name').pluck().all(),
      check: db.pragma('integrity_check', { simple: true }),
      journal: db.pragma('journal_mode', { simple: true })
    }
  } finally {
    db.close()
  }
}
