/** An index that is temporarily unusable, because another process locks it or a system call fails: a finding, never the end of a report. */
import { chmodSync, chownSync, mkdirSync, readdirSync, rmSync, truncateSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { afterAll, expect, test } from 'vitest'
import { find } from '../../src/main/core/index.ts'
import { commandLine, inShell, lewmCacheProcess, startLewmCache } from '../cli/lewmCache.ts'
import { filesBelow, shardsOf } from '../core/cacheFiles.ts'
import { INDEX } from '../core/index/indexFile.ts'
import { referenceCache, referenceRows } from '../support/reference.ts'
import { temporaryFolder } from '../support/temporaryFolder.ts'

/** A cache with one truncated shard. */
function cacheWithDamage(): { readonly root: string; readonly damaged: string } {
  const root = referenceCache('healthy')
  const [damaged = ''] = shardsOf(root)
  truncateSync(join(root, damaged), 500)
  return { root, damaged }
}

/** Runs in the background, because this thread does not wait while it holds a lock. */
async function run(args: readonly string[]): Promise<{ readonly code: number | null; readonly report: Record<string, unknown> }> {
  const child = startLewmCache([...args, '--json', '--quiet'])
  let text = ''
  child.stdout?.on('data', piece => {
    text += String(piece)
  })
  const code = await new Promise<number | null>(resolve => child.on('close', resolve))
  return { code, report: JSON.parse(text) }
}

const of = (kind: string) => expect.arrayContaining([expect.objectContaining({ kind, shard_path: INDEX })])
const cutOff = (shard: string) => expect.arrayContaining([expect.objectContaining({ kind: 'cut_off', shard_path: shard })])

const { root, damaged } = cacheWithDamage()
const lock = new Database(join(root, INDEX))
afterAll(() => lock.close())

test('locked for longer than a command waits: everything else is reported, and nothing changes', { timeout: 120_000 }, async () => {
  const before = filesBelow(root)
  lock.exec('BEGIN EXCLUSIVE')
  const [verify, quick, dryRun, repair, found, ls] = await Promise.all([
    run(['verify', '--cache', root]),
    run(['verify', '--quick', '--cache', root]),
    run(['repair', '--dry-run', '--cache', root]),
    run(['repair', '--cache', root]),
    run(['find', 'HLA-A*01:01:1-100000', '--cache', root]),
    run(['ls', '--cache', root])
  ])
  lock.exec('ROLLBACK')
  for (const { code, report } of [verify, quick]) {
    expect(code).toBe(4)
    expect(report.findings).toEqual(of('index_busy'))
    expect(report.findings).toEqual(cutOff(damaged))
    expect(report.checked_shards).toBe(shardsOf(root).length)
  }
  // A damaged shard that could not be moved stays.
  expect([dryRun.code, repair.code]).toEqual([4, 6])
  expect(dryRun.report).toMatchObject({ plan: { index_findings: of('index_busy') }, quarantined: [{ shard_path: damaged }] })
  expect(repair.report).toMatchObject({ quarantined: [], reindex: { indexed_rows: 0, findings: of('index_busy') } })
  expect(repair.report.not_moved).toMatchObject([{ shard_path: damaged, reason: expect.stringContaining('locked') }])
  expect([found.code, ls.code]).toEqual([0, 0])
  expect(filesBelow(root)).toEqual(before)
  expect(lewmCacheProcess(['repair', '--cache', root, '--json']).json().quarantined).toMatchObject([{ shard_path: damaged }])
})

test('missing shards are not denied, and nothing is forgotten', { timeout: 120_000 }, async () => {
  const cache = referenceCache('healthy')
  const [gone = ''] = shardsOf(cache)
  rmSync(join(cache, gone))
  const before = filesBelow(cache)
  const holder = new Database(join(cache, INDEX))
  holder.exec('BEGIN EXCLUSIVE')
  const [lost, forget, verify] = await Promise.all([
    run(['lost', '--cache', cache]),
    run(['lost', '--forget', gone, '--cache', cache]),
    run(['verify', '--cache', cache])
  ])
  holder.exec('ROLLBACK')
  holder.close()
  expect(lost).toMatchObject({ code: verify.code, report: { lost: [], rows: 0, findings: of('index_busy') } })
  expect(lost.code).toBe(3)
  expect(forget).toMatchObject({
    code: 5,
    report: { error: { code: 'RESOURCE.BUSY', message: expect.stringContaining('nothing was forgotten') } }
  })
  expect(filesBelow(cache)).toEqual(before)
  expect(lewmCacheProcess(['lost', '--cache', cache, '--json']).json().lost).toMatchObject([{ shard_path: gone }])
})

test('a search by hash reads the shards if the index is locked', { timeout: 60_000 }, async () => {
  const [row] = referenceRows('healthy').filter(({ shard_path }) => shard_path !== damaged)
  lock.exec('BEGIN EXCLUSIVE')
  const { rows } = await find(root, row?.window_hash ?? '')
  lock.exec('ROLLBACK')
  expect(rows.map(({ shardPath }) => shardPath)).toContain(row?.shard_path)
})

const NO_USER = 65_534

/** Whether this process can become an ordinary user, and that user can run the program. */
const canChange =
  process.getuid?.() === 0 && inShell(`setpriv --reuid=${NO_USER} --regid=${NO_USER} --clear-groups ${commandLine} --version`).code === 0

test.skipIf(!canChange)('of another user without read permission: a finding, and exit code 6 without damage', () => {
  const home = temporaryFolder()
  const { root: cache, damaged: shard } = cacheWithDamage()
  const give = (path: string): void => chownSync(path, NO_USER, NO_USER)
  for (const folder of [home, cache, join(cache, '..')]) give(folder)
  chmodSync(join(cache, '..'), 0o755)
  for (const path of readdirSync(cache, { recursive: true, encoding: 'utf8' })) give(join(cache, path))
  chownSync(join(cache, INDEX), 0, 0)
  chmodSync(join(cache, INDEX), 0o600)
  const asNobody = (args: string): { readonly code: number | null; readonly report: Record<string, unknown> } => {
    const { code, stdout } = inShell(
      `chmod 755 . && HOME=${home} setpriv --reuid=${NO_USER} --regid=${NO_USER} --clear-groups ${commandLine} ${args} --cache ${cache} --json --quiet`,
      home
    )
    return { code, report: JSON.parse(stdout) }
  }
  const before = filesBelow(cache)
  const verify = asNobody('verify')
  expect(verify).toMatchObject({ code: 4, report: { findings: of('unreadable') } })
  expect(verify.report.findings).toEqual(cutOff(shard))
  expect(asNobody('repair')).toMatchObject({
    code: 6,
    report: { quarantined: [], not_moved: [{ shard_path: shard }], reindex: { findings: of('unreadable') } }
  })
  expect(asNobody('ls').code).toBe(0)
  expect(asNobody('lost')).toMatchObject({ code: 6, report: { lost: [], findings: of('unreadable') } })
  expect(asNobody(`lost --forget ${shard}`)).toMatchObject({ code: 6, report: { error: { code: 'RESOURCE.SYSTEM' } } })
  chmodSync(join(cache, INDEX), 0o644)
  const quarantine = join(cache, 'embeddings/.quarantine')
  mkdirSync(quarantine, { mode: 0o700 })
  const unread = expect.arrayContaining([expect.objectContaining({ kind: 'unreadable', shard_path: 'embeddings/.quarantine' })])
  expect(asNobody('lost')).toMatchObject({ code: 6, report: { lost: [], findings: unread } })
  const report = asNobody('verify')
  expect(report).toMatchObject({ code: 4, report: { checked_shards: shardsOf(cache).length, findings: unread } })
  expect(report.report.findings).toEqual(cutOff(shard))
  expect(asNobody(`lost --forget ${shard}`)).toMatchObject({ code: 6, report: { error: { code: 'RESOURCE.SYSTEM' } } })
  rmSync(quarantine, { recursive: true })
  expect(filesBelow(cache)).toEqual(before)
})
