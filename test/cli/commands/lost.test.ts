/** `lost`: rows that evidence expects and no shard holds, their keys, and forgetting them at the user's request. */
import { appendFileSync, cpSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { hostname, userInfo } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { describe, expect, test } from 'vitest'
import { filesBelow, flippedHash, replaceShard } from '../../core/cacheFiles.ts'
import { LAB_SHARD, labCache, labShards, optionsOf, pathOf, ROWS, recordsOf } from '../../core/evidence/labCache.ts'
import { INDEX } from '../../core/index/indexFile.ts'
import { temporaryFolder } from '../../support/temporaryFolder.ts'
import { lewmCache } from '../lewmCache.ts'

const PATH = pathOf(LAB_SHARD)
const OTHER = pathOf({ ...LAB_SHARD, block: 0 })
const QUARANTINE = 'embeddings/.quarantine'

const run = (cache: string, args: readonly string[], home = temporaryFolder()) => lewmCache([...args, '--cache', cache], { home })
const hashes = recordsOf(LAB_SHARD).map(({ windowHash }) => Buffer.from(windowHash).toString('hex'))
const windows = recordsOf(LAB_SHARD).map(({ chrom, startBp, endBp }) => ({ chrom, start_bp: Number(startBp), end_bp: Number(endBp) }))

describe('lost', () => {
  test('is empty for a complete cache', async () => {
    const cache = await labCache()
    const { code, json, stderr } = await run(cache, ['lost', '--json'])
    expect({ code, stderr, document: json() }).toEqual({ code: 0, stderr: '', document: { lost: [], rows: 0 } })
    expect(await run(cache, ['lost'])).toMatchObject({ code: 0, stdout: '', stderr: '0 rows of 0 shards lost\n' })
  })

  test('lists a deleted shard before and after a reindex: rows, reason, time, windows, and keys on request', async () => {
    const cache = await labCache()
    rmSync(join(cache, PATH))
    const shard = { shard_path: PATH, rows: ROWS, reason: 'missing', since: null, windows }
    expect((await run(cache, ['lost', '--json'])).json()).toEqual({ lost: [shard], rows: ROWS })
    await run(cache, ['reindex'])
    const { lost, rows } = (await run(cache, ['lost', '--keys', '--json'])).json()
    expect(rows).toBe(ROWS)
    expect(lost).toEqual([
      {
        ...shard,
        since: expect.stringMatching(/^\d{19}$/),
        keys: hashes.map((window_hash, row) => ({
          window_hash,
          encoder_hash: expect.stringMatching(/^[0-9a-f]{64}$/),
          state_layer: LAB_SHARD.layer,
          pool_type: 'centered_mean',
          pool_radius: 8,
          dtype: 'fp16',
          row_offset: row,
          ...windows[row]
        }))
      }
    ])
    const table = await run(cache, ['lost'])
    expect(table.stdout).toContain(PATH)
    expect(table.stdout).toContain('X:32,769-69,632')
    expect(table.stderr).toBe('4 rows of 1 shard lost\n')
    const text = (await run(cache, ['lost', '--keys'])).stdout
    for (const hash of hashes) expect(text).toContain(`  ${hash} X:`)
  })

  test('lists quarantined and changed rows by reason', async () => {
    const cache = await labCache(labShards().slice(0, 8))
    expect((await run(cache, ['quarantine', OTHER, '--reason', 'test'])).code).toBe(0)
    const records = recordsOf(LAB_SHARD).map((record, row) => (row === 1 ? flippedHash(record) : record))
    await replaceShard(cache, PATH, { ...optionsOf(LAB_SHARD), records })
    const { lost, rows } = (await run(cache, ['lost', '--json'])).json()
    expect(lost).toMatchObject([
      { shard_path: OTHER, rows: ROWS, reason: 'quarantined' },
      { shard_path: PATH, rows: 1, reason: 'changed_since_indexed' }
    ])
    expect(rows).toBe(ROWS + 1)
    const { missing_shards, missing_rows } = (await run(cache, ['verify', '--json'])).json()
    // The changed row makes its shard suspect and is not counted as missing. The summary counts its earlier key.
    expect({ missing_shards, missing_rows }).toEqual({ missing_shards: 1, missing_rows: ROWS })
    expect((await run(cache, ['verify'])).stdout).toContain(
      '4 windows missing (1 shard), 1 earlier key of changed rows that no shard holds any more'
    )
  })

  test('changes nothing', async () => {
    const cache = await labCache()
    rmSync(join(cache, PATH))
    const before = readdirSync(join(cache, 'embeddings'), { recursive: true }).sort()
    await run(cache, ['lost', '--keys'])
    expect(readdirSync(join(cache, 'embeddings'), { recursive: true }).sort()).toEqual(before)
  })
})

describe('an index that cannot be read', () => {
  const damage = {
    damaged: index => {
      const bytes = readFileSync(index)
      writeFileSync(index, bytes.fill(0, 100))
    },
    'a dangling link': index => {
      rmSync(index)
      symlinkSync('nowhere', index)
    }
  } satisfies Record<string, (index: string) => void>

  test.each(Object.entries(damage))(
    '%s: other evidence is listed, the rest is reported as unknown, and nothing is forgotten',
    async (_, change) => {
      const cache = await labCache()
      const home = temporaryFolder()
      await run(cache, ['verify', OTHER], home)
      for (const path of [PATH, OTHER]) rmSync(join(cache, path))
      change(join(cache, INDEX))
      const before = filesBelow(cache)
      const { code, stderr, json } = await run(cache, ['lost', '--json'], home)
      expect(code).toBe((await run(cache, ['verify'], home)).code)
      expect(code).toBe(4)
      expect(stderr).toMatch(/^lewm-cache: cannot read the index, so the list may be incomplete: .+\n$/)
      expect(json()).toMatchObject({
        lost: [{ shard_path: OTHER, rows: ROWS }],
        findings: [{ kind: 'index_unreadable', shard_path: INDEX }]
      })
      for (const path of [PATH, OTHER]) {
        const forget = await run(cache, ['lost', '--forget', path], home)
        expect(forget).toMatchObject({
          code: 4,
          stdout: '',
          stderr: expect.stringContaining('nothing was forgotten, because the index could not be read')
        })
      }
      expect(filesBelow(cache)).toEqual(before)
    }
  )

  test('an unreadable index is not reported as a missing one', async () => {
    const cache = await labCache()
    rmSync(join(cache, INDEX))
    const { code, stderr } = await run(cache, ['lost', '--json'])
    expect({ code, stderr }).toMatchObject({ code: 0, stderr: expect.stringContaining('there is no index') })
  })
})

test('damaged archived entries are reported', async () => {
  const cache = await labCache()
  await run(cache, ['quarantine', PATH, '--reason', 'test'])
  const archive = readdirSync(join(cache, QUARANTINE)).find(name => name.startsWith('index-entries.')) ?? ''
  appendFileSync(join(cache, QUARANTINE, archive), 'not an entry\n')
  const { code, stderr, json } = await run(cache, ['lost', '--json'])
  expect({ code, stderr }).toEqual({ code: 3, stderr: expect.stringContaining(`cannot read ${QUARANTINE}/${archive}`) })
  expect(json()).toMatchObject({ lost: [{ shard_path: PATH }], findings: [{ kind: 'bad_metadata' }] })
})

test('nothing is forgotten without the record of earlier verifications', async () => {
  const cache = await labCache()
  const home = temporaryFolder()
  await run(cache, ['verify'], home)
  rmSync(join(cache, PATH))
  const ledger = new Database(join(home, 'data/geno-lewm-cache-inspector/ledger.sqlite'))
  ledger.exec('BEGIN EXCLUSIVE')
  const { code, stderr } = await run(cache, ['lost', '--forget', PATH], home)
  ledger.exec('ROLLBACK')
  ledger.close()
  expect({ code, stderr }).toEqual({ code: 6, stderr: expect.stringContaining('lewm-cache: ') })
  expect((await run(cache, ['lost', '--json'], home)).json().lost).toMatchObject([{ shard_path: PATH }])
})

describe('lost --forget', () => {
  test('records the user, the host and the time, and the shard is no longer missing', async () => {
    const cache = await labCache()
    const home = temporaryFolder()
    await run(cache, ['verify'], home)
    for (const path of [PATH, OTHER]) rmSync(join(cache, path))
    await run(cache, ['repair'], home)
    expect(await run(cache, ['verify', '--json'], home)).toMatchObject({ code: 3 })
    const { code, json } = await run(cache, ['lost', '--forget', PATH, OTHER, '--json'], home)
    expect(code).toBe(0)
    const said = { rows: ROWS, reason: 'missing', by: userInfo().username, host: hostname(), at: expect.stringMatching(/^\d{19}$/) }
    expect(json()).toEqual({
      forgotten: [
        { shard_path: PATH, ...said },
        { shard_path: OTHER, ...said }
      ]
    })
    const [file = ''] = readdirSync(join(cache, 'embeddings/.quarantine'))
    expect(readFileSync(join(cache, 'embeddings/.quarantine', file), 'utf8')).toContain(`"by":${JSON.stringify(userInfo().username)}`)
    expect(await run(cache, ['verify', '--json'], home)).toMatchObject({ code: 0 })
    expect((await run(cache, ['lost', '--json'], home)).json()).toEqual({ lost: [], rows: 0 })
  })

  test.each<[string, (cache: string) => string[]]>([
    ['lost --forget SHARD --cache DIR', cache => ['lost', '--forget', PATH, '--cache', cache]],
    ['lost --forget --cache DIR SHARD', cache => ['lost', '--forget', '--cache', cache, PATH]],
    ['lost --forget --cache=DIR SHARD', cache => ['lost', '--forget', `--cache=${cache}`, PATH]],
    ['lost --forget --json --cache DIR SHARD', cache => ['lost', '--forget', '--json', '--cache', cache, PATH]],
    ['lost SHARD --forget --cache DIR', cache => ['lost', PATH, '--forget', '--cache', cache]],
    ['lost --cache DIR SHARD --forget', cache => ['lost', '--cache', cache, PATH, '--forget']],
    ['--cache DIR lost --forget SHARD', cache => ['--cache', cache, 'lost', '--forget', PATH]],
    ['lost --cache DIR --forget -- SHARD', cache => ['lost', '--cache', cache, '--forget', '--', PATH]]
  ])('%s', async (_, args) => {
    const cache = await labCache(labShards().slice(0, 8))
    rmSync(join(cache, PATH))
    expect((await lewmCache(args(cache), { home: temporaryFolder() })).code).toBe(0)
    expect((await run(cache, ['lost', '--json'])).json()).toEqual({ lost: [], rows: 0 })
  })

  test('refuses a shard without missing rows, and wrong usage', async () => {
    const cache = await labCache()
    expect(await run(cache, ['lost', '--forget', PATH])).toMatchObject({ code: 1, stderr: `lewm-cache: no rows of ${PATH} are missing\n` })
    expect((await run(cache, ['lost', '--forget', PATH, '--keys'])).code).toBe(2)
    expect((await run(cache, ['lost', '--forget', '../outside.parquet'])).code).toBe(1)
    expect(await run(cache, ['lost', '--forget'])).toMatchObject({ code: 2, stderr: 'lewm-cache: name the shards to forget\n' })
    expect(await run(cache, ['lost', PATH])).toMatchObject({ code: 2, stderr: expect.stringContaining('--forget') })
  })
})

test('a text report is never green while rows are missing', async () => {
  const cache = await labCache()
  const backup = join(temporaryFolder(), 'backup')
  cpSync(cache, backup, { recursive: true })
  rmSync(join(cache, PATH))
  for (const step of [[], ['repair'], ['reindex']]) {
    if (step.length > 0) await run(cache, step)
    const { code, stdout } = await run(cache, ['verify'])
    expect(code).toBe(3)
    expect(stdout).toContain('4 windows missing (1 shard)')
  }
  cpSync(join(backup, PATH), join(cache, PATH))
  await run(cache, ['reindex'])
  const { code, stdout } = await run(cache, ['verify'])
  expect(code).toBe(0)
  expect(stdout).not.toContain('missing')
})
