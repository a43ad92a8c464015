/**
 * A cache of metadata about caches in the program's data folder, so that reopening one shows everything at once. It is not authoritative:
 * every opening scans the files again, and an unusable catalog is recreated.
 */

import { rmSync } from 'node:fs'
import Database from 'better-sqlite3'
import { fromRecorded, type RecordedFinding, toRecorded } from '../../../shared/text/recordedFinding.ts'
import { JOURNALS, strangeJournal } from '../../core/index.ts'
import type { Compared, Comparison } from './comparison.ts'

/** The stored data of a shard. */
export type CatalogRow = {
  readonly shardPath: string
  readonly bytes: number
  readonly mtimeNs: bigint
  readonly footerSeen: boolean
  readonly rows: number | null
  readonly dimensions: number | null
  /** Contigs whose rows it holds although its path does not name them; null if only the rows show that. */
  readonly otherContigs: readonly string[] | null
}

const BUSY_MS = 5_000
const SCHEMA_VERSION = 4
const SCHEMA = `
  CREATE TABLE roots (id INTEGER PRIMARY KEY, path TEXT NOT NULL UNIQUE);
  CREATE TABLE shards (
    root INTEGER NOT NULL, shard_path TEXT NOT NULL, bytes INTEGER NOT NULL, mtime_ns TEXT NOT NULL, footer_seen INTEGER NOT NULL,
    rows INTEGER, dimensions INTEGER, other_contigs TEXT, PRIMARY KEY (root, shard_path)) WITHOUT ROWID;
  CREATE TABLE comparisons (
    root INTEGER PRIMARY KEY, whole INTEGER NOT NULL, index_bytes INTEGER, index_mtime_ns TEXT, findings TEXT NOT NULL);
  PRAGMA user_version = ${SCHEMA_VERSION};
`

class NoCatalog extends Error {}

/**
 * Opens the catalog in a file. One that is damaged, foreign or of another version is recreated. If no file can be used, the catalog is in
 * memory.
 * @param onTrouble called in both cases, with the reason
 */
export function openCatalog(file: string, onTrouble: (sentence: string, error: unknown) => void): Catalog {
  try {
    return openIn(file)
  } catch (error) {
    if (!isUseless(error)) return openInMemory(error, onTrouble)
    onTrouble(`the catalog ${file} cannot be used and is recreated`, error)
  }
  try {
    for (const suffix of [...JOURNALS, '']) rmSync(file + suffix, { force: true })
    return openIn(file)
  } catch (error) {
    return openInMemory(error, onTrouble)
  }
}

function isUseless(error: unknown): boolean {
  return error instanceof NoCatalog || (error instanceof Database.SqliteError && /^SQLITE_(NOTADB|CORRUPT|ERROR)/.test(error.code))
}

function openInMemory(error: unknown, onTrouble: (sentence: string, error: unknown) => void): Catalog {
  onTrouble('the catalog cannot be saved for the next start', error)
  return openIn(':memory:')
}

function openIn(file: string): Catalog {
  const strange = strangeJournal(file)
  if (strange !== undefined) throw new NoCatalog(`${strange} beside it is not a regular file`)
  const db = new Database(file, { timeout: BUSY_MS })
  try {
    db.pragma('journal_mode = WAL')
    db.pragma('synchronous = NORMAL')
    // Only a checkpoint waits for the disk: after 64 MiB, or when the catalog is closed.
    db.pragma('wal_autocheckpoint = 16384')
    db.transaction(() => {
      const version = db.pragma('user_version', { simple: true })
      if (version === SCHEMA_VERSION) return
      const empty = db.prepare('SELECT 1 FROM sqlite_schema').get() === undefined
      if (version !== 0 || !empty) throw new NoCatalog(`its version is ${version}, this program's is ${SCHEMA_VERSION}`)
      db.exec(SCHEMA)
    }).immediate()
    return new Catalog(db)
  } catch (error) {
    db.close()
    throw error
  }
}

type ShardRecord = {
  shardPath: string
  bytes: number
  mtimeNs: string
  footerSeen: number
  rows: number | null
  dimensions: number | null
  otherContigs: string | null
}
type ComparisonRecord = { whole: number; indexBytes: number | null; indexMtimeNs: string | null; findings: string }

