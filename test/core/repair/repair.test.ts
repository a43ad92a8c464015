/** Plan, then apply: an unticked shard stays, a change since the plan stops everything, and an interrupted repair is resumed. */

import { appendFileSync, existsSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import {
  applyRepair,
  InputError,
  listQuarantine,
  NotFoundError,
  openIndex,
  openLedger,
  type Progress,
  planFromJson,
  planRepair,
  planToJson,
  repairCache,
  StalePlanError,
  tickMoves,
  verifyCache
} from '../../../src/main/core/index.ts'
import { describeFinding } from '../../../src/shared/text/describeFinding.ts'
import { referenceCache } from '../../support/reference.ts'
import { temporaryFolder } from '../../support/temporaryFolder.ts'
import { filesBelow, shardsOf } from '../cacheFiles.ts'

const shard = (name: string): string => `embeddings/local-kmer/5/centered_mean_8/chr${name}_0.parquet`

async function refusalOf(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => null,
    (error: unknown) => error
  )
}

describe('ticks', () => {
  test('decide what moves: a damaged shard may stay, a suspect one may move', async () => {
    const root = referenceCache('damaged')
    const plan = tickMoves(await planRepair(root), new Set([shard('zero-page'), shard('conflict-b')]))
    expect(plan.kept.map(({ shardPath }) => shardPath)).toContain(shard('text-file'))
    const { quarantined, reindex } = await applyRepair(plan)
    expect(quarantined.map(({ shardPath }) => shardPath)).toEqual([shard('conflict-b'), shard('zero-page')])
    expect(existsSync(join(root, shard('text-file')))).toBe(true)
    expect(reindex.findings.filter(({ kind }) => kind === 'duplicate_key').map(({ shardPath }) => shardPath)).not.toContain(
      shard('conflict-b')
    )
  })

  test('a damaged shard that stays is not indexed, even if only its embeddings are damaged', async () => {
    const root = referenceCache('damaged')
    const plan = await planRepair(root)
    const { quarantined, reindex } = await applyRepair(tickMoves(plan, new Set()))
    expect(quarantined).toEqual([])
    // The report gives the reason why its rows cannot be found.
    const corrupt = plan.moves.filter(({ ticked }) => ticked).map(({ shardPath }) => shardPath)
    expect(reindex.findings.filter(({ severity }) => severity === 'corrupt').map(({ shardPath }) => shardPath)).toEqual(
      expect.arrayContaining(corrupt)
    )
    expect(reindex.indexedShards).toBe(12)
    const { findings } = await verifyCache(root)
    expect(findings.filter(({ severity }) => severity === 'index')).toEqual([])
  })

  test('for something that the plan does not offer', async () => {
    const plan = await planRepair(referenceCache('damaged'))
    expect(() => tickMoves(plan, new Set([shard('future-version')]))).toThrow(NotFoundError)
  })
})

describe('an outdated plan is refused, and nothing is moved', () => {
  test.each([
    ['a shard that grew', (path: string) => appendFileSync(path, 'x')],
    ['a shard of the same length, written again', (path: string) => writeFileSync(path, readFileSync(path).fill(7))],
    ['a shard that was touched', (path: string) => utimesSync(path, 1, 1)],
    ['a deleted shard', (path: string) => rmSync(path)]
  ])('%s', async (_, change) => {
    const root = referenceCache('damaged')
    const plan = await planRepair(root)
    change(join(root, shard('zstd-frame')))
    const before = filesBelow(root)
    const refusal = await refusalOf(applyRepair(plan))
    expect(refusal).toBeInstanceOf(StalePlanError)
    expect(refusal).toMatchObject({ code: 'RESOURCE.STALE_PLAN', details: { shard_path: shard('zstd-frame') } })
    expect(filesBelow(root)).toEqual(before)
  })

  test('a plan that was already applied', async () => {
    const root = referenceCache('damaged')
    const plan = await planRepair(root)
    await applyRepair(plan)
    const before = filesBelow(root)
    expect(await refusalOf(applyRepair(plan))).toBeInstanceOf(StalePlanError)
    expect(filesBelow(root)).toEqual(before)
  })

  test('an unticked shard may change', async () => {
    const root = referenceCache('damaged')
    const plan = await planRepair(root)
    const others = new Set(plan.moves.flatMap(({ shardPath, ticked }) => (ticked && shardPath !== shard('zero-page') ? [shardPath] : [])))
    appendFileSync(join(root, shard('zero-page')), 'x')
    expect((await applyRepair(tickMoves(plan, others))).quarantined.length).toBe(others.size)
  })
})

