/**
 * Jobs: they continue when their caller leaves, end when they are cancelled, only one writes at a time, and their effects are visible in
 * the cache.
 */
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { dirname, join } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import type { Worker } from 'node:worker_threads'
import Database from 'better-sqlite3'
import { expect, test, vi } from 'vitest'
import { SpeedMeter } from '../../src/main/service/jobs/speed.ts'
import type { JobEvent } from '../../src/shared/contract/index.ts'
import type { Progress } from '../../src/shared/model/index.ts'
import { INDEX, spoilIndex } from '../core/index/indexFile.ts'
import { makeManyShards } from '../support/manyShards.ts'
import { referenceCache } from '../support/reference.ts'
import {
  collect,
  doJob,
  EVERYTHING,
  endOf,
  faultOf,
  isWhole,
  jobEvents,
  openTestService,
  openWhole,
  summaryWhen,
  type TestClient
} from './testService.ts'

const { client } = openTestService()
const LOCK = join('embeddings', '.lewm-cache.lock')

/** Attaches and waits for the first event of a type. The rest is left to the owner of the iterator. */
async function attachUntil(at: TestClient, jobId: string, type: JobEvent['type'], signal?: AbortSignal) {
  const events = await at.jobs.attach({ jobId }, { signal })
  for (let next = await events.next(); !next.done; next = await events.next()) if (next.value.type === type) return events
  throw new Error(`the job has ended without ${type}`)
}

test('a job continues when its caller leaves, and when the cache is closed', async () => {
  const { cacheId, root } = await openWhole(client, makeManyShards(400))
  const { jobId } = await client.jobs.start({ cacheId, request: { kind: 'verify' } })
  const leaving = new AbortController()
  const events = await attachUntil(client, jobId, 'progress', leaving.signal)
  leaving.abort()
  await events.return?.()
  await client.caches.close({ cacheId })
  const rest = await collect(await client.jobs.attach({ jobId }))
  expect(endOf(rest)).toMatchObject({ outcome: 'done', report: { report: { checkedShards: 400 } } })
  // Its records exist when the cache is opened again.
  const again = await openWhole(client, root)
  expect(again.lastVerifiedMs).not.toBeNull()
  expect(again.health.unverified).toBeUndefined()
})

test('progress has a speed, is reported at most ten times a second, and the service stays responsive', async () => {
  const { cacheId } = await openWhole(client, makeManyShards(1500))
  const delay = monitorEventLoopDelay({ resolution: 5 })
  const started = performance.now()
  delay.enable()
  const events = await jobEvents(client, cacheId, { kind: 'verify' })
  delay.disable()
  const seconds = (performance.now() - started) / 1000
  const progress = events.filter(event => event.type === 'progress')
  expect(progress.length).toBeLessThanOrEqual(Math.ceil(seconds * 10) + 1)
  expect(progress.at(-1)).toMatchObject({ progress: { phase: 'read', done: 1500, total: 1500 } })
  const { bytesDone, bytesTotal } = progress.at(-1)?.progress ?? { bytesDone: 0, bytesTotal: 1 }
  expect(bytesDone).toBe(bytesTotal)
  const reported = events.flatMap(event => (event.type === 'findings' ? event.findings : []))
  const end = endOf(events)
  expect(end.outcome === 'done' && end.report.kind === 'verify' && end.report.report.findings.length).toBe(reported.length)
  process.stdout.write(`verify of 1,500 shards: ${seconds.toFixed(1)} s, longest delay of the service ${(delay.max / 1e6).toFixed(0)} ms\n`)
})

test('known results stay while they are verified again', async () => {
  const { cacheId } = await openWhole(client, makeManyShards(1000))
  await doJob(client, cacheId, { kind: 'verify' })
  const known = (await client.caches.summary({ cacheId })).health
  expect(known.unverified).toBeUndefined()
  const { jobId } = await client.jobs.start({ cacheId, request: { kind: 'verify' } })
  let looks = 0
  for await (const event of await client.jobs.attach({ jobId })) {
    if (event.type !== 'progress') continue
    looks += 1
    const { health } = await client.caches.summary({ cacheId })
    expect(health).toEqual(known)
    const { contigs } = await client.shards.lane({ cacheId, scope: {} })
    expect(new Set(contigs.flatMap(({ blocks }) => blocks.map(block => block.health)))).toEqual(new Set(Object.keys(known)))
  }
  expect(looks).toBeGreaterThan(1)
})

