/**
 * Verifications and their times: stored in the program's data folder, never in the cache. One database for all caches. Each cache has an
 * id; `followMove` determines which cache is at a path.
 */
import { randomUUID } from 'node:crypto'
import Database from 'better-sqlite3'
import type { Finding } from '../../../shared/model/finding.ts'
import type { FileStamp } from '../../../shared/model/report.ts'
import { fromRecorded, type RecordedFinding, toRecorded } from '../../../shared/text/recordedFinding.ts'
import type { Holdings } from '../keys/holdings.ts'
import { isDamage } from '../sqlite/failures.ts'

/** The result of a full verification of one shard. */
export type Verification = FileStamp & {
  readonly verifiedAtMs: number
  readonly findings: readonly Finding[]
  /** Whether every page had a checksum, so that reading the shard shows whether its bytes have changed. */
  readonly pageChecksums: boolean
  /** Digest in hex of the bytes when they were first found intact. Shards are immutable, so it never changes. Null if there is none. */
  readonly sha256: string | null
  readonly digestAtMs: number
}

/** A shard's verification as recorded. */
export type RecordedVerdict = Omit<Verification, 'digestAtMs'> & { readonly shardPath: string }

/** Further records about a shard: evidence for the case that the shard disappears or contradicts the index. */
export type ShardEvidence = FileStamp & {
  readonly shardPath: string
  readonly verifiedAtMs: number
  readonly sha256: string | null
  /** The digest of a shard that was absent when the cache was last verified. */
  readonly awaySha256: string | null
  /** Digest of the bytes whose rows agreed with the index; null if they never did. */
  readonly intactSha256: string | null
  readonly holdings: Holdings | null
  /** Whether the last verification found other bytes than the first. */
  readonly hasChanged: boolean
}
/** The file that was verified last, and whether its bytes differed from the first. */
export type EvidenceStamp = FileStamp & Pick<ShardEvidence, 'hasChanged'>
/** Records about a shard that is missing or has lost rows. */
export type LedgerEvidence = Pick<ShardEvidence, 'shardPath' | 'holdings' | 'sha256' | 'awaySha256'>
/** The same from another ledger, through a report. */
export type ReportedMissing = LedgerEvidence

/** One verification, from its start to its end. An unfinished one can be resumed. */
export type LedgerRun = {
  /** The findings of this run (before it was interrupted) in a shard; null if it has not been read yet. */
  verifiedInThisRun(shardPath: string): Verification | null
  /**
   * @param sha256 of the bytes, if they are intact; recorded only if the shard has no digest yet
   * @param holdings summary of the rows; kept as long as the digest
   */
  record(verdict: Omit<RecordedVerdict, 'verifiedAtMs' | 'sha256'>, sha256: string | null, holdings?: Holdings | null): void
  /** Writes pending records to disk. */
  flush(): void
  finish(): void
}

/** A cache with records. */
export type KnownCache = {
  readonly id: string
  /** Its path when it was last opened. */
  readonly root: string
  /** Distinguishes its folder of shards from others at the same path; null in records of an earlier version. */
  readonly folder: string | null
  /** Whether it is the cache that was last found at `root`. */
  readonly isCurrent: boolean
}

export type LedgerParts = {
  readonly onRecord?: ((verdict: RecordedVerdict) => void) | undefined
  readonly onFailure?: ((reason: string) => void) | undefined
  /** Saves a copy of the database. @throws SqliteError for damage */
  readonly keepCopy: () => void
  /** Called when the ledger is closed, if damage was found. */
  readonly onDamage: (reason: string) => void
}

/** The holdings of the bytes with the digest; without a digest, the latest ones with keys. */
const HOLDINGS_KEPT = `CASE
           WHEN sha256 IS NOT NULL THEN ifnull(holdings, excluded.holdings)
           WHEN json_extract(excluded.holdings, '$.keys') IS NULL THEN ifnull(holdings, excluded.holdings)
           ELSE excluded.holdings END`

const EVIDENCE = `SELECT shard_path AS shardPath, bytes, mtime_ns AS mtimeNs, verified_ms AS verifiedAtMs, sha256, away_sha256 AS awaySha256, intact_sha256 AS intactSha256, holdings, findings LIKE '%"changed_bytes"%' AS hasChanged
  FROM verifications WHERE cache = ?`

