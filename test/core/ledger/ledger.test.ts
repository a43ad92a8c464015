/** Earlier verifications: unchanged shards are skipped, an interrupted run is resumed, and digests are compared with the current bytes. */

import { createHash } from 'node:crypto'
import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { crc32 } from 'node:zlib'
import Database from 'better-sqlite3'
import { afterAll, describe, expect, test, vi } from 'vitest'
import {
  type Finding,
  inspectCache,
  type Ledger,
  openLedger,
  reindexCache,
  runScope,
  type VerifyReport,
  verifyCache,
  writeShard
} from '../../../src/main/core/index.ts'
import { openShard } from '../../../src/main/core/parquet/shardReader.ts'
import { CancelledError } from '../../../src/shared/model/errors.ts'
import type { Progress } from '../../../src/shared/model/report.ts'
import { describeFinding } from '../../../src/shared/text/describeFinding.ts'
import { referenceCache } from '../../support/reference.ts'
import { temporaryFolder } from '../../support/temporaryFolder.ts'
import { BLOCK, BLOCK_PATH, filesBelow, flipBit, makePipe, recordOf, shardsOf } from '../cacheFiles.ts'
import { dataPage, HANDMADE_PATH, type HandmadePage, handmadeShard } from '../handmadeShard.ts'
import { newLedger } from '../ledgers.ts'

const open: Ledger[] = []
afterAll(() => {
  for (const ledger of open) ledger.close()
})

const plain = (findings: readonly Finding[]) => findings.map(found => ({ ...found, facts: describeFinding(found), details: null }))
const comparable = ({ seconds: _, findings, ...report }: VerifyReport) => ({ ...report, findings: plain(findings) })

test.each([{ changed: true }, { olderThanMs: 1 }, { resume: true }])('%j needs a ledger', async options => {
  await expect(verifyCache(referenceCache('healthy'), options)).rejects.toMatchObject({
    code: 'INPUT.GENERIC',
    details: { field: 'ledger' }
  })
})

test('recording changes nothing in the cache and nothing in the report', async () => {
  const root = referenceCache('damaged')
  const before = filesBelow(root)
  const without = await verifyCache(root)
  expect(comparable(await verifyCache(root, { ledger: newLedger() }))).toEqual(comparable(without))
  expect(filesBelow(root)).toEqual(before)
})

describe('changed', () => {
  test('reads everything once, then only new and changed shards', async () => {
    const root = referenceCache('healthy')
    const ledger = newLedger()
    const [first = '', second = ''] = shardsOf(root)
    expect((await verifyCache(root, { ledger, changed: true })).checkedShards).toBe(92)
    expect((await verifyCache(root, { ledger, changed: true })).checkedShards).toBe(0)
    utimesSync(join(root, second), 1, 1)
    appendFileSync(join(root, first), 'x')
    await writeShard(root, { ...BLOCK, records: [recordOf(0)] })
    const { checkedShards, findings } = await verifyCache(root, { ledger, changed: true })
    expect(checkedShards).toBe(3)
    expect(findings.filter(({ shardPath }) => shardPath === first).map(({ kind }) => kind)).toEqual(['bad_footer', 'changed_bytes'])
    expect((await verifyCache(root, { ledger, changed: true })).checkedShards).toBe(0)
  })

  test('a quick run is not a verification', async () => {
    const root = referenceCache('healthy')
    const ledger = newLedger()
    await verifyCache(root, { ledger, quick: true })
    expect((await verifyCache(root, { ledger, changed: true })).checkedShards).toBe(92)
  })

  test('each cache has separate records', async () => {
    const ledger = newLedger()
    await verifyCache(referenceCache('healthy'), { ledger })
    expect((await verifyCache(referenceCache('healthy'), { ledger, changed: true })).checkedShards).toBe(92)
  })
})

async function inTenYears(work: () => Promise<unknown>): Promise<void> {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 10 * 365 * 86_400_000 })
  try {
    await work()
  } finally {
    vi.useRealTimers()
  }
}