test('a running job is cancelled between two shards, and verified shards stay verified', async () => {
  const { cacheId } = await openWhole(client, makeManyShards(3000))
  const { jobId } = await client.jobs.start({ cacheId, request: { kind: 'verify' } })
  const events = await attachUntil(client, jobId, 'progress')
  expect(await client.jobs.cancel({ jobId })).toMatchObject({ outcome: null })
  const rest = await collect(events)
  expect(endOf(rest)).toEqual({ outcome: 'cancelled' })
  const { health, shards } = await client.caches.summary({ cacheId })
  expect(health.unverified).toBeGreaterThan(0)
  expect(health.unverified).toBeLessThan(shards)
  // An event that arrives after the end is dropped, so the list is read.
  const progress = (await client.jobs.list()).find(job => job.jobId === jobId)?.progress
  expect(progress?.done).toBe(shards - (health.unverified ?? 0))
  expect(await client.jobs.outcome({ jobId })).toEqual({ outcome: 'cancelled' })
})

test('an interrupted verification is resumed, and old ones are verified again', async () => {
  const { cacheId } = await openWhole(client, makeManyShards(1000))
  const when = () => client.caches.verifications({ cacheId, agesMs: [0, 3_600_000] })
  const { jobId } = await client.jobs.start({ cacheId, request: { kind: 'verify' }, workers: 1 })
  const events = await attachUntil(client, jobId, 'progress')
  expect((await when()).interrupted).toBeNull()
  await client.jobs.cancel({ jobId })
  await collect(events)
  const { never, interrupted } = await when()
  expect(interrupted?.shards).toBe(1000 - never)
  const before = await verifiedTimes()
  const { report } = await doJob(client, cacheId, { kind: 'verify', resume: true })
  expect(report.checkedShards).toBe(1000)
  expect(await when()).toEqual({ never: 0, older: [1000, 0], interrupted: null })
  const after = await verifiedTimes()
  expect([...before].filter(([path, at]) => after.get(path) === at)).toHaveLength(interrupted?.shards ?? 0)
  expect((await doJob(client, cacheId, { kind: 'verify', changed: true, olderThanMs: 3_600_000 })).report.checkedShards).toBe(0)
  expect((await doJob(client, cacheId, { kind: 'verify', olderThanMs: 0 })).report.checkedShards).toBe(1000)
  expect((await client.jobs.list()).slice(0, 3).map(({ title }) => title)).toEqual([
    'Verify shards (not verified for 0 ms)',
    'Verify shards (new or changed, or not verified for 1 hour)',
    'Resume verifying the whole cache'
  ])

  async function verifiedTimes(): Promise<ReadonlyMap<string, number>> {
    const times = new Map<string, number>()
    for (let offset = 0; offset < 1000; offset += 500) {
      const { entries } = await client.shards.page({ cacheId, ...EVERYTHING, offset, limit: 500 })
      for (const { shardPath, verifiedAtMs } of entries) if (verifiedAtMs !== null) times.set(shardPath, verifiedAtMs)
    }
    return times
  }
})

test('a quarantine by hand is cancelled between two moves, and moved shards stay in quarantine', async () => {
  const { cacheId, root, shards } = await openWhole(client, makeManyShards(600))
  const { entries } = await client.shards.page({ cacheId, ...EVERYTHING, offset: 0, limit: 500 })
  const chosen = entries.map(entry => entry.shardPath)
  const { jobId } = await client.jobs.start({ cacheId, request: { kind: 'quarantine', shards: chosen, reason: 'by hand' } })
  await vi.waitFor(() => expect(existsSync(join(root, LOCK))).toBe(true), { timeout: 20_000, interval: 1 })
  const asked = performance.now()
  await client.jobs.cancel({ jobId })
  expect(endOf(await collect(await client.jobs.attach({ jobId })))).toEqual({ outcome: 'cancelled' })
  process.stdout.write(`a quarantine of 500 shards ended ${(performance.now() - asked).toFixed(0)} ms after it was cancelled\n`)
  const after = await client.caches.summary({ cacheId })
  expect(after.quarantined).toBeLessThan(500)
  expect(after.shards).toBe(shards - after.quarantined)
})

