/** A plan moves the files that were read: by content if size and times are not conclusive. A shard that stays is checked again as well. */
import { createHash } from 'node:crypto'
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  unlinkSync,
  utimesSync,
  writeFileSync
} from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import {
  applyRepair,
  InputError,
  openIndex,
  planFromJson,
  planRepair,
  planToJson,
  type RepairPlan,
  StalePlanError,
  tickMoves
} from '../../../src/main/core/index.ts'
import { referenceCache, referenceRows } from '../../support/reference.ts'
import { temporaryFolder } from '../../support/temporaryFolder.ts'
import { filesBelow, makePipe } from '../cacheFiles.ts'

const [first] = referenceRows('healthy')
if (first === undefined) throw new Error('the reference has no rows')
const SHARD = first.shard_path

/** Other bytes with the same size and times, as after corruption below the file system. */
function rewrite(path: string, change: (bytes: Buffer) => Buffer): void {
  const { atime, mtime } = statSync(path)
  writeFileSync(path, change(readFileSync(path)))
  utimesSync(path, atime, mtime)
}

const damage = (bytes: Buffer): Buffer => Buffer.concat([bytes.subarray(0, -4), Buffer.from('XXXX')])

function damagedCache(): { readonly root: string; readonly path: string; readonly good: string } {
  const root = referenceCache('healthy')
  const path = join(root, SHARD)
  const good = join(temporaryFolder(), 'backup')
  copyFileSync(path, good)
  const { atime, mtime } = statSync(path)
  utimesSync(good, atime, mtime)
  rewrite(path, damage)
  return { root, path, good }
}

/** A backup that keeps times: `cp -p`, `rsync -a`, `tar`. */
function restoreFrom(good: string, path: string): void {
  const { atime, mtime } = statSync(good)
  rmSync(path)
  copyFileSync(good, path)
  utimesSync(path, atime, mtime)
}

/** In the form of an earlier version of the program. */
function withoutIdentity(plan: RepairPlan): RepairPlan {
  const json = JSON.parse(JSON.stringify(planToJson(plan)))
  for (const move of json.moves) {
    delete move.inode
    delete move.ctime_ns
    delete move.sha256
  }
  return planFromJson(json)
}

async function refusalOf(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => null,
    (error: unknown) => error
  )
}

const entriesOf = (root: string): number => {
  const index = openIndex(root, 'read')
  const { length } = index?.entriesOf(SHARD) ?? []
  index?.close()
  return length
}

describe.each<[string, (plan: RepairPlan) => RepairPlan]>([
  ['a plan', plan => plan],
  ['a plan that was saved and loaded', plan => planFromJson(JSON.parse(JSON.stringify(planToJson(plan))))],
  ['a plan of an earlier version', withoutIdentity]
])('%s', (_, through) => {
  test('moves the shard that was read', async () => {
    const { root, path } = damagedCache()
    const plan = through(await planRepair(root))
    expect((await applyRepair(plan)).quarantined).toMatchObject([{ shardPath: SHARD }])
    expect(existsSync(path)).toBe(false)
  })

  test('is refused for a shard that was restored from a backup with the same size and time', async () => {
    const { root, path, good } = damagedCache()
    const plan = through(await planRepair(root))
    restoreFrom(good, path)
    const before = filesBelow(root)
    expect(await refusalOf(applyRepair(plan))).toBeInstanceOf(StalePlanError)
    expect(filesBelow(root)).toEqual(before)
  })

  test('is refused for a shard whose bytes were repaired in place', async () => {
    const { root, path, good } = damagedCache()
    const plan = through(await planRepair(root))
    rewrite(path, () => readFileSync(good))
    expect(await refusalOf(applyRepair(plan))).toBeInstanceOf(StalePlanError)
    expect(existsSync(path)).toBe(true)
  })

  test('indexes a shard that it keeps and that was repaired since', async () => {
    const { root, path, good } = damagedCache()
    const plan = tickMoves(through(await planRepair(root)), new Set())
    restoreFrom(good, path)
    const { kept, reindex } = await applyRepair(plan)
    expect(entriesOf(root)).toBeGreaterThan(0)
    expect(kept.map(({ shardPath }) => shardPath)).not.toContain(SHARD)
    expect(reindex.findings).toEqual([])
  })

  test('does not index a shard that it keeps and that is still damaged', async () => {
    const { root } = damagedCache()
    const plan = tickMoves(through(await planRepair(root)), new Set())
    const { kept } = await applyRepair(plan)
    expect(kept.find(({ shardPath }) => shardPath === SHARD)?.reasons).toMatchObject([{ severity: 'corrupt' }])
    expect(entriesOf(root)).toBe(0)
  })

  test.each<[string, (path: string) => void]>([
    ['a folder', path => mkdirSync(path)],
    ['a pipe', makePipe],
    ['a link to a folder', path => symlinkSync('.', path)]
  ])('is refused for %s, which stays', async (__, make) => {
    const { root, path } = damagedCache()
    const plan = through(await planRepair(root))
    unlinkSync(path)
    make(path)
    const before = filesBelow(root)
    expect(await refusalOf(applyRepair(plan))).toBeInstanceOf(InputError)
    expect(filesBelow(root)).toEqual(before)
  })
})