describe('an interrupted repair', () => {
  test('resumes where it stopped', async () => {
    const root = referenceCache('damaged')
    const whole = referenceCache('damaged')
    const stop = new AbortController()
    const plan = await planRepair(root)
    // Reported in another turn, as by a job's thread.
    const announce = ({ phase }: Progress): unknown => phase === 'move' && setImmediate(() => stop.abort())
    const run = applyRepair(plan, { signal: stop.signal, onProgress: announce })
    expect(await refusalOf(run)).toMatchObject({ code: 'CANCELLED' })
    const moved = plan.moves.filter(({ shardPath }) => !existsSync(join(root, shardPath))).length
    expect(moved).toBeGreaterThan(0)
    expect(moved).toBeLessThan(plan.moves.filter(({ ticked }) => ticked).length)
    const rest = await repairCache(root)
    const all = await repairCache(whole)
    expect(rest.quarantined.length + moved).toBe(all.quarantined.length)
    expect(rest.reindex.indexedRows).toBe(all.reindex.indexedRows)
    expect(shardsOf(root)).toEqual(shardsOf(whole))
    const findings = async (cache: string) =>
      (await verifyCache(cache)).findings.map(found => [
        found.kind,
        found.shardPath,
        describeFinding(found).replace(/\d{19}\.bad/, 'time.bad')
      ])
    expect(await findings(root)).toEqual(await findings(whole))
  })

  test('during its reindex keeps the old index, without entries of moved shards', async () => {
    const root = referenceCache('healthy')
    const damaged = shardsOf(root)[0] ?? ''
    writeFileSync(join(root, damaged), 'rubbish')
    const entries = openIndex(root, 'read')?.shardPaths()
    expect(entries?.delete(damaged)).toBe(true)
    const stop = new AbortController()
    const plan = await planRepair(root)
    const run = applyRepair(plan, { signal: stop.signal, onProgress: ({ phase }) => phase === 'index' && stop.abort() })
    expect(await refusalOf(run)).toMatchObject({ code: 'CANCELLED' })
    expect(openIndex(root, 'read')?.shardPaths()).toEqual(entries)
    expect(Object.keys(filesBelow(root)).filter(path => /lewm-tmp|lock|-journal|-wal|-shm/.test(path))).toEqual([])
    expect((await repairCache(root)).reindex.indexedShards).toBe(91)
  })
})