export class Catalog {
  private readonly db: Database.Database
  private readonly page: Database.Statement<[number, string, number], ShardRecord>
  private readonly put: Database.Statement<[number, string, number, string, number, number | null, number | null, string | null]>
  private readonly forget: Database.Statement<[number, string]>
  private readonly compared: Database.Statement<[number], ComparisonRecord>

  constructor(db: Database.Database) {
    this.db = db
    this.page = db.prepare(
      'SELECT shard_path AS shardPath, bytes, mtime_ns AS mtimeNs, footer_seen AS footerSeen, rows, dimensions, other_contigs AS otherContigs FROM shards WHERE root = ? AND shard_path > ? ORDER BY shard_path LIMIT ?'
    )
    this.put = db.prepare(
      'INSERT OR REPLACE INTO shards (root, shard_path, bytes, mtime_ns, footer_seen, rows, dimensions, other_contigs) VALUES (?, ?, ?, ?, ?, ?, ?, ?)'
    )
    this.forget = db.prepare('DELETE FROM shards WHERE root = ? AND shard_path = ?')
    this.compared = db.prepare(
      'SELECT whole, index_bytes AS indexBytes, index_mtime_ns AS indexMtimeNs, findings FROM comparisons WHERE root = ?'
    )
  }

  close(): void {
    this.db.close()
  }

  /** Damage in the middle is not found when opening. The next start recreates the catalog. */
  condemn(error: unknown): void {
    if (!isUseless(error)) return
    try {
      this.db.pragma('user_version = 0')
    } catch {
      // With worse damage, the next opening finds it.
    }
  }

  /** The number of the cache in the catalog. */
  rootId(root: string): number {
    this.db.prepare('INSERT OR IGNORE INTO roots (path) VALUES (?)').run(root)
    const row = this.db.prepare<[string], { id: number }>('SELECT id FROM roots WHERE path = ?').get(root)
    if (row === undefined) throw new TypeError('a root that was just inserted is missing')
    return row.id
  }

  /** The next entries after a path, in byte order; for the empty text, the first ones. */
  entriesAfter(rootId: number, shardPath: string, limit: number): CatalogRow[] {
    return this.page.all(rootId, shardPath, limit).map(row => ({
      ...row,
      mtimeNs: BigInt(row.mtimeNs),
      footerSeen: row.footerSeen === 1,
      otherContigs: contigsFrom(row.otherContigs)
    }))
  }

  /** Stores some entries and removes others in one transaction. */
  save(rootId: number, entries: readonly CatalogRow[], gone: readonly string[]): void {
    this.db
      .transaction(() => {
        for (const shardPath of gone) this.forget.run(rootId, shardPath)
        for (const { shardPath, bytes, mtimeNs, footerSeen, rows, dimensions, otherContigs } of entries) {
          this.put.run(rootId, shardPath, bytes, String(mtimeNs), footerSeen ? 1 : 0, rows, dimensions, contigsText(otherContigs))
        }
      })
      .immediate()
  }

  /** The last comparison of a cache's shards with each other and with the index; null if there was none. */
  comparison(rootId: number): Comparison | null {
    const row = this.compared.get(rootId)
    if (row === undefined) return null
    const recorded: RecordedCompared[] = JSON.parse(row.findings)
    const findings = recorded.map(each => ({ ...each, finding: fromRecorded(each.finding) }))
    const index = row.indexBytes === null || row.indexMtimeNs === null ? null : { bytes: row.indexBytes, mtimeNs: BigInt(row.indexMtimeNs) }
    return { whole: row.whole === 1, index, findings }
  }

  saveComparison(rootId: number, { whole, index, findings }: Comparison): void {
    this.db.prepare('INSERT OR REPLACE INTO comparisons (root, whole, index_bytes, index_mtime_ns, findings) VALUES (?, ?, ?, ?, ?)').run(
      rootId,
      whole ? 1 : 0,
      index?.bytes ?? null,
      index === null ? null : String(index.mtimeNs),
      JSON.stringify(
        findings.map(each => ({ ...each, finding: toRecorded(each.finding) })),
        (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value)
      )
    )
  }
}

type RecordedCompared = Omit<Compared, 'finding'> & { readonly finding: RecordedFinding }

const NONE: readonly string[] = []

function contigsText(contigs: readonly string[] | null): string | null {
  return contigs === null ? null : contigs.length === 0 ? '' : JSON.stringify(contigs)
}

function contigsFrom(text: string | null): readonly string[] | null {
  return text === null ? null : text === '' ? NONE : JSON.parse(text)
}