type EvidenceRow = Omit<ShardEvidence, 'holdings' | 'mtimeNs' | 'hasChanged'> & {
  readonly holdings: string | null
  readonly mtimeNs: string
  readonly hasChanged: number
}

function evidenceOf({ holdings, mtimeNs, hasChanged, ...row }: EvidenceRow): ShardEvidence {
  return { ...row, mtimeNs: BigInt(mtimeNs), hasChanged: hasChanged === 1, holdings: holdings === null ? null : JSON.parse(holdings) }
}

const COLUMNS =
  'run, bytes, mtime_ns AS mtimeNs, verified_ms AS verifiedAtMs, findings, sha256, fingerprinted_ms AS digestAtMs, page_checksums AS pageChecksums'

type Row = {
  run: number
  bytes: number
  mtimeNs: string
  verifiedAtMs: number
  findings: string
  sha256: string | null
  digestAtMs: number
  pageChecksums: 0 | 1
}

/** Verifications per transaction. A transaction for each would take longer than reading a shard. */
const RECORDS_AT_ONCE = 100
const RECORDS_WAIT_MS = 500

type Pending = { readonly cache: string; readonly run: number; readonly verdict: RecordedVerdict; readonly holdings: Holdings | null }

/** A run copies the ledger if it recorded at least one in this many of its verifications. */
const COPY_SHARE = 20

const VERDICT_COLUMNS =
  'shard_path, bytes, mtime_ns, verified_ms, findings, sha256, fingerprinted_ms, page_checksums, holdings, intact_sha256, away_sha256'

export class Ledger {
  private readonly db: Database.Database
  private readonly parts: LedgerParts
  private readonly current: Database.Statement<[string], { id: string }>
  private readonly select: Database.Statement<[string, string], Row>
  private readonly selectEvidence: Database.Statement<[string, string], EvidenceRow>
  private readonly range: Database.Statement<[string, string, string], Row & { shardPath: string }>
  private readonly insert: Database.Statement<unknown[], Pick<Verification, 'sha256'>>
  private pending: Pending[] = []
  private flushedAt = 0
  private hasFailed = false
  private damage: string | null = null

  constructor(db: Database.Database, parts: LedgerParts) {
    this.db = db
    this.parts = parts
    this.current = db.prepare('SELECT id FROM caches WHERE root = ? AND is_current = 1')
    this.select = db.prepare(`SELECT ${COLUMNS} FROM verifications WHERE cache = ? AND shard_path = ?`)
    this.selectEvidence = db.prepare(`${EVIDENCE} AND shard_path = ?`)
    this.range = db.prepare(`SELECT shard_path AS shardPath, ${COLUMNS} FROM verifications WHERE cache = ? AND shard_path BETWEEN ? AND ?`)
    this.insert = db.prepare(
      `INSERT INTO verifications (
           cache, shard_path, run, bytes, mtime_ns, verified_ms, findings, sha256, fingerprinted_ms, page_checksums, holdings)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (cache, shard_path) DO UPDATE SET run = excluded.run, bytes = excluded.bytes, mtime_ns = excluded.mtime_ns,
         verified_ms = excluded.verified_ms, findings = excluded.findings, page_checksums = excluded.page_checksums,
         holdings = ${HOLDINGS_KEPT},
         fingerprinted_ms = iif(sha256 IS NULL, excluded.fingerprinted_ms, fingerprinted_ms), sha256 = ifnull(sha256, excluded.sha256)
       RETURNING sha256`
    )
  }

  close(): void {
    this.flush()
    this.db.close()
    if (this.damage !== null) this.parts.onDamage(this.damage)
  }

  /** False after a failure: from then on, all results are empty. */
  get isReadable(): boolean {
    return !this.hasFailed
  }

  /** The last full verification of a shard; null if there was none. */
  lastVerification(root: string, shardPath: string): Verification | null {
    return this.attempt(null, () => {
      const row = this.select.get(this.cacheAt(root), shardPath)
      return row === undefined ? null : verificationOf(row)
    })
  }

  /** The last verifications of all shards from one path to another, both included, in byte order. */
  lastVerifications(root: string, from: string, to: string): Map<string, Verification> {
    return this.ask(new Map(), () => new Map(this.range.all(this.cacheAt(root), from, to).map(row => [row.shardPath, verificationOf(row)])))
  }

