/** The workflow with the real Snakemake: eight parallel jobs on this machine, merged, and the index rebuilt or the cache repaired. */
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { type Json, lewmCacheProcess, lewmCommand } from '../cli/lewmCache.ts'
import { describeWith } from '../support/capabilities.ts'
import { referenceCache } from '../support/reference.ts'
import { temporaryFolder } from '../support/temporaryFolder.ts'

const SNAKEFILE = join(import.meta.dirname, '../../workflow/Snakefile')
const PARTS = [1, 2, 3, 4, 5, 6, 7, 8]

describeWith('snakemake', 'the workflow', snakemake => {
  /** Runs it in a folder. @returns its output, and the parts that it verified */
  function start(folder: string, settings: Readonly<Record<string, string | number>>) {
    const config = Object.entries({ lewm_cache: lewmCommand(folder), ...settings }).map(([name, value]) => `${name}=${value}`)
    const args = ['--snakefile', SNAKEFILE, '--directory', folder, '--cores', '8', '--nocolor', '--show-failed-logs', '--config', ...config]
    const { status, stdout, stderr } = spawnSync(snakemake, args, { encoding: 'utf8', env: { ...process.env, HOME: folder } })
    const said = `${stdout}${stderr}`
    const verified = [...said.matchAll(/^ *output: verification\/parts\/(\d+)-of-8\.json$/gm)].map(([, part]) => Number(part))
    return { status, said, verified: verified.sort((a, b) => a - b) }
  }
  const result = (folder: string, name: string): Json => JSON.parse(readFileSync(join(folder, 'verification', name), 'utf8'))
  const plain = ({ seconds: _, ...report }: Json) => report

  test('verifies in eight jobs, merges and reindexes. If a part is lost, only that part is verified again', () => {
    const cache = referenceCache('damaged')
    const whole = lewmCacheProcess(['verify', '--json', '--cache', cache]).json()
    const folder = temporaryFolder()
    const first = start(folder, { cache, parts: 8 })
    expect(first).toMatchObject({ status: 0, verified: PARTS })
    expect(first.said).toContain(`${whole.healthy_shards} of ${whole.checked_shards} shards are healthy (`)
    expect(plain(result(folder, 'report.json'))).toEqual(plain(whole))
    expect(result(folder, 'reindex.json').indexed_shards).toBeGreaterThan(0)
    const after = lewmCacheProcess(['verify', '--json', '--cache', cache]).json()
    expect(after.findings.filter((found: Json) => found.severity === 'index')).toEqual([])

    expect(start(folder, { cache, parts: 8 })).toMatchObject({ status: 0, verified: [] })
    for (const name of ['parts/3-of-8.json', 'report.json', 'reindex.json']) rmSync(join(folder, 'verification', name))
    expect(start(folder, { cache, parts: 8 })).toMatchObject({ status: 0, verified: [3] })
    expect(plain(result(folder, 'report.json'))).toEqual(plain(after))
  })

  test('repairs from the merged report', () => {
    const cache = referenceCache('damaged')
    const corrupt = lewmCacheProcess(['verify', '--json', '--cache', cache])
      .json()
      .findings.flatMap((found: Json) => (found.severity === 'corrupt' ? [found.shard_path] : []))
    const folder = temporaryFolder()
    expect(start(folder, { cache, parts: 8, finish: 'repair' }).status).toBe(0)
    const moved = result(folder, 'repair.json').quarantined.map((shard: Json) => shard.shard_path)
    expect(new Set(moved)).toEqual(new Set(corrupt))
    const { code, json } = lewmCacheProcess(['verify', '--json', '--cache', cache])
    expect(code).toBe(3)
    expect(json().findings.some((found: Json) => found.severity === 'index')).toBe(false)
  })

  test('changes nothing if no action is requested', () => {
    const cache = referenceCache('healthy')
    const index = join(cache, 'embeddings/index.sqlite')
    const before = statSync(index).mtimeMs
    const folder = temporaryFolder()
    expect(start(folder, { cache, parts: 8, finish: 'nothing' }).status).toBe(0)
    expect(result(folder, 'report.json').checked_shards).toBe(92)
    expect(existsSync(join(folder, 'verification/reindex.json'))).toBe(false)
    expect(statSync(index).mtimeMs).toBe(before)
  })

  test('reports missing settings and failed jobs', () => {
    expect(start(temporaryFolder(), {})).toMatchObject({ status: 1, said: expect.stringContaining('which cache?') })
    const none = start(temporaryFolder(), { cache: '/nowhere/at/all', parts: 1 })
    expect(none).toMatchObject({ status: 1, said: expect.stringContaining('lewm-cache: the cache folder /nowhere/at/all does not exist') })
  })
})
