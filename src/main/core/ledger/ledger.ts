/**
 * What was verified when: kept in the program's own data folder, never in the cache. One database for all caches, each known by
 * its real path.
 */
import { renameSync, statSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import Database from 'better-sqlite3'
import { SystemError } from '../../../shared/model/errors.ts'
import type { Finding } from '../../../shared/model/finding.ts'
import type { FileStamp } from '../../../shared/model/report.ts'
import { dataFolder } from '../dataFolder.ts'
import { isThere, makeFolder } from '../durableFile.ts'
import { JOURNALS, openDatabase, strangeJournal } from '../index/database.ts'
import type { Holdings } from '../integrity/holdings.ts'
import { asSystemError } from '../systemError.ts'

/** What a full verification of one shard came to. */
export type Verification = FileStamp & {
  readonly verifiedAtMs: number
  readonly findings: readonly Finding[]
  /** Whether every page carried a checksum, so that a look alone tells when one's bytes have changed. */
  readonly pageChecksums: boolean
  /** Of the bytes as they were when they were first found whole, in hex: shards are immutable, so it stays. Null for one that never was. */
  readonly sha256: string | null
  readonly fingerprintedAtMs: number
}

/** A shard's verification as it is written down. */
export type RecordedVerdict = Omit<Verification, 'fingerprintedAtMs'> & { readonly shardPath: string }

/** What the ledger can say of a shard besides how it was: evidence when the shard is gone, or says something else than the index. */
export type ShardEvidence = FileStamp & {
  readonly shardPath: string
  readonly verifiedAtMs: number
  readonly sha256: string | null
  /** The fingerprint of a shard that was away when the cache was last verified. */
  readonly awaySha256: string | null
  /** Of the bytes whose rows agreed with the index; null when they never did. */
  readonly intactSha256: string | null
  readonly holdings: Holdings | null
}

/** One verify, from its start to its finish; one that never finished can be resumed. */
export type LedgerRun = {
  /** What this run (before it was interrupted) found in a shard; null when it has not got there. */
  verifiedInThisRun(shardPath: string): Verification | null
  /**
   * @param sha256 of the bytes, when they are whole; kept only when the shard has no fingerprint yet
   * @param holdings what the rows are; kept as long as the fingerprint is
   */
  record(verdict: Omit<RecordedVerdict, 'verifiedAtMs' | 'sha256'>, sha256: string | null, holdings?: Holdings | null): void
  finish(): void
}

const BUSY_MS = 10_000
const SCHEMA_VERSION = 3
const SCHEMA = `
  CREATE TABLE runs (
    id INTEGER PRIMARY KEY, root TEXT NOT NULL, scope TEXT NOT NULL, started_ms INTEGER NOT NULL, finished_ms INTEGER);
  CREATE TABLE verifications (
    root TEXT NOT NULL, shard_path TEXT NOT NULL, run INTEGER NOT NULL, bytes INTEGER NOT NULL, mtime_ns TEXT NOT NULL,
    verified_ms INTEGER NOT NULL, findings TEXT NOT NULL, sha256 TEXT, fingerprinted_ms INTEGER NOT NULL,
    page_checksums INTEGER NOT NULL DEFAULT 0, holdings TEXT, intact_sha256 TEXT, away_sha256 TEXT,
    PRIMARY KEY (root, shard_path)) WITHOUT ROWID;
  PRAGMA user_version = ${SCHEMA_VERSION};
`
const FROM_VERSION_2 = `
  ALTER TABLE verifications ADD COLUMN holdings TEXT;
  ALTER TABLE verifications ADD COLUMN intact_sha256 TEXT;
  ALTER TABLE verifications ADD COLUMN away_sha256 TEXT;
  PRAGMA user_version = ${SCHEMA_VERSION};
`
const FROM_VERSION_1 = `
  ALTER TABLE verifications ADD COLUMN page_checksums INTEGER NOT NULL DEFAULT 0;
  ${FROM_VERSION_2}
`

export type LedgerOptions = {
  /** Told of every verification that is written down. */
  readonly onRecord?: (verdict: RecordedVerdict) => void
  /** Told when what lay there could not be used: what it is called now, and why it was set aside. */
  readonly onSetAside?: (file: string, reason: string) => void
}

/**
 * Opens the ledger, making it when there is none. One that is damaged, or that another version of the program made, is set aside under
 * a name with the date, never deleted, and a new one is begun.
 * @param file defaults to `ledger.sqlite` in the data folder
 * @throws SystemError when it cannot be opened or made
 */
export function openLedger(file: string = join(dataFolder(), 'ledger.sqlite'), { onRecord, onSetAside }: LedgerOptions = {}): Ledger {
  try {
    makeFolder(dirname(file))
    try {
      return openOnce(file, onRecord)
    } catch (error) {
      const reason = uselessBecause(file, error)
      if (reason === null) throw error
      onSetAside?.(setAside(file), reason)
      return openOnce(file, onRecord)
    }
  } catch (error) {
    if (error instanceof SystemError) throw error
    if (!(error instanceof Database.SqliteError)) throw asSystemError(error, 'open the ledger', file)
    throw new SystemError(`cannot open the ledger ${file}: ${error.message}`, { path: file, error: error.code }, { cause: error })
  }
}

function openOnce(file: string, onRecord: LedgerOptions['onRecord']): Ledger {
  const strange = strangeJournal(file)
  if (strange !== undefined) throw new NoLedger(`${basename(file)}${strange} beside it is not a plain file`)
  const db = openDatabase(file, { timeout: BUSY_MS })
  try {
    prepare(db)
    return new Ledger(db, onRecord)
  } catch (error) {
    db.close()
    throw error
  }
}

/** Why what lies there is no ledger of this version; null when it may well be one. */
function uselessBecause(file: string, error: unknown): string | null {
  if (error instanceof NoLedger) return error.message
  if (!(error instanceof Database.SqliteError)) return null
  if (statSync(file, { throwIfNoEntry: false })?.isDirectory()) return 'it is a folder'
  return /^SQLITE_(NOTADB|CORRUPT|ERROR)/.test(error.code) ? error.message : null
}

class NoLedger extends Error {}

/** @throws NoLedger before anything was changed, SqliteError */
function prepare(db: Database.Database): void {
  versionOf(db)
  // Readers never wait for a run that records, and a crash loses at most the last shards' entries.
  db.pragma('journal_mode = WAL')
  db.pragma('synchronous = NORMAL')
  db.transaction(() => {
    const version = versionOf(db)
    if (version === 0) db.exec(SCHEMA)
    else if (version === 1) db.exec(FROM_VERSION_1)
    else if (version === 2) db.exec(FROM_VERSION_2)
  }).immediate()
}

/** 0 when nothing is in it yet. @throws NoLedger when it is neither empty nor of a version that this program knows */
function versionOf(db: Database.Database): 0 | 1 | 2 | typeof SCHEMA_VERSION {
  const version = db.pragma('user_version', { simple: true })
  if (version === SCHEMA_VERSION || version === 1 || version === 2) return version
  if (version === 0 && db.prepare('SELECT 1 FROM sqlite_schema').get() === undefined) return version
  throw new NoLedger(`its version is ${version}, this program's is ${SCHEMA_VERSION}`)
}

/** @returns the file's new name */
function setAside(file: string): string {
  const date = new Date().toISOString().replaceAll(':', '-')
  // The journal goes first: it must never be taken for that of the next ledger.
  for (const suffix of [...JOURNALS, '']) {
    if (isThere(file + suffix)) renameSync(file + suffix, `${file}.${date}${suffix}`)
  }
  return `${file}.${date}`
}

/** Those of the bytes that have the fingerprint; without one, the latest that tell the keys. */
const HOLDINGS_KEPT = `CASE
           WHEN sha256 IS NOT NULL THEN ifnull(holdings, excluded.holdings)
           WHEN json_extract(excluded.holdings, '$.keys') IS NULL THEN ifnull(holdings, excluded.holdings)
           ELSE excluded.holdings END`

const EVIDENCE = `SELECT shard_path AS shardPath, bytes, mtime_ns AS mtimeNs, verified_ms AS verifiedAtMs, sha256, away_sha256 AS awaySha256, intact_sha256 AS intactSha256, holdings
  FROM verifications WHERE root = ?`

type EvidenceRow = Omit<ShardEvidence, 'holdings' | 'mtimeNs'> & { readonly holdings: string | null; readonly mtimeNs: string }

function evidenceOf({ holdings, mtimeNs, ...row }: EvidenceRow): ShardEvidence {
  return { ...row, mtimeNs: BigInt(mtimeNs), holdings: holdings === null ? null : JSON.parse(holdings) }
}

const COLUMNS =
  'run, bytes, mtime_ns AS mtimeNs, verified_ms AS verifiedAtMs, findings, sha256, fingerprinted_ms AS fingerprintedAtMs, page_checksums AS pageChecksums'

type Row = {
  run: number
  bytes: number
  mtimeNs: string
  verifiedAtMs: number
  findings: string
  sha256: string | null
  fingerprintedAtMs: number
  pageChecksums: 0 | 1
}

export class Ledger {
  private readonly db: Database.Database
  private readonly onRecord: ((verdict: RecordedVerdict) => void) | undefined
  private readonly select: Database.Statement<[string, string], Row>
  private readonly range: Database.Statement<[string, string, string], Row & { shardPath: string }>

  constructor(db: Database.Database, onRecord?: (verdict: RecordedVerdict) => void) {
    this.db = db
    this.onRecord = onRecord
    this.select = db.prepare(`SELECT ${COLUMNS} FROM verifications WHERE root = ? AND shard_path = ?`)
    this.range = db.prepare(`SELECT shard_path AS shardPath, ${COLUMNS} FROM verifications WHERE root = ? AND shard_path BETWEEN ? AND ?`)
  }

  close(): void {
    this.db.close()
  }

  /** The last full verification of a shard; null when there was none. */
  lastVerification(root: string, shardPath: string): Verification | null {
    const row = this.select.get(root, shardPath)
    return row === undefined ? null : verificationOf(row)
  }

  /** The last verifications of all shards from one path to another, both included, in the order of their bytes. */
  lastVerifications(root: string, from: string, to: string): Map<string, Verification> {
    return new Map(this.range.all(root, from, to).map(row => [row.shardPath, verificationOf(row)]))
  }

  /** Whether any shard of this cache was ever verified. */
  knows(root: string): boolean {
    return this.db.prepare('SELECT 1 FROM verifications WHERE root = ? LIMIT 1').get(root) !== undefined
  }

  /** All caches of which anything is known, the one verified last first. */
  knownRoots(): string[] {
    const sql = 'SELECT root FROM verifications GROUP BY root ORDER BY max(verified_ms) DESC'
    return this.db
      .prepare<[], { root: string }>(sql)
      .all()
      .map(({ root }) => root)
  }

  /** Some shards of a cache as they were last verified, spread evenly over all of them. */
  sampleOf(root: string, count: number): (FileStamp & { readonly shardPath: string })[] {
    const sql = `
      WITH numbered AS (
        SELECT shard_path AS shardPath, bytes, mtime_ns AS mtimeNs, row_number() OVER (ORDER BY shard_path) - 1 AS i, count(*) OVER () AS n
        FROM verifications WHERE root = $root)
      SELECT shardPath, bytes, mtimeNs FROM numbered WHERE i = 0 OR i * $count / n <> (i - 1) * $count / n`
    return (
      this.db
        .prepare<{ root: string; count: bigint }, { shardPath: string; bytes: number; mtimeNs: string }>(sql)
        // A number would be bound as a fraction, and divided as one.
        .all({ root, count: BigInt(count) })
        .map(({ shardPath, bytes, mtimeNs }) => ({ shardPath, bytes, mtimeNs: BigInt(mtimeNs) }))
    )
  }

  /** Everything that is known of one cache is from now on known of another. @returns false when something is known of that already */
  moveRecords(from: string, to: string): boolean {
    return this.db
      .transaction(() => {
        if (this.knows(to) || !this.knows(from)) return false
        for (const table of ['verifications', 'runs']) this.db.prepare(`UPDATE ${table} SET root = ? WHERE root = ?`).run(to, from)
        return true
      })
      .immediate()
  }

  /** Puts the fingerprints of shards that are gone or moved away aside: what is written in their place later is another shard. */
  forgetFingerprints(root: string, shardPaths: Iterable<string>): void {
    const forget = this.db.prepare(
      'UPDATE verifications SET away_sha256 = sha256, sha256 = NULL WHERE root = ? AND shard_path = ? AND sha256 IS NOT NULL'
    )
    for (const shardPath of shardPaths) forget.run(root, shardPath)
  }

  /** Takes the fingerprint of a shard up again that was gone for a while, if it has come back with the same size and time. */
  recallFingerprint(root: string, shardPath: string, { bytes, mtimeNs }: FileStamp): void {
    this.db
      .prepare(
        `UPDATE verifications SET sha256 = away_sha256, away_sha256 = NULL
         WHERE root = ? AND shard_path = ? AND sha256 IS NULL AND away_sha256 IS NOT NULL AND bytes = ? AND mtime_ns = ?`
      )
      .run(root, shardPath, bytes, String(mtimeNs))
  }

  /** What is known of one shard as evidence; null when it was never verified. */
  evidenceOf(root: string, shardPath: string): ShardEvidence | null {
    const row = this.db.prepare<[string, string], EvidenceRow>(`${EVIDENCE} AND shard_path = ?`).get(root, shardPath)
    return row === undefined ? null : evidenceOf(row)
  }

  /** The same of every shard that was ever verified and that `isWanted`, in the order of their paths' bytes. */
  *evidence(root: string, isWanted: (shardPath: string) => boolean): Generator<ShardEvidence> {
    for (const row of this.db.prepare<[string], EvidenceRow>(`${EVIDENCE} ORDER BY shard_path`).iterate(root)) {
      if (isWanted(row.shardPath)) yield evidenceOf(row)
    }
  }

  /** The bytes of shards agree with the index: what the index says otherwise later is not the shard's fault. */
  markIntact(root: string, digests: Iterable<readonly [shardPath: string, sha256: string]>): void {
    const mark = this.db.prepare('UPDATE verifications SET intact_sha256 = ? WHERE root = ? AND shard_path = ? AND intact_sha256 IS NOT ?')
    this.db
      .transaction(() => {
        for (const [shardPath, sha256] of digests) mark.run(sha256, root, shardPath, sha256)
      })
      .immediate()
  }

  /** Drops what is known of shards: they were found elsewhere, or a person said that they need not come back. */
  dropRecords(root: string, shardPaths: Iterable<string>): void {
    const drop = this.db.prepare('DELETE FROM verifications WHERE root = ? AND shard_path = ?')
    for (const shardPath of shardPaths) drop.run(root, shardPath)
  }

  /** Starts a run, or takes up the last one of the same scope that never finished. */
  startRun(root: string, scope: string, resume: boolean): LedgerRun {
    const id = (resume ? this.unfinishedRun(root, scope) : null) ?? this.newRun(root, scope)
    const record = this.db.prepare<unknown[], Pick<Verification, 'sha256'>>(
      `INSERT INTO verifications (
           root, shard_path, run, bytes, mtime_ns, verified_ms, findings, sha256, fingerprinted_ms, page_checksums, holdings)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (root, shard_path) DO UPDATE SET run = excluded.run, bytes = excluded.bytes, mtime_ns = excluded.mtime_ns,
         verified_ms = excluded.verified_ms, findings = excluded.findings, page_checksums = excluded.page_checksums,
         holdings = ${HOLDINGS_KEPT},
         fingerprinted_ms = iif(sha256 IS NULL, excluded.fingerprinted_ms, fingerprinted_ms), sha256 = ifnull(sha256, excluded.sha256)
       RETURNING sha256`
    )
    return {
      verifiedInThisRun: shardPath => {
        const row = this.select.get(root, shardPath)
        return row === undefined || row.run !== id ? null : verificationOf(row)
      },
      record: ({ shardPath, bytes, mtimeNs, findings, pageChecksums }, sha256, holdings = null) => {
        const now = Date.now()
        const kept = record.get(
          root,
          shardPath,
          id,
          bytes,
          String(mtimeNs),
          now,
          JSON.stringify(findings),
          sha256,
          now,
          Number(pageChecksums),
          holdings === null ? null : JSON.stringify(holdings)
        )
        this.onRecord?.({ shardPath, bytes, mtimeNs, verifiedAtMs: now, findings, pageChecksums, sha256: kept?.sha256 ?? null })
      },
      finish: () => {
        this.db.prepare('UPDATE runs SET finished_ms = ? WHERE id = ?').run(Date.now(), id)
      }
    }
  }

  /** The last run of a scope, when it has not come to its end: when it began, and how many shards it has read. Null when it has, or has read none. */
  interruptedRun(root: string, scope: string): { readonly startedMs: number; readonly shards: number } | null {
    const sql = `
      SELECT last.started_ms AS startedMs, count(*) AS shards
      FROM (SELECT * FROM runs WHERE root = ? AND scope = ? ORDER BY id DESC LIMIT 1) AS last
      JOIN verifications ON verifications.root = last.root AND verifications.run = last.id
      WHERE last.finished_ms IS NULL GROUP BY last.id`
    return this.db.prepare<[string, string], { startedMs: number; shards: number }>(sql).get(root, scope) ?? null
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
  const { bytes, verifiedAtMs, sha256, fingerprintedAtMs } = row
  return { bytes, mtimeNs: BigInt(row.mtimeNs), verifiedAtMs, findings, pageChecksums: row.pageChecksums === 1, sha256, fingerprintedAtMs }
}
