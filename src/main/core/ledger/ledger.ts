/**
 * What was verified when: kept in the program's own data folder, never in the cache. One database for all caches, each known by
 * its real path.
 */
import { mkdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import Database from 'better-sqlite3'
import type { Finding } from '../../../shared/model/finding.ts'
import type { FileStamp } from '../../../shared/model/report.ts'
import { dataFolder } from '../dataFolder.ts'
import { asSystemError } from '../systemError.ts'

/** What a full verification of one shard came to. */
export type Verification = FileStamp & { readonly verifiedAtMs: number; readonly findings: readonly Finding[] }

/** A shard's verification as it is written down. */
export type RecordedVerdict = Verification & { readonly shardPath: string }

/** One verify, from its start to its finish; one that never finished can be resumed. */
export type LedgerRun = {
  /** What this run (before it was interrupted) found in a shard; null when it has not got there. */
  verifiedInThisRun(shardPath: string): Verification | null
  record(verdict: FileStamp & { readonly shardPath: string; readonly findings: readonly Finding[] }): void
  finish(): void
}

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS runs (
    id INTEGER PRIMARY KEY, root TEXT NOT NULL, scope TEXT NOT NULL, started_ms INTEGER NOT NULL, finished_ms INTEGER);
  CREATE TABLE IF NOT EXISTS verifications (
    root TEXT NOT NULL, shard_path TEXT NOT NULL, run INTEGER NOT NULL, bytes INTEGER NOT NULL, mtime_ns TEXT NOT NULL,
    verified_ms INTEGER NOT NULL, findings TEXT NOT NULL, PRIMARY KEY (root, shard_path)) WITHOUT ROWID;
`

/**
 * Opens the ledger, making it when there is none.
 * @param file defaults to `ledger.sqlite` in the data folder
 * @param onRecord told of every verification that is written down
 */
export function openLedger(file: string = join(dataFolder(), 'ledger.sqlite'), onRecord?: (verdict: RecordedVerdict) => void): Ledger {
  try {
    mkdirSync(dirname(file), { recursive: true })
    return new Ledger(new Database(file, { timeout: 10_000 }), onRecord)
  } catch (error) {
    throw asSystemError(error, 'open the ledger', file)
  }
}

type Row = { run: number; bytes: number; mtimeNs: string; verifiedAtMs: number; findings: string }

export class Ledger {
  private readonly db: Database.Database
  private readonly onRecord: ((verdict: RecordedVerdict) => void) | undefined
  private readonly select: Database.Statement<[string, string], Row>

  constructor(db: Database.Database, onRecord?: (verdict: RecordedVerdict) => void) {
    this.db = db
    this.onRecord = onRecord
    // Readers never wait for a run that records, and a crash loses at most the last shards' entries.
    db.pragma('journal_mode = WAL')
    db.pragma('synchronous = NORMAL')
    db.exec(SCHEMA)
    this.select = db.prepare(
      'SELECT run, bytes, mtime_ns AS mtimeNs, verified_ms AS verifiedAtMs, findings FROM verifications WHERE root = ? AND shard_path = ?'
    )
  }

  close(): void {
    this.db.close()
  }

  /** The last full verification of a shard; null when there was none. */
  lastVerification(root: string, shardPath: string): Verification | null {
    const row = this.select.get(root, shardPath)
    return row === undefined ? null : verificationOf(row)
  }

  /** Starts a run, or takes up the last one of the same scope that never finished. */
  startRun(root: string, scope: string, resume: boolean): LedgerRun {
    const id = (resume ? this.unfinishedRun(root, scope) : null) ?? this.newRun(root, scope)
    const record = this.db.prepare(
      'INSERT OR REPLACE INTO verifications (root, shard_path, run, bytes, mtime_ns, verified_ms, findings) VALUES (?, ?, ?, ?, ?, ?, ?)'
    )
    return {
      verifiedInThisRun: shardPath => {
        const row = this.select.get(root, shardPath)
        return row === undefined || row.run !== id ? null : verificationOf(row)
      },
      record: verdict => {
        const { shardPath, bytes, mtimeNs, findings } = verdict
        const verifiedAtMs = Date.now()
        record.run(root, shardPath, id, bytes, String(mtimeNs), verifiedAtMs, JSON.stringify(findings))
        this.onRecord?.({ shardPath, bytes, mtimeNs, verifiedAtMs, findings })
      },
      finish: () => {
        this.db.prepare('UPDATE runs SET finished_ms = ? WHERE id = ?').run(Date.now(), id)
      }
    }
  }

  private unfinishedRun(root: string, scope: string): number | null {
    const sql = 'SELECT id FROM runs WHERE root = ? AND scope = ? AND finished_ms IS NULL ORDER BY id DESC LIMIT 1'
    return this.db.prepare<[string, string], { id: number }>(sql).get(root, scope)?.id ?? null
  }

  private newRun(root: string, scope: string): number {
    const { lastInsertRowid } = this.db.prepare('INSERT INTO runs (root, scope, started_ms) VALUES (?, ?, ?)').run(root, scope, Date.now())
    return Number(lastInsertRowid)
  }
}

function verificationOf(row: Row): Verification {
  const findings: Finding[] = JSON.parse(row.findings)
  return { bytes: row.bytes, mtimeNs: BigInt(row.mtimeNs), verifiedAtMs: row.verifiedAtMs, findings }
}