describe('a verification in the future, recorded by a clock that was ahead', () => {
  test('is not resumed', async () => {
    const [root, ledger] = [referenceCache('healthy'), newLedger()]
    const controller = new AbortController()
    const onProgress = ({ done }: Progress): void => {
      if (done >= 10) controller.abort()
    }
    await inTenYears(() =>
      expect(verifyCache(root, { ledger, workers: 1, signal: controller.signal, onProgress })).rejects.toThrow(CancelledError)
    )
    expect(ledger.interruptedRun(root, runScope({}))?.shards).toBeGreaterThan(0)
    expect(await inspectCache(root, { ledger, resume: true })).toMatchObject({ carriedOver: 0 })
  })

  test.each([{ olderThanMs: 86_400_000 }, { olderThanMs: 0 }, { trustMs: 86_400_000 }, { changed: true }])(
    'is not used by %j',
    async options => {
      const [root, ledger] = [referenceCache('healthy'), newLedger()]
      const [shard = ''] = shardsOf(root)
      // A whole second, which `flipBit` restores exactly.
      utimesSync(join(root, shard), 1, 1)
      await inTenYears(() => verifyCache(root, { ledger }))
      flipBit(join(root, shard), 4)
      const { findings } = await verifyCache(root, { ledger, ...options })
      expect(findings).toContainEqual(expect.objectContaining({ shardPath: shard, severity: 'corrupt' }))
    }
  )
})

describe('olderThanMs', () => {
  test('reads shards whose last verification is older than that', async () => {
    const root = referenceCache('healthy')
    const ledger = newLedger()
    await verifyCache(root, { ledger, shards: shardsOf(root).slice(0, 10) })
    expect((await verifyCache(root, { ledger, olderThanMs: 3_600_000 })).checkedShards).toBe(82)
    expect((await verifyCache(root, { ledger, olderThanMs: -1 })).checkedShards).toBe(92)
  })
})

describe('bytes that changed since they were recorded', () => {
  /** A value in the dictionary of the embeddings of a shard without compression or checksums: another number, as valid as the first. */
  function flipValue(path: string): void {
    const shard = openShard(path)
    const group = shard.footer.rowGroups[0]
    const at = (group === undefined ? 0 : (shard.chunk(group, 'embedding')?.start ?? 0)) + 60
    shard.close()
    const bytes = readFileSync(path)
    bytes[at] = (bytes[at] ?? 0) ^ 1
    writeFileSync(path, bytes)
  }

  test('are reported, although there is no other sign: same size, same time, valid values', async () => {
    const root = referenceCache('unusual')
    const path = 'embeddings/local-kmer/3/centered_mean_8/chruncompressed_1.parquet'
    const { atime, mtime } = statSync(join(root, path))
    const ledger = newLedger()
    const before = await verifyCache(root, { ledger })
    expect(before.byKind.changed_bytes).toBeUndefined()
    flipValue(join(root, path))
    utimesSync(join(root, path), atime, mtime)
    expect((await verifyCache(root)).findings.filter(({ shardPath }) => shardPath === path)).toEqual([])
    for (let time = 0; time < 2; time++) {
      const { findings } = await verifyCache(root, { ledger })
      expect(findings.filter(({ shardPath }) => shardPath === path).map(({ kind, severity }) => [kind, severity])).toEqual([
        ['changed_bytes', 'suspect']
      ])
    }
  })

  test('are not reported for a shard that was removed and written again', async () => {
    const root = temporaryFolder()
    const ledger = newLedger()
    await writeShard(root, { ...BLOCK, records: [recordOf(1)] })
    await verifyCache(root, { ledger })
    rmSync(join(root, 'embeddings'), { recursive: true })
    await writeShard(root, { ...BLOCK, strideBlock: 7, records: [recordOf(2)] })
    await verifyCache(root, { ledger })
    await writeShard(root, { ...BLOCK, records: [recordOf(3)] })
    expect((await verifyCache(root, { ledger })).findings).toEqual([])
  })
})