describe('a saved plan', () => {
  test('is the same plan', async () => {
    const root = referenceCache('damaged')
    const plan = await planRepair(root)
    const text = JSON.stringify(planToJson(plan))
    expect(JSON.stringify(planToJson(planFromJson(JSON.parse(text))))).toBe(text)
    expect((await applyRepair(planFromJson(JSON.parse(text)))).quarantined.length).toBe(plan.moves.filter(({ ticked }) => ticked).length)
    // Reason files contain the reasons as text and as findings.
    for (const { reasons, findings } of await listQuarantine(root)) {
      expect(findings.map(found => `${found.kind}: ${describeFinding(found)}`)).toEqual(reasons)
    }
  })

  const plan = {
    version: 1,
    cache_dir: '/nowhere',
    created_at: '1',
    checked_shards: 1,
    moves: [{ shard_path: 'embeddings/a.parquet', bytes: 1, mtime_ns: '1', rows: null, index_entries: 0, reasons: [], ticked: true }],
    kept: [],
    reindex: true,
    index_findings: []
  }
  const [move] = plan.moves

  test('in its simplest form is accepted', () => {
    expect(planFromJson(plan)).toMatchObject({ createdAt: 1n, moves: [{ mtimeNs: 1n }] })
  })

  test.each([
    ['nothing', null],
    ['a list', []],
    ['a text', 'plan'],
    ['another version', { ...plan, version: 2 }],
    ['no cache', { ...plan, cache_dir: undefined }],
    ['a time that is a number', { ...plan, created_at: 1 }],
    ['an invalid time', { ...plan, created_at: '1e9' }],
    ['no moves', { ...plan, moves: undefined }],
    ['a move that is null', { ...plan, moves: [null] }],
    ['a move without a tick', { ...plan, moves: [{ ...move, ticked: undefined }] }],
    ['a move with an invalid time', { ...plan, moves: [{ ...move, mtime_ns: 'soon' }] }],
    ['a reason that is null', { ...plan, moves: [{ ...move, reasons: [null] }] }],
    ['a reason that is text', { ...plan, moves: [{ ...move, reasons: ['bad'] }] }],
    ['kept that is not a list', { ...plan, kept: {} }],
    ['a kept shard that is null', { ...plan, kept: [null] }],
    ['a kept shard without reasons', { ...plan, kept: [{ shard_path: 'embeddings/a.parquet' }] }]
  ])('with %s is not a plan', (_, json) => {
    expect(() => planFromJson(json)).toThrow(InputError)
  })

  test.each([
    '../outside.parquet',
    '/outside.parquet',
    'embeddings/../../outside.parquet',
    'embeddings/.quarantine/a.parquet',
    'embeddings/index.sqlite',
    'embeddings/a\0.parquet'
  ])('that would move %j moves nothing', async shardPath => {
    const folder = temporaryFolder()
    writeFileSync(join(folder, 'outside.parquet'), 'mine')
    const root = referenceCache('healthy')
    const before = filesBelow(root)
    const saved = { ...plan, cache_dir: root, moves: [{ ...move, shard_path: shardPath, bytes: 4 }] }
    const refused = { code: 'INPUT.GENERIC', message: expect.stringContaining('is not a shard') }
    expect(await refusalOf((async () => applyRepair(planFromJson(saved)))())).toMatchObject(refused)
    const [given] = planFromJson({ ...saved, moves: [move] }).moves
    if (given === undefined) throw new Error('the plan has no move')
    const inMemory = { ...planFromJson({ ...saved, moves: [] }), moves: [{ ...given, shardPath }] }
    expect(await refusalOf(applyRepair(inMemory))).toMatchObject(refused)
    expect(filesBelow(root)).toEqual(before)
  })
})

describe('shards that were just verified', () => {
  const planOf = async (root: string, options?: Parameters<typeof planRepair>[1]): Promise<unknown> =>
    planToJson({ ...(await planRepair(root, options)), createdAt: 0n })

  test('are not read again for a plan, unless the file changed', async () => {
    const root = referenceCache('damaged')
    const file = join(root, shard('1'))
    utimesSync(file, 1_000_000_000, 1_000_000_000)
    const ledger = openLedger(join(temporaryFolder(), 'ledger.sqlite'))
    try {
      await verifyCache(root, { ledger })
      const full = await planOf(root)
      expect(await planOf(root, { ledger, trustMs: 3_600_000 })).toEqual(full)

      const bytes = readFileSync(file)
      bytes.fill(0, bytes.length >> 1, (bytes.length >> 1) + 40)
      writeFileSync(file, bytes)
      utimesSync(file, 1_000_000_000, 1_000_000_000)
      expect(await planOf(root, { ledger, trustMs: 3_600_000 })).toEqual(full)
      utimesSync(file, 1_000_000_001, 1_000_000_001)
      expect(await planOf(root, { ledger, trustMs: 3_600_000 })).not.toEqual(full)
    } finally {
      ledger.close()
    }
  })

  test('are known only with a ledger', async () => {
    expect(await refusalOf(planRepair(referenceCache('healthy'), { trustMs: 1000 }))).toBeInstanceOf(InputError)
  })
})
