/** The tables of the ledger, and their migration from earlier versions. */
import type Database from 'better-sqlite3'

const SCHEMA_VERSION = 4
const CACHES = `
  CREATE TABLE caches (
    id TEXT PRIMARY KEY, root TEXT NOT NULL, folder TEXT, is_current INTEGER NOT NULL) WITHOUT ROWID;
  CREATE INDEX caches_by_root ON caches (root);
`
const SCHEMA = `
  ${CACHES}
  CREATE TABLE runs (
    id INTEGER PRIMARY KEY, cache TEXT NOT NULL, scope TEXT NOT NULL, started_ms INTEGER NOT NULL, finished_ms INTEGER);
  CREATE TABLE verifications (
    cache TEXT NOT NULL, shard_path TEXT NOT NULL, run INTEGER NOT NULL, bytes INTEGER NOT NULL, mtime_ns TEXT NOT NULL,
    verified_ms INTEGER NOT NULL, findings TEXT NOT NULL, sha256 TEXT, fingerprinted_ms INTEGER NOT NULL,
    page_checksums INTEGER NOT NULL DEFAULT 0, holdings TEXT, intact_sha256 TEXT, away_sha256 TEXT,
    PRIMARY KEY (cache, shard_path)) WITHOUT ROWID;
  PRAGMA user_version = ${SCHEMA_VERSION};
`
/** Until then, a cache was identified by its path. */
const FROM_VERSION_3 = `
  ${CACHES}
  ALTER TABLE runs RENAME COLUMN root TO cache;
  ALTER TABLE verifications RENAME COLUMN root TO cache;
  INSERT INTO caches SELECT cache, cache, NULL, 1 FROM (SELECT cache FROM verifications UNION SELECT cache FROM runs);
  PRAGMA user_version = ${SCHEMA_VERSION};
`
const FROM_VERSION_2 = `
  ALTER TABLE verifications ADD COLUMN holdings TEXT;
  ALTER TABLE verifications ADD COLUMN intact_sha256 TEXT;
  ALTER TABLE verifications ADD COLUMN away_sha256 TEXT;
  ${FROM_VERSION_3}
`
const FROM_VERSION_1 = `
  ALTER TABLE verifications ADD COLUMN page_checksums INTEGER NOT NULL DEFAULT 0;
  ${FROM_VERSION_2}
`
const STEPS: ReadonlyMap<unknown, string> = new Map([
  [0, SCHEMA],
  [1, FROM_VERSION_1],
  [2, FROM_VERSION_2],
  [3, FROM_VERSION_3],
  [SCHEMA_VERSION, '']
])

/** The file in the place of the ledger is not one that this program supports. */
export class NoLedger extends Error {}

/**
 * Creates the tables, or migrates those of an earlier version.
 * @throws NoLedger before anything was changed, SqliteError
 */
export function prepareTables(db: Database.Database): void {
  if (stepOf(db) === '') return
  db.transaction(() => db.exec(stepOf(db))).immediate()
}

/** @throws NoLedger if it is neither empty nor of a supported version */
function stepOf(db: Database.Database): string {
  const version = db.pragma('user_version', { simple: true })
  const step = STEPS.get(version)
  const isForeign = version === 0 && db.prepare('SELECT 1 FROM sqlite_schema').get() !== undefined
  if (step === undefined || isForeign) throw new NoLedger(`its version is ${version}, this program's is ${SCHEMA_VERSION}`)
  return step
}
