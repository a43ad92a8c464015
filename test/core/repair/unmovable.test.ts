/** One shard that cannot be moved or restored does not stop the others. The report names the ones that stayed, and the exit code is 6. */
import { chmodSync, existsSync, lstatSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { describe, expect, test, vi } from 'vitest'
import { listQuarantine, openIndex, quarantineShards, repairCache, restoreShards, verifyCache } from '../../../src/main/core/index.ts'
import { lewmCacheProcess } from '../../cli/lewmCache.ts'
import { ordinaryUser } from '../../support/accounts.ts'
import { describeWith } from '../../support/capabilities.ts'
import { referenceCache } from '../../support/reference.ts'
import { filesBelow, shardsOf } from '../cacheFiles.ts'

const refused = vi.hoisted(() => ({ renames: new Map<string, string>() }))
vi.mock('node:fs', async original => {
  const fs: typeof import('node:fs') = await original()
  return {
    ...fs,
    renameSync: (from: string, to: string): void => {
      const code = refused.renames.get(from)
      if (code !== undefined) throw Object.assign(new Error(`${code}: rename`), { code, syscall: 'rename', path: from })
      fs.renameSync(from, to)
    }
  }
})

const ENCODER = 'embeddings/local-kmer'

function damaged(count: number): { readonly root: string; readonly shards: readonly string[] } {
  refused.renames.clear()
  const root = referenceCache('healthy')
  const shards = shardsOf(root)
    .filter(path => path.startsWith(`${ENCODER}/`))
    .slice(0, count)
  for (const path of shards) writeFileSync(join(root, path), 'rubbish')
  return { root, shards }
}

function entriesOf(root: string, path: string): number {
  const index = openIndex(root, 'read')
  const { length } = index?.entriesOf(path) ?? []
  index?.close()
  return length
}

describe('a repair', () => {
  test.each(['EACCES', 'EXDEV', 'EIO', 'EBUSY'])('continues after a move that fails with %s', async code => {
    const { root, shards } = damaged(20)
    const [first = '', , third = ''] = shards
    for (const path of [first, third]) refused.renames.set(join(root, path), code)
    const { quarantined, notMoved, reindex } = await repairCache(root)
    expect(quarantined).toHaveLength(18)
    expect(notMoved.map(({ shardPath }) => shardPath)).toEqual([first, third])
    expect(notMoved[0]?.reason).not.toContain(root)
    expect(reindex.indexedShards).toBe(92 - 20)
    // No trace of the attempt is left, and the next repair moves the rest.
    expect(Object.keys(filesBelow(root)).filter(path => path.endsWith('.reason.json'))).toHaveLength(18)
    refused.renames.clear()
    const second = await repairCache(root)
    expect(second.quarantined.map(({ shardPath }) => shardPath)).toEqual([first, third])
    expect(second.notMoved).toEqual([])
  })

  test('continues past a quarantine path with a file in place of a folder', async () => {
    const { root } = damaged(20)
    mkdirSync(join(root, 'embeddings/.quarantine/local-kmer'), { recursive: true })
    writeFileSync(join(root, 'embeddings/.quarantine/local-kmer/12'), 'in the way')
    const { quarantined, notMoved } = await repairCache(root)
    const inTheWay = (path: string): boolean => path.startsWith(`${ENCODER}/12/`)
    expect(quarantined.some(({ shardPath }) => inTheWay(shardPath))).toBe(false)
    expect(notMoved.every(({ shardPath }) => inTheWay(shardPath))).toBe(true)
    expect([quarantined.length + notMoved.length, quarantined.length > 0, notMoved.length > 0]).toEqual([20, true, true])
  })

  test('a damaged shard that stays has no entry. A healthy one that the user wanted to move keeps its entries', async () => {
    const { root, shards } = damaged(2)
    const [first = ''] = shards
    refused.renames.set(join(root, first), 'EACCES')
    await repairCache(root)
    expect([existsSync(join(root, first)), entriesOf(root, first)]).toEqual([true, 0])
    const [sound = '', other = ''] = shardsOf(root)
    const entries = entriesOf(root, sound)
    refused.renames.set(join(root, sound), 'EACCES')
    const { moved, notMoved } = await quarantineShards(root, [sound, other], 'a reason')
    expect([moved.map(({ shardPath }) => shardPath), notMoved.map(({ shardPath }) => shardPath)]).toEqual([[other], [sound]])
    expect([entriesOf(root, sound), entries > 0]).toEqual([entries, true])
  })
})

describe('a restore', () => {
  test('continues after a shard that cannot be restored', async () => {
    const { root, shards } = damaged(5)
    await repairCache(root)
    const [first] = await listQuarantine(root)
    if (first === undefined) throw new Error('nothing is in quarantine')
    const { path } = first
    refused.renames.set(join(root, path), 'EACCES')
    const { restored, skipped } = await restoreShards(root, 'all')
    expect(restored).toHaveLength(4)
    expect(skipped).toMatchObject([{ path, cause: 'refused', reason: expect.stringContaining('permission denied') }])
    expect(shards.filter(each => existsSync(join(root, each)))).toHaveLength(4)
  })

  test('by name continues after an occupied path', async () => {
    const { root, shards } = damaged(3)
    await repairCache(root)
    const [taken = '', ...free] = shards
    writeFileSync(join(root, taken), 'the new one')
    const { restored, skipped } = await restoreShards(root, shards)
    expect(restored.map(({ shardPath }) => shardPath).sort()).toEqual([...free].sort())
    expect(skipped).toMatchObject([{ shardPath: taken, cause: 'taken' }])
    expect(readFileSync(join(root, taken), 'utf8')).toBe('the new one')
  })
})

describe('the command line', () => {
  const NAME_BYTES = 255
  const longName = `chr${'a'.repeat(NAME_BYTES - 'chr_0.parquet'.length)}_0.parquet`
  const longText = `chr${'é'.repeat((NAME_BYTES - 'chr_0.parquet'.length) / 2)}_0.parquet`

  test.each([longName, longText])('moves a shard with a name of maximum length, and restores it (%#)', async name => {
    const { root, shards } = damaged(1)
    const path = `${dirname(shards[0] ?? '')}/${name}`
    writeFileSync(join(root, path), 'rubbish')
    const { quarantined, notMoved } = await repairCache(root)
    expect(notMoved).toEqual([])
    const moved = quarantined.find(({ shardPath }) => shardPath === path)
    expect(Buffer.byteLength(basename(moved?.movedTo ?? ''))).toBeLessThan(200)
    writeFileSync(join(root, path), 'rubbish again')
    await repairCache(root)
    const entries = (await listQuarantine(root)).filter(({ shardPath }) => shardPath === path)
    expect(entries).toHaveLength(2)
    expect(JSON.parse(readFileSync(join(root, `${moved?.movedTo}.reason.json`), 'utf8')).shard_path).toBe(path)
    const { restored } = await restoreShards(root, 'all')
    expect(restored.map(({ shardPath }) => shardPath)).toContain(path)
    expect(readFileSync(join(root, path), 'utf8')).toBe('rubbish again')
  })

  test('a reason file that names another original path than its location implies is ignored', async () => {
    const { root, shards } = damaged(1)
    const [path = ''] = shards
    const { quarantined } = await repairCache(root)
    const reason = join(root, `${quarantined[0]?.movedTo}.reason.json`)
    const victim = `${ENCODER}/3/global_mean_0/chrvictim_0.parquet`
    writeFileSync(reason, JSON.stringify({ ...JSON.parse(readFileSync(reason, 'utf8')), shard_path: victim }))
    expect(await listQuarantine(root)).toMatchObject([{ shardPath: path }])
  })
})

describeWith('setpriv', 'the command line of an ordinary user', setpriv => {
  const user = ordinaryUser(setpriv)

  test('a folder without permissions stops nothing else, and the exit code is 6', () => {
    const { root, shards } = damaged(20)
    const home = dirname(root)
    user.own(home)
    const closed = dirname(shards[0] ?? '')
    chmodSync(join(root, closed), 0o555)
    const run = (...args: string[]) => lewmCacheProcess([...args, '--cache', root, '--json'], { home, under: user.under })
    const first = run('repair')
    const stayed = shards.filter(path => dirname(path) === closed)
    expect([first.code, first.json().not_moved.map((each: { shard_path: string }) => each.shard_path)]).toEqual([6, stayed])
    expect(first.json().quarantined).toHaveLength(20 - stayed.length)
    const hand = run('quarantine', ...shardsOf(root).slice(0, 1), stayed[0] ?? '', '--reason', 'by hand')
    expect([hand.code, hand.json().moved.length, hand.json().not_moved.length]).toEqual([6, 1, 1])
    expect(hand.stderr).toContain('could not move')
    const [back = ''] = first.json().quarantined.map((each: { shard_path: string }) => each.shard_path)
    chmodSync(join(root, dirname(back)), 0o555)
    const restored = run('restore', '--all')
    expect([restored.code, restored.json().restored.length > 0, restored.json().skipped.length > 0]).toEqual([6, true, true])
    chmodSync(join(root, closed), 0o755)
    chmodSync(join(root, dirname(back)), 0o755)
    expect(run('restore', '--all').code).toBe(0)
    expect(lstatSync(join(root, back)).isFile()).toBe(true)
  })

  test('a quarantine folder without permissions is reported, and the other shards are restored', () => {
    const { root } = damaged(20)
    const home = dirname(root)
    user.own(home)
    const run = (...args: string[]) => lewmCacheProcess([...args, '--cache', root, '--json'], { home, under: user.under })
    expect(run('repair').code).toBe(4)
    const closed = join(root, 'embeddings/.quarantine/local-kmer/12')
    chmodSync(closed, 0)
    const listed = run('quarantined')
    expect([listed.code, listed.json().quarantined.length > 0]).toEqual([6, true])
    expect(listed.stderr).toContain('incomplete')
    const restored = run('restore', '--all')
    expect([restored.code, restored.json().restored.length]).toEqual([6, listed.json().quarantined.length])
    chmodSync(closed, 0o755)
    expect(run('restore', '--all').code).toBe(0)
  })
})

test('moved shards are gone from the cache, and the others are still reported', async () => {
  const { root, shards } = damaged(3)
  const [first = ''] = shards
  refused.renames.set(join(root, first), 'EACCES')
  await repairCache(root)
  rmSync(join(root, 'embeddings/.quarantine'), { recursive: true })
  const { findings } = await verifyCache(root)
  expect(findings.filter(({ severity }) => severity === 'corrupt').map(({ shardPath }) => shardPath)).toEqual([first])
})