describe('resume', () => {
  /** Cancels a verification after some shards. */
  async function cutShort(root: string, ledger: Ledger, after: number): Promise<void> {
    const stop = new AbortController()
    let seen = 0
    const run = verifyCache(root, { ledger, signal: stop.signal, onFinding: () => ++seen >= after && stop.abort() })
    await expect(run).rejects.toMatchObject({ code: 'CANCELLED' })
  }

  test.each([1, 5, 20])('after %i findings gives the report of a complete run', async after => {
    const root = referenceCache('damaged')
    await reindexCache(root)
    const whole = await verifyCache(root)
    const ledger = newLedger()
    await cutShort(root, ledger, after)
    const recorded = shardsOf(root).filter(path => ledger.lastVerification(root, path) !== null)
    expect(recorded.length).toBeGreaterThan(0)
    expect(recorded.length).toBeLessThan(36)
    expect(comparable(await verifyCache(root, { ledger, resume: true }))).toEqual(comparable(whole))
  })

  test('reads a shard again that changed meanwhile', async () => {
    const root = referenceCache('damaged')
    const ledger = newLedger()
    await cutShort(root, ledger, 5)
    const [first = ''] = shardsOf(root)
    writeFileSync(join(root, first), '')
    const { findings } = await verifyCache(root, { ledger, resume: true })
    expect(findings.filter(({ shardPath }) => shardPath === first).map(({ kind }) => kind)).toContain('placeholder')
  })

  test('a completed run is not resumed', async () => {
    const root = referenceCache('healthy')
    const ledger = newLedger()
    await verifyCache(root, { ledger })
    const [first = ''] = shardsOf(root)
    const bytes = readFileSync(join(root, first))
    const { atime, mtime } = statSync(join(root, first))
    writeFileSync(join(root, first), bytes.fill(0, 100, 3000))
    utimesSync(join(root, first), atime, mtime)
    expect((await verifyCache(root, { ledger, resume: true })).findings.map(({ shardPath }) => shardPath)).toContain(first)
  })
})

describe('partitions', () => {
  test.each([1, 2, 3, 7])('%i together find what a complete run finds', async of => {
    const root = referenceCache('damaged')
    await reindexCache(root)
    const whole = await verifyCache(root)
    const parts = await Promise.all(Array.from({ length: of }, (_, i) => verifyCache(root, { partition: { index: i + 1, of } })))
    expect(parts.reduce((sum, part) => sum + part.checkedShards, 0)).toBe(36)
    expect(parts.reduce((sum, part) => sum + part.checkedBytes, 0)).toBe(whole.checkedBytes)
    const key = (found: ReturnType<typeof plain>[number]): string => JSON.stringify(found)
    const union = new Set(parts.flatMap(part => plain(part.findings).map(key)))
    expect([...union].sort()).toEqual([...new Set(plain(whole.findings).map(key))].sort())
  })

  test('are always the same, independent of other contents of the cache', async () => {
    const root = referenceCache('healthy')
    const before = await verifyCache(root, { partition: { index: 1, of: 3 } })
    await writeShard(root, { ...BLOCK, records: [recordOf(0)] })
    const after = await verifyCache(root, { partition: { index: 1, of: 3 } })
    expect([0, 1]).toContain(after.checkedShards - before.checkedShards)
  })

  test.each([
    { index: 0, of: 3 },
    { index: 4, of: 3 },
    { index: 1, of: 0 },
    { index: 1.5, of: 3 },
    { index: 1, of: Number.NaN }
  ])('%j is not a partition, and nothing is reported as healthy for it', async partition => {
    await expect(verifyCache(referenceCache('healthy'), { partition })).rejects.toMatchObject({ code: 'INPUT.GENERIC' })
  })
})