  /** Whether any shard of this cache was ever verified. */
  knows(root: string): boolean {
    return this.ask(
      false,
      () => this.db.prepare('SELECT 1 FROM verifications WHERE cache = ? LIMIT 1').get(this.cacheAt(root)) !== undefined
    )
  }

  /** The caches that were found at a path, the current one first. */
  cachesAt(root: string): KnownCache[] {
    return this.caches('SELECT id, root, folder, is_current AS isCurrent FROM caches WHERE root = ? ORDER BY is_current DESC', root)
  }

  /** All caches with records, the most recently verified first. Reads every record. */
  knownCaches(): KnownCache[] {
    return this.caches(`
      SELECT id, root, folder, is_current AS isCurrent FROM caches JOIN verifications ON cache = id
      GROUP BY id ORDER BY is_current DESC, max(verified_ms) DESC`)
  }

  /** Some shards of a cache as they were last verified, evenly spaced over all of them. */
  sampleOf(id: string, count: number): (FileStamp & { readonly shardPath: string; readonly sha256: string | null })[] {
    const sql = `
      WITH numbered AS (
        SELECT shard_path AS shardPath, bytes, mtime_ns AS mtimeNs, ifnull(sha256, away_sha256) AS sha256,
          row_number() OVER (ORDER BY shard_path) - 1 AS i, count(*) OVER () AS n
        FROM verifications WHERE cache = $id)
      SELECT shardPath, bytes, mtimeNs, sha256 FROM numbered WHERE i = 0 OR i * $count / n <> (i - 1) * $count / n`
    type Sampled = { shardPath: string; bytes: number; mtimeNs: string; sha256: string | null }
    return this.ask([], () =>
      this.db
        .prepare<{ id: string; count: bigint }, Sampled>(sql)
        // A number would be bound as a fraction, and divided as one.
        .all({ id, count: BigInt(count) })
        .map(({ mtimeNs, ...row }) => ({ ...row, mtimeNs: BigInt(mtimeNs) }))
    )
  }

  /** From now on this cache is the one at `root`. @param id null for a cache without records */
  setCurrent(root: string, id: string | null, folder: string | null): void {
    this.write(() => {
      this.db.prepare('UPDATE caches SET is_current = 0 WHERE root = ? AND id IS NOT ?').run(root, id)
      this.db.prepare('UPDATE caches SET root = ?, folder = ?, is_current = 1 WHERE id = ?').run(root, folder, id)
    })
  }

  /** Copies the records of one cache to another id. */
  inherit(id: string, root: string, folder: string | null): void {
    this.write(() => {
      const heir = this.addCache(root, folder)
      const last = this.db.prepare<[string], { run: number | null }>('SELECT max(id) AS run FROM runs WHERE cache = ?').get(id)?.run ?? null
      const run = this.db
        .prepare('INSERT INTO runs (cache, scope, started_ms, finished_ms) SELECT ?, scope, started_ms, finished_ms FROM runs WHERE id = ?')
        .run(heir, last).lastInsertRowid
      this.db
        .prepare(
          `INSERT INTO verifications (cache, run, ${VERDICT_COLUMNS}) SELECT ?, iif(run = ?, ?, 0), ${VERDICT_COLUMNS} FROM verifications WHERE cache = ?`
        )
        .run(heir, last, run, id)
    })
  }

  /** Retires the digests of shards that were removed or moved. A file at their path later is another shard. */
  forgetFingerprints(root: string, shardPaths: Iterable<string>): void {
    this.write(() => {
      const forget = this.db.prepare(
        'UPDATE verifications SET away_sha256 = sha256, sha256 = NULL WHERE cache = ? AND shard_path = ? AND sha256 IS NOT NULL'
      )
      const cache = this.cacheAt(root)
      for (const shardPath of shardPaths) forget.run(cache, shardPath)
    })
  }

  /** Restores the digest of a shard that was absent, if it has returned with the same size and time. */
  recallFingerprint(root: string, shardPath: string, { bytes, mtimeNs }: FileStamp): void {
    this.write(() => {
      this.db
        .prepare(
          `UPDATE verifications SET sha256 = away_sha256, away_sha256 = NULL
           WHERE cache = ? AND shard_path = ? AND sha256 IS NULL AND away_sha256 IS NOT NULL AND bytes = ? AND mtime_ns = ?`
        )
        .run(this.cacheAt(root), shardPath, bytes, String(mtimeNs))
    })
  }

