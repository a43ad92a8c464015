/** `repair`, `reindex`, `quarantine`, `restore`: a plan describes the changes exactly, and all of them can be undone. */
import { copyFileSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { shardsOf } from '../../core/cacheFiles.ts'
import { damageNotes, referenceCache } from '../../support/reference.ts'
import { temporaryFolder } from '../../support/temporaryFolder.ts'
import { type Json, lewmCache, ndjson } from '../lewmCache.ts'
import { recordLine, WRITE } from '../records.ts'

const run = (cache: string, ...args: string[]) => lewmCache([...args, '--cache', cache, '--json'])
const FOLDER = 'embeddings/local-kmer/5/centered_mean_8'
/** The damaged cache contains one file in quarantine, which GenoLeWM's own repair moved. */
const OLD = 'embeddings/.quarantine/local-kmer/5/centered_mean_8/chrempty-file_0.parquet'
const CUT = `${FOLDER}/chrtruncated-third_0.parquet`

describe('repair', () => {
  test('moves damaged shards, keeps the rest and rebuilds the index. A second run finds no damage', async () => {
    const cache = referenceCache('damaged')
    const { code, json, stderr } = await run(cache, 'repair')
    expect({ code, stderr }).toEqual({ code: 4, stderr: '' })
    const report = json()
    expect(Object.keys(report)).toEqual(['checked_shards', 'quarantined', 'kept', 'reindex', 'missing_shards', 'missing_rows'])
    expect(report.checked_shards).toBe(Object.keys(damageNotes()).length)
    const cut = report.quarantined.find((moved: Json) => moved.shard_path === CUT)
    expect(cut).toEqual({ shard_path: CUT, moved_to: CUT.replace('embeddings/', 'embeddings/.quarantine/'), reasons: [expect.any(String)] })
    expect([existsSync(join(cache, CUT)), existsSync(join(cache, cut.moved_to))]).toEqual([false, true])
    expect(Object.keys(report.reindex)).toEqual(['indexed_shards', 'indexed_rows', 'index_path', 'findings'])
    for (const { shard_path, reasons } of report.kept) {
      expect(existsSync(join(cache, shard_path))).toBe(true)
      expect(reasons.length).toBeGreaterThan(0)
    }
    const after = await run(cache, 'repair')
    expect({ code: after.code, quarantined: after.json().quarantined }).toEqual({ code: 3, quarantined: [] })
  })

  test('a duplicate that is ticked in the plan loses its entries. If both copies are ticked, this is reported first', async () => {
    const cache = referenceCache('healthy')
    const file = join(temporaryFolder(), 'plan.json')
    const [path = ''] = shardsOf(cache)
    const copy = `${dirname(path)}/a copy.parquet`
    copyFileSync(join(cache, path), join(cache, copy))
    await lewmCache(['reindex', '--cache', cache])
    await lewmCache(['repair', '--dry-run', '--save-plan', file, '--cache', cache])
    const tick = (...paths: string[]): void => {
      const plan = JSON.parse(readFileSync(file, 'utf8'))
      for (const move of plan.moves) move.ticked = paths.includes(move.shard_path)
      writeFileSync(file, JSON.stringify(plan))
    }
    const dryRun = () => lewmCache(['repair', '--plan', file, '--dry-run'])
    tick(copy)
    expect(await dryRun()).toMatchObject({ stdout: expect.stringContaining('the index is up to date'), stderr: '' })
    tick(path)
    expect(await dryRun()).toMatchObject({ stdout: expect.stringContaining('would rebuild the index'), stderr: '' })
    tick(path, copy)
    const reported = expect.stringMatching(/^lewm-cache: the plan moves every copy of \d+ keys: no shard will hold them afterwards/)
    expect(await dryRun()).toMatchObject({ stdout: expect.stringContaining('would rebuild the index'), stderr: reported })
    expect(await lewmCache(['repair', '--plan', file])).toMatchObject({
      stdout: expect.stringMatching(/windows missing/),
      stderr: reported
    })
  })

  test('--dry-run has the form of the report, and changes nothing', async () => {
    const cache = referenceCache('damaged')
    const { code, json } = await run(cache, 'repair', '--dry-run')
    expect(code).toBe(4)
    const plan = json()
    expect(Object.keys(plan)).toEqual([
      'dry_run',
      'checked_shards',
      'quarantined',
      'kept',
      'reindex',
      'missing_shards',
      'missing_rows',
      'plan'
    ])
    expect(plan).toMatchObject({ dry_run: true, reindex: null })
    expect(existsSync(join(cache, CUT))).toBe(true)
    expect(existsSync(join(cache, 'embeddings/index.sqlite'))).toBe(false)
    const done = (await run(cache, 'repair')).json()
    expect(done.quarantined.map((moved: Json) => moved.shard_path)).toEqual(plan.quarantined.map((moved: Json) => moved.shard_path))
    expect(done.kept).toEqual(plan.kept)
  })

  test('a saved plan is applied as it was reviewed', async () => {
    const cache = referenceCache('damaged')
    const file = join(temporaryFolder(), 'plan.json')
    const saved = await lewmCache(['repair', '--dry-run', '--save-plan', file, '--cache', cache])
    expect(saved.code).toBe(4)
    expect(saved.stdout).toContain('plan only, nothing was changed')
    const plan = JSON.parse(readFileSync(file, 'utf8'))
    for (const move of plan.moves) if (!JSON.stringify(move).includes(CUT)) move.ticked = false
    writeFileSync(file, JSON.stringify(plan))
    const { quarantined, kept } = (await lewmCache(['repair', '--plan', file, '--json'])).json()
    expect(quarantined.map((moved: Json) => moved.shard_path)).toEqual([CUT])
    expect(kept.map((shard: Json) => shard.shard_path)).toContain(`${FOLDER}/chrempty-file_0.parquet`)
  })

  test('an outdated plan is refused and nothing is moved', async () => {
    const cache = referenceCache('damaged')
    const file = join(temporaryFolder(), 'plan.json')
    await run(cache, 'repair', '--dry-run', '--save-plan', file)
    writeFileSync(join(cache, CUT), 'another process wrote it again')
    const { code, json } = await run(cache, 'repair', '--plan', file)
    expect({ code, error: json().error.code }).toEqual({ code: 5, error: 'RESOURCE.STALE_PLAN' })
    const { quarantined } = (await run(cache, 'quarantined')).json()
    expect(quarantined.map((entry: Json) => entry.path)).toEqual([OLD])
  })

  test('a plan that moves a shard twice is refused before anything is moved', async () => {
    const cache = referenceCache('damaged')
    const file = join(temporaryFolder(), 'plan.json')
    await run(cache, 'repair', '--dry-run', '--save-plan', file)
    const plan: Json = JSON.parse(readFileSync(file, 'utf8'))
    writeFileSync(file, JSON.stringify({ ...plan, moves: [...plan.moves, plan.moves[0]] }))
    const { code, json } = await run(cache, 'repair', '--plan', file)
    expect({ code, message: json().error.message }).toEqual({ code: 2, message: expect.stringMatching(/moves .* twice$/) })
    expect((await run(cache, 'quarantined')).json().quarantined).toHaveLength(1)
  })

  test('a plan of another cache, or an invalid one, is refused', async () => {
    const file = join(temporaryFolder(), 'plan.json')
    await run(referenceCache('damaged'), 'repair', '--dry-run', '--save-plan', file)
    expect((await run(referenceCache('damaged'), 'repair', '--plan', file)).json().error.message).toContain('another cache')
    for (const text of ['', '{}', '[]', '{"version":2}']) {
      writeFileSync(file, text)
      expect(await lewmCache(['repair', '--plan', file, '--json'])).toMatchObject({ code: 2 })
    }
    expect((await lewmCache(['repair', '--plan', 'nowhere.json', '--json'])).code).toBe(2)
  })

  test('a healthy cache is not changed', async () => {
    const cache = join(temporaryFolder(), 'new')
    await lewmCache([...WRITE, '--cache', cache], { input: ndjson([recordLine(1)]) })
    const { code, json } = await run(cache, 'repair')
    expect({ code, document: json() }).toMatchObject({ code: 0, document: { checked_shards: 1, quarantined: [], kept: [] } })
  })

  test('the plan that a dry run prints can be applied', async () => {
    const cache = referenceCache('damaged')
    const { plan, quarantined } = (await run(cache, 'repair', '--dry-run')).json()
    const applied = (await lewmCache(['repair', '--plan', '-', '--json'], { input: JSON.stringify(plan) })).json()
    expect(applied.quarantined.map((moved: Json) => moved.shard_path)).toEqual(quarantined.map((moved: Json) => moved.shard_path))
  })

  test('as text', async () => {
    const cache = referenceCache('damaged')
    const plan = await lewmCache(['repair', '--dry-run', '--cache', cache])
    expect(plan.stdout).toMatch(/\nwould move \d+ shards \([0-9.]+ .?i?B, .*\) to quarantine\nwould rebuild the index\n/)
    const { code, stdout } = await lewmCache(['repair', '--cache', cache])
    expect(code).toBe(4)
    expect(stdout).toMatch(/^checked \d+ shards, moved \d+ to quarantine\n/)
    expect(stdout).toContain('Run `lewm-cache restore SHARD` to restore a shard.')
  })
})

describe('reindex', () => {
  test('a cache without an index', async () => {
    const cache = referenceCache('healthy')
    rmSync(join(cache, 'embeddings/index.sqlite'))
    const { code, json } = await run(cache, 'reindex')
    expect(code).toBe(0)
    expect(json()).toEqual({ indexed_shards: expect.any(Number), indexed_rows: 1301, index_path: 'embeddings/index.sqlite', findings: [] })
    expect((await run(cache, 'verify')).json().by_kind).toEqual({ non_finite: 1 })
  })

  test('a damaged cache: the reasons for omitted rows are reported, and the exit code is 4 because damaged shards remain', async () => {
    const { code, json } = await run(referenceCache('damaged'), 'reindex')
    expect(code).toBe(4)
    expect(json().findings.length).toBeGreaterThan(0)
    expect(json().indexed_rows).toBeGreaterThan(0)
  })

  test('as text', async () => {
    const { stdout } = await lewmCache(['reindex', '--cache', referenceCache('healthy')])
    expect(stdout).toMatch(/^indexed 1,301 rows of \d+ shards in embeddings\/index\.sqlite\n$/)
  })
})

describe('quarantine by hand', () => {
  test('moves with a reason, lists and restores', async () => {
    const cache = referenceCache('healthy')
    const path: string = (await run(cache, 'ls')).json().shards[0].shard_path
    const bytes = readFileSync(join(cache, path))
    const movedTo = path.replace('embeddings/', 'embeddings/.quarantine/')

    const moved = await run(cache, 'quarantine', path, '--reason', 'made with the wrong weights')
    expect({ code: moved.code, document: moved.json() }).toEqual({
      code: 0,
      document: { moved: [{ shard_path: path, moved_to: movedTo, reasons: ['made with the wrong weights'] }] }
    })
    expect(existsSync(join(cache, path))).toBe(false)

    const listed = (await run(cache, 'quarantined')).json()
    expect(listed).toEqual({
      quarantined: [
        {
          path: movedTo,
          shard_path: path,
          reasons: ['made with the wrong weights'],
          at: expect.stringMatching(/^\d{19}$/),
          bytes: bytes.length
        }
      ]
    })
    expect((await lewmCache(['quarantined', '--cache', cache])).stdout).toContain('made with the wrong weights')

    const restored = await run(cache, 'restore', path)
    expect({ code: restored.code, document: restored.json() }).toEqual({
      code: 0,
      document: { restored: [{ path: movedTo, shard_path: path }], skipped: [] }
    })
    expect(readFileSync(join(cache, path))).toEqual(bytes)
    expect((await run(cache, 'quarantined')).json()).toEqual({ quarantined: [] })
  })

  test('--all restores everything that can be restored', async () => {
    const cache = referenceCache('damaged')
    const { quarantined } = (await run(cache, 'repair')).json()
    const { code, json, stderr } = await run(cache, 'restore', '--all')
    expect(code).toBe(0)
    expect(
      json()
        .restored.map((back: Json) => back.shard_path)
        .sort()
    ).toEqual(quarantined.map((moved: Json) => moved.shard_path).sort())
    expect(json().skipped).toEqual([{ path: OLD, shard_path: `${FOLDER}/chrempty-file_0.parquet`, reason: expect.any(String) }])
    expect(stderr).toMatch(/^lewm-cache: kept [^\n]* in quarantine: [^\n]+\n$/)
    expect(existsSync(join(cache, CUT))).toBe(true)
  })

  test('--all fails if every path is occupied, and succeeds if the quarantine is empty', async () => {
    const cache = referenceCache('healthy')
    expect((await run(cache, 'restore', '--all')).code).toBe(0)
    const [path = ''] = shardsOf(cache)
    await run(cache, 'quarantine', path, '--reason', 'test')
    writeFileSync(join(cache, path), 'new')
    const { code, json, stderr } = await run(cache, 'restore', '--all')
    expect({ code, document: json() }).toMatchObject({ code: 2, document: { restored: [], skipped: [{ shard_path: path }] } })
    expect(stderr).toContain('kept')
  })

  test('never overwrites an existing file', async () => {
    const cache = referenceCache('damaged')
    await run(cache, 'quarantine', CUT, '--reason', 'test')
    writeFileSync(join(cache, CUT), 'new')
    const { code, json } = await run(cache, 'restore', CUT)
    expect({ code, message: json().error.message }).toEqual({
      code: 2,
      message: expect.stringContaining('its original path is occupied by another shard')
    })
    expect(readFileSync(join(cache, CUT), 'utf8')).toBe('new')
  })

  test.each([
    [1, ['quarantine', 'embeddings/none.parquet', '--reason', 'x']],
    [1, ['restore', 'embeddings/none.parquet']],
    [2, ['quarantine', CUT, '--reason', ' ']],
    [2, ['quarantine', '--reason', 'x']],
    [2, ['restore']],
    [2, ['restore', '--all', CUT]]
  ])('ends with %i: %j', async (code, args) => {
    const cache = referenceCache('damaged')
    const ended = await run(cache, ...args)
    expect(ended.code).toBe(code)
    expect(ended.stderr).toMatch(/^lewm-cache: [^\n]+\n$/)
    expect(existsSync(join(cache, CUT))).toBe(true)
  })
})