describe('an unusable ledger is renamed, and a new one is created', () => {
  const withSql = (file: string, sql: string): void => {
    const db = new Database(file)
    db.exec(sql)
    db.close()
  }
  const cases: Record<string, (file: string) => void> = {
    'no database': file => writeFileSync(file, 'this is not a database, though it is long enough to be one if it were'.repeat(50)),
    'of an earlier version': file => withSql(file, 'CREATE TABLE verifications (root TEXT, shard_path TEXT)'),
    'of a later version': file => withSql(file, 'CREATE TABLE verifications (root TEXT, shard_path TEXT); PRAGMA user_version = 99'),
    'with a missing column': file => {
      openLedger(file).close()
      withSql(file, 'ALTER TABLE verifications DROP COLUMN sha256')
    }
  }
  test.each(Object.entries(cases))('%s', (_, make) => {
    const file = join(temporaryFolder(), 'ledger.sqlite')
    make(file)
    const before = readFileSync(file).toString('hex')
    const reported: [string, string][] = []
    const onSetAside = (aside: string, reason: string) => reported.push([aside, reason])
    const ledger = openLedger(file, { onSetAside })
    open.push(ledger)
    expect(reported).toEqual([[expect.stringContaining(`${file}.20`), expect.stringMatching(/./)]])
    expect(readFileSync(reported[0]?.[0] ?? '').toString('hex') === before).toBe(true)
    ledger.startRun('/cache', '', false).record({ shardPath: 'a', bytes: 1, mtimeNs: 2n, findings: [], pageChecksums: false }, null)
    expect(ledger.lastVerification('/cache', 'a')).toMatchObject({ bytes: 1, mtimeNs: 2n })
    open.push(openLedger(file, { onSetAside }))
    expect(reported).toHaveLength(1)
  })

  test.each(['-journal', '-wal', '-shm'])('a pipe in place of its %s', suffix => {
    const file = join(temporaryFolder(), 'ledger.sqlite')
    openLedger(file).close()
    makePipe(`${file}${suffix}`)
    const reported: string[] = []
    open.push(openLedger(file, { onSetAside: (aside, reason) => reported.push(aside, reason) }))
    expect(reported).toEqual([expect.any(String), `ledger.sqlite${suffix} beside it is not a regular file`])
    expect(statSync(`${reported[0]}${suffix}`).isFIFO()).toBe(true)
  })

  test('a folder in its place', () => {
    const file = join(temporaryFolder(), 'ledger.sqlite')
    mkdirSync(join(file, 'below'), { recursive: true })
    const reported: string[] = []
    open.push(openLedger(file, { onSetAside: aside => reported.push(aside) }))
    expect(existsSync(join(reported[0] ?? '', 'below'))).toBe(true)
  })
})

test.each([1, 2])('a ledger of version %i is used as it is, with its records', version => {
  const file = join(temporaryFolder(), 'ledger.sqlite')
  const db = new Database(file)
  db.exec(`
    CREATE TABLE runs (
      id INTEGER PRIMARY KEY, root TEXT NOT NULL, scope TEXT NOT NULL, started_ms INTEGER NOT NULL, finished_ms INTEGER);
    CREATE TABLE verifications (
      root TEXT NOT NULL, shard_path TEXT NOT NULL, run INTEGER NOT NULL, bytes INTEGER NOT NULL, mtime_ns TEXT NOT NULL,
      verified_ms INTEGER NOT NULL, findings TEXT NOT NULL, sha256 TEXT, fingerprinted_ms INTEGER NOT NULL,
      PRIMARY KEY (root, shard_path)) WITHOUT ROWID;
    INSERT INTO verifications VALUES ('/cache', 'a', 1, 5, '6', 7, '[]', 'beef', 8);
    ${version === 1 ? '' : 'ALTER TABLE verifications ADD COLUMN page_checksums INTEGER NOT NULL DEFAULT 0;'}
    PRAGMA user_version = ${version};`)
  db.close()
  const reported: string[] = []
  for (let time = 0; time < 2; time++) {
    const ledger = openLedger(file, { onSetAside: aside => reported.push(aside) })
    open.push(ledger)
    expect(ledger.lastVerification('/cache', 'a')).toEqual({
      bytes: 5,
      mtimeNs: 6n,
      verifiedAtMs: 7,
      findings: [],
      pageChecksums: false,
      sha256: 'beef',
      digestAtMs: 8
    })
  }
  expect(reported).toEqual([])
})