test('one job writes to a cache at a time, while others read', async () => {
  const { cacheId } = await openWhole(client, makeManyShards(600))
  const { jobId } = await client.jobs.start({ cacheId, request: { kind: 'reindex' } })
  expect((await client.jobs.list())[0]).toMatchObject({ jobId, outcome: null })
  expect(await faultOf(client.jobs.start({ cacheId, request: { kind: 'restore', which: 'all' } }))).toMatchObject({
    code: 'RESOURCE.BUSY',
    defined: true,
    details: { job_id: jobId }
  })
  const verify = await client.jobs.start({ cacheId, request: { kind: 'verify', scope: { contig: 'X' } } })
  expect(verify.outcome).toBeNull()
  expect(endOf(await collect(await client.jobs.attach({ jobId })))).toMatchObject({ outcome: 'done' })
  expect(endOf(await jobEvents(client, cacheId, { kind: 'reindex' }))).toMatchObject({ outcome: 'done' })
  expect(await client.caches.summary({ cacheId })).toMatchObject({ written: true, index: { state: 'present', drift: 0 } })
})

test('a thread that dies ends its job with a sentence, and leaves no lock behind', async () => {
  const { cacheId, root } = await openWhole(client, makeManyShards(3000))
  const starting = new Promise<Worker>(resolve => process.once('worker', resolve))
  const { jobId } = await client.jobs.start({ cacheId, request: { kind: 'reindex' } })
  const thread = await starting
  const events = await attachUntil(client, jobId, 'progress')
  expect(existsSync(join(root, LOCK))).toBe(true)
  await thread.terminate()
  const end = endOf(await collect(events))
  expect(end).toMatchObject({
    outcome: 'failed',
    error: { code: 'INTERNAL', message: expect.stringContaining('“Rebuild the index” failed') }
  })
  expect(existsSync(join(root, LOCK))).toBe(false)
  expect(endOf(await jobEvents(client, cacheId, { kind: 'reindex' }))).toMatchObject({ outcome: 'done' })
})

test('another writing process is shown while it runs', async () => {
  const root = referenceCache('healthy')
  const { cacheId } = await openWhole(client, root)
  const owner = { host: hostname(), pid: process.ppid, since: '2026-01-02T03:04:05.000Z', operation: 'reindex' }
  writeFileSync(join(root, LOCK), JSON.stringify(owner))
  expect((await summaryWhen(client, cacheId, ({ writer }) => writer !== null)).writer).toEqual({ ...owner, own: false })
  rmSync(join(root, LOCK))
  await summaryWhen(client, cacheId, ({ writer }) => writer === null)
})

test('the verdict about the index is dropped when another process replaces it', async () => {
  const root = referenceCache('healthy')
  const { cacheId } = await openWhole(client, root)
  await doJob(client, cacheId, { kind: 'verify' })
  expect((await client.caches.summary({ cacheId })).index).toMatchObject({ state: 'present', drift: 0 })
  const { client: other } = openTestService()
  const elsewhere = await openWhole(other, root)
  await doJob(other, elsewhere.cacheId, { kind: 'reindex' })
  expect((await other.caches.summary({ cacheId })).index.drift).toBe(0)
  await summaryWhen(client, cacheId, ({ index }) => index.drift === null)
  rmSync(join(root, 'embeddings/index.sqlite'))
  await summaryWhen(client, cacheId, ({ index }) => index.state === 'missing')
  writeFileSync(join(root, 'embeddings/index.sqlite'), 'not a database at all')
  const { index } = await summaryWhen(client, cacheId, summary => summary.index.state === 'unusable')
  expect(index.reason).toContain('cannot be used')
})