test('a copy of the file that was read counts as that file, because its bytes are the same', async () => {
  const { root, path } = damagedCache()
  const plan = await planRepair(root)
  const { atime, mtime } = statSync(path)
  copyFileSync(path, `${path}.copy`)
  renameSync(`${path}.copy`, path)
  utimesSync(path, atime, mtime)
  expect((await applyRepair(plan)).quarantined).toMatchObject([{ shardPath: SHARD }])
})

test('a plan of an earlier version that was edited to move a healthy shard is refused', async () => {
  const { root } = damagedCache()
  const other = SHARD.replace('chr1_', 'chr2_')
  const { size, mtimeNs } = statSync(join(root, other), { bigint: true })
  const plan = withoutIdentity(await planRepair(root))
  const moves = plan.moves.map(move => ({ ...move, shardPath: other, bytes: Number(size), mtimeNs }))
  expect(await refusalOf(applyRepair({ ...plan, moves }))).toBeInstanceOf(StalePlanError)
  expect(existsSync(join(root, other))).toBe(true)
})

test('a suspect shard that the user ticked is also moved by an old plan', async () => {
  const root = referenceCache('healthy')
  const copy = `${dirname(SHARD)}/chrA_0.parquet`
  copyFileSync(join(root, SHARD), join(root, copy))
  const plan = withoutIdentity(tickMoves(await planRepair(root), new Set([copy])))
  expect((await applyRepair(plan)).quarantined).toMatchObject([{ shardPath: copy }])
})

test('a plan records digest, inode and ctime', async () => {
  const { root, path } = damagedCache()
  const move = (await planRepair(root)).moves.find(({ shardPath }) => shardPath === SHARD)
  const { ino, ctimeNs } = statSync(path, { bigint: true })
  expect(move).toMatchObject({ inode: ino, ctimeNs, sha256: expect.stringMatching(/^[0-9a-f]{64}$/) })
})

test('a placeholder stays, even if an edited plan names it', async () => {
  const { root, path } = damagedCache()
  const plan = await planRepair(root)
  const pointer = `version https://git-lfs.github.com/spec/v1\noid sha256:${'0'.repeat(64)}\nsize 4440\n`
  writeFileSync(path, pointer)
  const { mtimeNs } = statSync(path, { bigint: true })
  const sha256 = createHash('sha256').update(pointer).digest('hex')
  const edited = { ...plan, moves: plan.moves.map(move => (move.ticked ? { ...move, bytes: pointer.length, mtimeNs, sha256 } : move)) }
  expect(await applyRepair(edited)).toMatchObject({ quarantined: [], notMoved: [{ shardPath: SHARD }] })
  expect(readFileSync(path, 'utf8')).toBe(pointer)
  expect(entriesOf(root)).toBeGreaterThan(0)
})

describe('a duplicate that the user ticked', () => {
  const TWIN = `${dirname(SHARD)}/a copy.parquet`

  async function duplicatePlan(ticked = [TWIN]): Promise<{ readonly root: string; readonly plan: RepairPlan }> {
    const root = referenceCache('healthy')
    copyFileSync(join(root, SHARD), join(root, TWIN))
    return { root, plan: tickMoves(await planRepair(root), new Set(ticked)) }
  }

  test('is moved while the other shard exists', async () => {
    const { root, plan } = await duplicatePlan()
    expect((await applyRepair(plan)).quarantined).toMatchObject([{ shardPath: TWIN }])
    expect(entriesOf(root)).toBeGreaterThan(0)
  })

  test.each<[string, (path: string) => void]>([
    ['deleted', path => rmSync(path)],
    ['damaged', path => rewrite(path, damage)],
    ['emptied', path => writeFileSync(path, '')],
    ['replaced by a shard with other rows', path => copyFileSync(join(dirname(path), 'chr2_0.parquet'), path)]
  ])('stays if the other shard was %s meanwhile, and nothing is moved', async (_, change) => {
    const { root, plan } = await duplicatePlan()
    change(join(root, SHARD))
    expect(await refusalOf(applyRepair(plan))).toBeInstanceOf(StalePlanError)
    expect(existsSync(join(root, TWIN))).toBe(true)
  })

  test('is moved together with the other shard if both are ticked', async () => {
    const { root, plan } = await duplicatePlan([TWIN, SHARD])
    expect((await applyRepair(plan)).quarantined.map(({ shardPath }) => shardPath).sort()).toEqual([TWIN, SHARD].sort())
    expect(existsSync(join(root, SHARD))).toBe(false)
  })
})