describe('evidence', () => {
  test('describes the rows of a shard, independent of their order', async () => {
    const root = temporaryFolder()
    const ledger = newLedger()
    const rows = [0, 1, 2, 3].map(n => recordOf(n))
    await writeShard(root, { ...BLOCK, records: rows })
    await writeShard(root, { ...BLOCK, encoderId: 'other', records: rows.toReversed().map(row => ({ ...row, stateLayer: 6 })) })
    await verifyCache(root, { ledger })
    const [first, second] = [...ledger.evidence(root, () => true)].map(({ holdings }) => holdings)
    const encoderHash = createHash('sha256').update('encoder').digest('hex')
    expect(first).toEqual({
      rows: 4,
      keys: expect.stringMatching(/^[0-9a-f]{16}$/),
      windows: expect.stringMatching(/^[0-9a-f]{16}$/),
      configuration: { encoderHash, stateLayer: 5, poolType: 'centered_mean', poolRadius: 8, dtype: 'fp16' },
      loci: [{ chrom: '1', start: 0, length: 12_288, step: 8192, count: 4 }]
    })
    expect(second?.windows).toBe(first?.windows)
    expect(second?.keys).not.toBe(first?.keys)
  })

  test('is kept when the shard is damaged or removed', async () => {
    const root = temporaryFolder()
    const ledger = newLedger()
    await writeShard(root, { ...BLOCK, records: [recordOf(0), recordOf(1)] })
    await verifyCache(root, { ledger })
    const before = ledger.evidenceOf(root, BLOCK_PATH)?.holdings
    expect(before).toMatchObject({ rows: 2 })
    writeFileSync(join(root, BLOCK_PATH), 'PAR1 no shard')
    await verifyCache(root, { ledger })
    expect(ledger.evidenceOf(root, BLOCK_PATH)?.holdings).toEqual(before)
    rmSync(join(root, BLOCK_PATH))
    await verifyCache(root, { ledger })
    expect(ledger.evidenceOf(root, BLOCK_PATH)).toMatchObject({ holdings: before, sha256: null })
    ledger.dropRecords(root, [BLOCK_PATH])
    expect(ledger.evidenceOf(root, BLOCK_PATH)).toBeNull()
  })

  test('a shard that returns gets its digest back, if size and time are the same', async () => {
    const root = temporaryFolder()
    const ledger = newLedger()
    await writeShard(root, { ...BLOCK, records: [recordOf(0)] })
    const path = join(root, BLOCK_PATH)
    utimesSync(path, 1_000_000_000, 1_000_000_000)
    await verifyCache(root, { ledger })
    const bytes = readFileSync(path)
    const restore = async (mtime: number) => {
      rmSync(path)
      await verifyCache(root, { ledger })
      writeFileSync(path, bytes)
      flipBit(path, 20)
      utimesSync(path, mtime, mtime)
      return (await verifyCache(root, { ledger })).findings.map(({ kind }) => kind)
    }
    expect(await restore(1_000_000_000)).toContain('changed_bytes')
    expect(await restore(1_000_000_001)).not.toContain('changed_bytes')
  })
})

describe('page checksums', () => {
  const withChecksum = ({ body, header, ...page }: HandmadePage): HandmadePage => {
    const crc: HandmadePage['header'][number] = [4, crc32(body) | 0]
    return { ...page, body, header: [...header.slice(0, 3), crc, ...header.slice(3)] }
  }
  const booleans = dataPage('ZSTD', 1, 'PLAIN', Uint8Array.of(0))
  const column = (page: HandmadePage) => ({ untargeted: { chunk: { codec: 'ZSTD' as const, values: 1, pages: [page] } } })

  test('are recorded if every page has one', async () => {
    const root = temporaryFolder()
    const { shardPath: own } = await writeShard(root, { ...BLOCK, records: [recordOf(1)] })
    mkdirSync(dirname(join(root, HANDMADE_PATH)), { recursive: true })
    writeFileSync(join(root, HANDMADE_PATH), handmadeShard(1, column(withChecksum(booleans))))
    const ledger = newLedger()
    const { report, readableShards } = await inspectCache(root, { ledger })
    expect(report.healthyShards).toBe(2)
    expect(readableShards).toBe(0)
    expect(ledger.lastVerification(root, own)?.pageChecksums).toBe(true)
    expect(ledger.lastVerification(root, HANDMADE_PATH)?.pageChecksums).toBe(false)
    ledger.forgetFingerprints(root, [own, HANDMADE_PATH])
    expect(ledger.lastVerification(root, own)).toMatchObject({ pageChecksums: true, sha256: null })
  })

  test.each([1, 2])('show, without a ledger, which shards are only readable: %i workers', async workers => {
    const root = temporaryFolder()
    await writeShard(root, { ...BLOCK, records: [recordOf(1)] })
    mkdirSync(dirname(join(root, HANDMADE_PATH)), { recursive: true })
    writeFileSync(join(root, HANDMADE_PATH), handmadeShard(1, column(withChecksum(booleans))))
    expect(await inspectCache(root, { workers })).toMatchObject({ readableShards: 1, report: { healthyShards: 2 } })
    expect(await inspectCache(root, { workers, quick: true })).toMatchObject({ readableShards: 0 })
  })
})