test('the index is no longer reported as matching when a shard was added, changed or removed', async () => {
  const { root, cacheId, shards } = await openWhole(client, referenceCache('healthy'))
  await doJob(client, cacheId, { kind: 'verify' })
  expect((await client.caches.summary({ cacheId })).index.drift).toBe(0)
  const { entries } = await client.shards.page({ cacheId, ...EVERYTHING, offset: 0, limit: 1 })
  const [{ shardPath = '', rows } = {}] = entries
  rmSync(join(root, shardPath))
  const { index } = await summaryWhen(client, cacheId, summary => summary.shards === shards - 1)
  expect(index.drift).toBeNull()
  await doJob(client, cacheId, { kind: 'verify' })
  expect((await client.caches.summary({ cacheId })).index.drift).toBe(rows)
  await doJob(client, cacheId, { kind: 'reindex' })
  expect((await client.caches.summary({ cacheId })).index.drift).toBe(0)
})

test('a job that leaves the index unchanged keeps its verdict as well', async () => {
  const root = referenceCache('healthy')
  const index = new Database(join(root, 'embeddings/index.sqlite'))
  const { changes } = index.prepare('DELETE FROM window_index WHERE rowid % 5 = 0').run()
  index.close()
  const { cacheId } = await openWhole(client, root)
  await doJob(client, cacheId, { kind: 'verify' })
  expect(changes).toBeGreaterThan(0)
  expect((await client.caches.summary({ cacheId })).index.drift).toBe(changes)
  const { report } = await doJob(client, cacheId, { kind: 'restore', which: 'all' })
  expect(report).toEqual({ restored: [], skipped: [], indexRebuilt: false })
  expect((await client.caches.summary({ cacheId })).index.drift).toBe(changes)
  // An occupied path is not a restore either.
  const [shard = '', other = ''] = (await client.shards.page({ cacheId, ...EVERYTHING, offset: 0, limit: 2 })).entries.map(
    each => each.shardPath
  )
  const quarantined = `embeddings/.quarantine/${shard.slice('embeddings/'.length)}`
  mkdirSync(dirname(join(root, quarantined)), { recursive: true })
  copyFileSync(join(root, other), join(root, quarantined))
  expect((await doJob(client, cacheId, { kind: 'restore', which: 'all' })).report.skipped).toMatchObject([{ cause: 'taken' }])
  expect((await client.caches.summary({ cacheId })).index.drift).toBe(changes)
  await doJob(client, cacheId, { kind: 'reindex' })
  expect((await client.caches.summary({ cacheId })).index.drift).toBe(0)
})

test('closing the service ends its jobs', async () => {
  const { client: closing, service } = openTestService()
  const { cacheId } = await openWhole(closing, makeManyShards(3000))
  const running = await closing.jobs.start({ cacheId, request: { kind: 'verify' } })
  const events = await attachUntil(closing, running.jobId, 'progress')
  const fresh = await closing.jobs.start({ cacheId, request: { kind: 'plan' } })
  await service.close()
  expect(endOf(await collect(events))).toEqual({ outcome: 'cancelled' })
  expect(await closing.jobs.outcome({ jobId: fresh.jobId })).toEqual({ outcome: 'cancelled' })
})

test('the speed is that of the last seconds, and restarts with each phase', () => {
  const meter = new SpeedMeter()
  const at = (phase: Progress['phase'], done: number, bytesDone: number, bytesTotal: number): Progress => {
    return { phase, done, total: 100, bytesDone, bytesTotal, shardPath: null, findings: 0 }
  }
  expect(meter.take(at('read', 0, 0, 1000), 0)).toEqual({ bytesPerSecond: 0, secondsLeft: null })
  expect(meter.take(at('read', 10, 100, 1000), 1000)).toEqual({ bytesPerSecond: 100, secondsLeft: 9 })
  expect(meter.take(at('read', 20, 100, 1000), 7000)).toEqual({ bytesPerSecond: 0, secondsLeft: null })
  expect(meter.take(at('index', 1, 0, 0), 8000)).toEqual({ bytesPerSecond: 0, secondsLeft: null })
  expect(meter.take(at('index', 51, 0, 0), 10_000)).toEqual({ bytesPerSecond: 0, secondsLeft: 49 / 25 })
})