  /** The records about one shard as evidence; null if it was never verified. */
  evidenceOf(root: string, shardPath: string): ShardEvidence | null {
    return this.attempt(null, () => {
      const row = this.selectEvidence.get(this.cacheAt(root), shardPath)
      return row === undefined ? null : evidenceOf(row)
    })
  }

  /** The same for every shard that was ever verified and that `isWanted`, in byte order of their paths. */
  *evidence(root: string, isWanted: (shardPath: string, record: EvidenceStamp) => boolean): Generator<ShardEvidence> {
    let after = ''
    for (;;) {
      const rows = this.ask([], () =>
        this.db
          .prepare<[string, string], EvidenceRow>(`${EVIDENCE} AND shard_path > ? ORDER BY shard_path LIMIT 1000`)
          .all(this.cacheAt(root), after)
      )
      for (const row of rows) {
        if (!isWanted(row.shardPath, { bytes: row.bytes, mtimeNs: BigInt(row.mtimeNs), hasChanged: row.hasChanged === 1 })) continue
        const known = this.attempt(null, () => evidenceOf(row))
        if (known !== null) yield known
      }
      const last = rows.at(-1)
      if (last === undefined) return
      after = last.shardPath
    }
  }

  /** Records that the bytes of shards agree with the index. If the index contradicts them later, the shard is not at fault. */
  markIntact(root: string, digests: Iterable<readonly [shardPath: string, sha256: string]>): void {
    this.write(() => {
      const mark = this.db.prepare(
        'UPDATE verifications SET intact_sha256 = ? WHERE cache = ? AND shard_path = ? AND intact_sha256 IS NOT ?'
      )
      const cache = this.cacheAt(root)
      for (const [shardPath, sha256] of digests) mark.run(sha256, cache, shardPath, sha256)
    })
  }

  /** Deletes the records of shards that were found elsewhere, or that a user has forgotten. */
  dropRecords(root: string, shardPaths: Iterable<string>): void {
    this.write(() => {
      const drop = this.db.prepare('DELETE FROM verifications WHERE cache = ? AND shard_path = ?')
      const cache = this.cacheAt(root)
      for (const shardPath of shardPaths) drop.run(cache, shardPath)
    })
  }

  /** Deletes the holdings of shards whose rows the user no longer needs. Their digests stay. */
  dropHoldings(root: string, shardPaths: Iterable<string>): void {
    this.write(() => {
      const drop = this.db.prepare('UPDATE verifications SET holdings = NULL WHERE cache = ? AND shard_path = ?')
      const cache = this.cacheAt(root)
      for (const shardPath of shardPaths) drop.run(cache, shardPath)
    })
  }

  /** Starts a run, or resumes the last unfinished one of the same scope. @param folder distinguishes a cache without records from others */
  startRun(root: string, scope: string, resume: boolean, folder: string | null = null): LedgerRun {
    let [id, cache] = [0, '']
    this.write(() => {
      cache = this.cacheAt(root) || this.addCache(root, folder)
      id = (resume ? this.unfinishedRun(cache, scope) : null) ?? this.newRun(cache, scope)
    })
    let recorded = 0
    return {
      verifiedInThisRun: shardPath =>
        this.attempt(null, () => {
          const row = this.select.get(cache, shardPath)
          return row === undefined || row.run !== id ? null : verificationOf(row)
        }),
      record: ({ shardPath, bytes, mtimeNs, findings, pageChecksums }, sha256, holdings = null) => {
        recorded += 1
        const verdict = { shardPath, bytes, mtimeNs, verifiedAtMs: Date.now(), findings, pageChecksums, sha256 }
        this.pending.push({ cache, run: id, verdict, holdings })
        if (this.pending.length >= RECORDS_AT_ONCE || performance.now() - this.flushedAt > RECORDS_WAIT_MS) this.flush()
      },
      flush: () => this.flush(),
      finish: () => {
        this.write(() => this.db.prepare('UPDATE runs SET finished_ms = ? WHERE id = ?').run(Date.now(), id))
        if (recorded * COPY_SHARE >= this.size()) this.attempt(undefined, () => this.parts.keepCopy())
      }
    }
  }