test('a ledger that can neither be opened nor created is a system error, with its path', () => {
  const file = join(temporaryFolder(), 'file')
  writeFileSync(file, '')
  expect(() => openLedger(join(file, 'ledger.sqlite'))).toThrow(expect.objectContaining({ code: 'RESOURCE.SYSTEM' }))
})

describe('a failing ledger', () => {
  /** A ledger of a few shards whose second page is zeros. */
  async function damagedLedger(finished: boolean) {
    const file = join(temporaryFolder(), 'ledger.sqlite')
    const root = referenceCache('damaged')
    const ledger = openLedger(file)
    const options = { ledger, signal: finished ? undefined : AbortSignal.abort() }
    await verifyCache(root, options).catch(() => undefined)
    if (!finished)
      ledger.startRun(root, '', false).record({ shardPath: 'a', bytes: 1, mtimeNs: 2n, findings: [], pageChecksums: false }, null)
    ledger.close()
    const damaged = readFileSync(file).fill(0, 4096, 8192)
    return { file, root, damaged }
  }

  test('is renamed when it is opened, and its last good copy replaces it', async () => {
    const { file, root, damaged } = await damagedLedger(true)
    writeFileSync(file, damaged)
    const reported: unknown[][] = []
    const ledger = openLedger(file, { onSetAside: (...each) => reported.push(each) })
    open.push(ledger)
    expect(reported).toEqual([[expect.stringContaining(`${file}.20`), expect.any(String), true]])
    expect(readFileSync(String(reported[0]?.[0])).equals(damaged)).toBe(true)
    expect((await verifyCache(root, { ledger, changed: true })).checkedShards).toBe(0)
  })

  test('is created again if there is no copy', async () => {
    const { file, damaged } = await damagedLedger(false)
    writeFileSync(file, damaged)
    const reported: boolean[] = []
    open.push(openLedger(file, { onSetAside: (_file, _reason, isRestored) => reported.push(isRestored) }))
    expect(reported).toEqual([false])
  })

  test('while it is open changes no verdict, is reported once, and is renamed at the end', async () => {
    const { file, root, damaged } = await damagedLedger(true)
    const expected = await verifyCache(root)
    const failures: string[] = []
    const reported: boolean[] = []
    const ledger = openLedger(file, {
      onFailure: reason => failures.push(reason),
      onSetAside: (_file, _reason, isRestored) => reported.push(isRestored)
    })
    // A different file size makes SQLite drop its cached pages, like a rewrite by another process would.
    writeFileSync(file, damaged)
    const change = new Database(file)
    change.exec('PRAGMA user_version = 4; CREATE TABLE other (x)')
    change.close()
    expect(comparable(await verifyCache(root, { ledger }))).toEqual(comparable(expected))
    ledger.close()
    expect(failures).toHaveLength(1)
    expect(reported).toEqual([true])
  })
})

test('a ledger uses no shared memory that hosts cannot share', async () => {
  const file = join(temporaryFolder(), 'ledger.sqlite')
  const before = new Database(file)
  before.pragma('journal_mode = WAL')
  before.close()
  const ledger = openLedger(file)
  open.push(ledger)
  await verifyCache(referenceCache('healthy'), { ledger })
  const other = new Database(file, { readonly: true })
  expect(other.pragma('journal_mode', { simple: true })).toBe('delete')
  other.close()
  expect(readdirSync(dirname(file)).toSorted()).toEqual(['ledger.sqlite', 'ledger.sqlite.good'])
})