test('plan, untick, apply, check, restore: nothing is lost', async () => {
  const { cacheId } = await client.caches.openSample({ damaged: true })
  const before = await summaryWhen(client, cacheId, isWhole)
  const { plan } = await doJob(client, cacheId, { kind: 'plan' })
  const ticked = plan.moves.filter(move => move.ticked).map(move => move.shardPath)
  expect((await client.caches.summary({ cacheId })).health.damaged).toBe(ticked.length)
  const [kept, ...moved] = ticked
  const wrong = await faultOf(client.jobs.start({ cacheId, request: { kind: 'apply', plan, ticked: ['embeddings/none.parquet'] } }))
  expect(wrong).toMatchObject({ code: 'RESOURCE.NOT_FOUND' })
  const elsewhere = { ...plan, cacheDir: '/somewhere/else' }
  expect(await faultOf(client.jobs.start({ cacheId, request: { kind: 'apply', plan: elsewhere, ticked } }))).toMatchObject({
    code: 'INPUT.GENERIC'
  })
  const { report } = await doJob(client, cacheId, { kind: 'apply', plan, ticked: moved })
  expect(report.quarantined.map(each => each.shardPath)).toEqual(moved)
  expect(report.kept.map(each => each.shardPath)).toContain(kept)
  const repaired = await client.caches.summary({ cacheId })
  expect(repaired).toMatchObject({
    shards: before.shards - moved.length,
    quarantined: moved.length,
    written: true,
    health: { damaged: 1 },
    index: { state: 'present', drift: 0 }
  })
  expect((await client.findings({ cacheId })).findings.filter(found => found.severity === 'index')).toEqual([])
  const stale = endOf(await jobEvents(client, cacheId, { kind: 'apply', plan, ticked: moved }))
  expect(stale).toMatchObject({ outcome: 'failed', error: { code: 'RESOURCE.STALE_PLAN', details: { shard_path: moved[0] } } })
  const restored = await doJob(client, cacheId, { kind: 'restore', which: 'all' })
  expect(restored.report).toMatchObject({ skipped: [] })
  expect(restored.report.restored.map(each => each.shardPath).sort()).toEqual(moved.toSorted())
  const whole = await client.caches.summary({ cacheId })
  expect(whole).toMatchObject({ shards: before.shards, quarantined: 0, health: { damaged: ticked.length } })
})

test('an overwritten shard is no longer verified, and verifying changed shards includes it', async () => {
  const root = referenceCache('healthy')
  const { cacheId, shards } = await openWhole(client, root)
  await doJob(client, cacheId, { kind: 'verify' })
  const { entries } = await client.shards.page({
    cacheId,
    scope: {},
    text: '',
    health: ['verified'],
    sort: { by: 'shardPath', descending: false },
    offset: 0,
    limit: 2
  })
  const [one, other] = entries.map(entry => join(root, entry.shardPath))
  if (one === undefined || other === undefined) throw new Error('fewer than two shards')
  copyFileSync(other, one)
  utimesSync(one, 1_600_000_000, 1_600_000_000)
  await summaryWhen(client, cacheId, ({ health }) => health.unverified === 1)
  const { report } = await doJob(client, cacheId, { kind: 'verify', changed: true })
  expect(report.checkedShards).toBe(1)
  const { health } = await client.caches.summary({ cacheId })
  expect(health.unverified).toBeUndefined()
  expect((health.suspect ?? 0) + (health.verified ?? 0)).toBe(shards)
  expect(health.suspect).toBeGreaterThanOrEqual(1)
})

test('the index of a newer GenoLeWM is reported as such, and no job rebuilds it', async () => {
  const { cacheId, root } = await openWhole(client, referenceCache('healthy'))
  spoilIndex(root, db => db.pragma('user_version = 4'))
  const before = readFileSync(join(root, INDEX))
  const end = endOf(await jobEvents(client, cacheId, { kind: 'reindex' }))
  expect(end).toMatchObject({ outcome: 'failed', error: { code: 'RESOURCE.UNSUPPORTED', message: expect.stringContaining('layout 3') } })
  const { plan } = await doJob(client, cacheId, { kind: 'plan' })
  expect(plan).toMatchObject({ reindex: false, indexFindings: [{ kind: 'index_unsupported' }] })
  const { index } = await summaryWhen(client, cacheId, summary => summary.index.state === 'unsupported')
  expect(index.reason).toContain('of a newer GenoLeWM')
  expect(readFileSync(join(root, INDEX)).equals(before)).toBe(true)
})