  /**
   * The last run of a scope, if it is unfinished: its start, and the number of shards it has read. Null if it has finished or read none.
   */
  interruptedRun(root: string, scope: string): { readonly startedMs: number; readonly shards: number } | null {
    const sql = `
      SELECT last.started_ms AS startedMs, count(*) AS shards
      FROM (SELECT * FROM runs WHERE cache = ? AND scope = ? ORDER BY id DESC LIMIT 1) AS last
      JOIN verifications ON verifications.cache = last.cache AND verifications.run = last.id
      WHERE last.finished_ms IS NULL GROUP BY last.id`
    type Interrupted = { startedMs: number; shards: number }
    return this.ask(null, () => this.db.prepare<[string, string], Interrupted>(sql).get(this.cacheAt(root), scope) ?? null)
  }

  private flush(): void {
    if (this.pending.length === 0) return
    const { pending } = this
    this.pending = []
    this.flushedAt = performance.now()
    const kept = this.attempt([], () => this.db.transaction(() => pending.map(each => this.insertOne(each))).immediate())
    for (const verdict of kept) this.parts.onRecord?.(verdict)
  }

  private insertOne({ cache, run, verdict, holdings }: Pending): RecordedVerdict {
    const { shardPath, bytes, mtimeNs, verifiedAtMs, findings, pageChecksums, sha256 } = verdict
    const kept = this.insert.get(
      cache,
      shardPath,
      run,
      bytes,
      String(mtimeNs),
      verifiedAtMs,
      JSON.stringify(findings.map(toRecorded)),
      sha256,
      verifiedAtMs,
      Number(pageChecksums),
      holdings === null ? null : JSON.stringify(holdings)
    )
    return { ...verdict, sha256: kept?.sha256 ?? null }
  }

  private ask<T>(without: T, question: () => T): T {
    this.flush()
    return this.attempt(without, question)
  }

  private write(change: () => void): void {
    this.ask(undefined, () => this.db.transaction(change).immediate())
  }

  /** After a failure, regardless of its cause, the ledger returns empty results. No verdict depends on it alone. */
  private attempt<T>(without: T, question: () => T): T {
    if (this.hasFailed) return without
    try {
      return question()
    } catch (error) {
      if (!(error instanceof Database.SqliteError || error instanceof SyntaxError)) throw error
      this.hasFailed = true
      if (error instanceof SyntaxError || isDamage(error)) this.damage = error.message
      this.parts.onFailure?.(error.message)
      return without
    }
  }

  private caches(sql: string, ...params: string[]): KnownCache[] {
    const rows = this.ask([], () => this.db.prepare<string[], Omit<KnownCache, 'isCurrent'> & { isCurrent: number }>(sql).all(...params))
    return rows.map(({ isCurrent, ...row }) => ({ ...row, isCurrent: isCurrent === 1 }))
  }

  private size(): number {
    return this.ask(0, () => this.db.prepare<[], { n: number }>('SELECT count(*) AS n FROM verifications').get()?.n ?? 0)
  }

  /** The id of the cache at a path; empty for a cache without records. */
  private cacheAt(root: string): string {
    return this.current.get(root)?.id ?? ''
  }

  private addCache(root: string, folder: string | null): string {
    const id = randomUUID()
    this.db.prepare('UPDATE caches SET is_current = 0 WHERE root = ?').run(root)
    this.db.prepare('INSERT INTO caches VALUES (?, ?, ?, 1)').run(id, root, folder)
    return id
  }

  private unfinishedRun(cache: string, scope: string): number | null {
    const sql = 'SELECT id FROM runs WHERE cache = ? AND scope = ? AND finished_ms IS NULL ORDER BY id DESC LIMIT 1'
    return this.db.prepare<[string, string], { id: number }>(sql).get(cache, scope)?.id ?? null
  }

  private newRun(cache: string, scope: string): number {
    const sql = 'INSERT INTO runs (cache, scope, started_ms) VALUES (?, ?, ?)'
    return Number(this.db.prepare(sql).run(cache, scope, Date.now()).lastInsertRowid)
  }
}

function verificationOf(row: Row): Verification {
  const recorded: RecordedFinding[] = JSON.parse(row.findings)
  const findings = recorded.map(fromRecorded)
  const { bytes, verifiedAtMs, sha256, digestAtMs } = row
  return { bytes, mtimeNs: BigInt(row.mtimeNs), verifiedAtMs, findings, pageChecksums: row.pageChecksums === 1, sha256, digestAtMs }
}
