/** `verify --second-reader`: its output as text and as JSON, also for partitions. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { writeShard } from '../../../src/main/core/index.ts'
import { recordOf } from '../../core/cacheFiles.ts'
import { ambiguousShard, endlessRunShard, HANDMADE_PATH } from '../../core/handmadeShard.ts'
import { referenceCache } from '../../support/reference.ts'
import { temporaryFolder } from '../../support/temporaryFolder.ts'
import { inOrder, inShell, lewmCache } from '../lewmCache.ts'

test('a cache whose values are equal for both readers', async () => {
  const cache = referenceCache('healthy')
  const { code, stdout, stderr } = await lewmCache(['verify', '--second-reader', '--cache', cache])
  expect({ code, stderr }).toEqual({ code: 3, stderr: '' })
  expect(stdout).toContain('second reader (hyparquet): 92 shards compared, no differences\n')
  const plain = await lewmCache(['verify', '--cache', cache, '--json'])
  const asked = await lewmCache(['verify', '--second-reader', '--cache', cache, '--json'])
  const { second_reader: secondReader, seconds: _, ...rest } = asked.json()
  expect(secondReader).toEqual({ compared: 92, disagreeing: 0, not_read: [] })
  const { seconds: __, ...expected } = plain.json()
  expect(rest).toEqual(expected)
})

test('a shard that hyparquet cannot read is listed with the reason, and stays healthy', async () => {
  const cache = temporaryFolder()
  mkdirSync(dirname(join(cache, HANDMADE_PATH)), { recursive: true })
  writeFileSync(join(cache, HANDMADE_PATH), endlessRunShard())
  const args = ['verify', '--second-reader', '--cache', cache, '--workers', '1']
  const { code, stdout } = await lewmCache(args)
  expect(code).toBe(3)
  expect(stdout).toContain('second reader (hyparquet): 0 shards compared; 1 shard not compared\n')
  expect(stdout).toContain('  not compared: a page of start_bp claims a run of 1,073,741,823 values')
  expect(stdout).toContain(`\n    ${HANDMADE_PATH}\n`)
  const { findings, second_reader: secondReader } = (await lewmCache([...args, '--json'])).json()
  expect(findings.map(({ kind }: { kind: string }) => kind)).not.toContain('readers_disagree')
  expect(secondReader).toMatchObject({ compared: 0, disagreeing: 0, not_read: [{ shard_path: HANDMADE_PATH }] })
})

test('a shard that both readers decode differently is suspect', async () => {
  const cache = temporaryFolder()
  mkdirSync(dirname(join(cache, HANDMADE_PATH)), { recursive: true })
  writeFileSync(join(cache, HANDMADE_PATH), ambiguousShard())
  const { code, json } = await lewmCache(['verify', '--second-reader', '--cache', cache, '--json'])
  expect(code).toBe(3)
  expect(json().findings).toContainEqual(
    expect.objectContaining({
      kind: 'readers_disagree',
      severity: 'suspect',
      shard_path: HANDMADE_PATH,
      row: null,
      column: 'start_bp',
      details: { value: '8 rows', other_value: '20 rows', rows: 1 }
    })
  )
  expect(json().second_reader).toEqual({ compared: 1, disagreeing: 1, not_read: [] })
  expect((await lewmCache(['verify', '--second-reader', '--cache', cache])).stdout).toContain('1 shard compared, values differ in 1 shard')
})

test('a difference in a part is a difference of the whole', async () => {
  const cache = temporaryFolder()
  mkdirSync(dirname(join(cache, HANDMADE_PATH)), { recursive: true })
  writeFileSync(join(cache, HANDMADE_PATH), ambiguousShard())
  const files = await inOrder([1, 2], async part => {
    const file = join(temporaryFolder(), `${part}.json`)
    writeFileSync(file, (await lewmCache(['verify', '--second-reader', '--partition', `${part}/2`, '--cache', cache, '--json'])).stdout)
    return file
  })
  const { findings, second_reader: secondReader } = (await lewmCache(['merge', '--json', ...files])).json()
  expect(findings.filter(({ kind }: { kind: string }) => kind === 'readers_disagree')).toHaveLength(1)
  expect(secondReader).toEqual({ compared: 1, disagreeing: 1, not_read: [] })
})

test('the parts of a cache add up', async () => {
  const cache = referenceCache('unusual')
  const folder = temporaryFolder()
  const files = await inOrder([1, 2, 3], async part => {
    const { stdout } = await lewmCache(['verify', '--second-reader', '--partition', `${part}/3`, '--cache', cache, '--json'])
    const file = join(folder, `${part}.json`)
    writeFileSync(file, stdout)
    return file
  })
  const merged = (await lewmCache(['merge', '--json', ...files])).json()
  const whole = (await lewmCache(['verify', '--second-reader', '--cache', cache, '--json'])).json()
  expect(merged.second_reader).toEqual(whole.second_reader)
  expect(merged.second_reader.compared).toBeGreaterThan(20)
})

test('it reads values, so it cannot be combined with --quick', async () => {
  const { code, stderr } = await lewmCache(['verify', '--second-reader', '--quick', '--cache', referenceCache('healthy')])
  expect(code).toBe(2)
  expect(stderr).toContain("option '--quick' cannot be used with option '--second-reader'")
})

test('without memory for its thread, nothing is compared, and all else is verified', () => {
  const cache = referenceCache('healthy')
  const { code, stdout } = inShell(`ulimit -v 3000000; $LEWM verify --second-reader --cache '${cache}'`)
  expect(code).toBe(3)
  expect(stdout).toContain('91 healthy, 0 damaged, 1 suspect')
  expect(stdout).toContain('second reader (hyparquet): 0 shards compared; 92 shards not compared\n')
  expect(stdout).toContain('  not compared: a thread could not be started: the limits of this process leave no room for it\n')
})

test('a shard that should have been compared but was not gives exit code 3, even without findings', async () => {
  const cache = temporaryFolder()
  await writeShard(cache, { encoderId: 'e', contig: '1', strideBlock: 0, records: [recordOf(0), recordOf(1)] })
  expect((await lewmCache(['reindex', '--cache', cache])).code).toBe(0)
  const sound = await lewmCache(['verify', '--second-reader', '--cache', cache])
  expect(sound.stdout).toContain('1 shard compared, no differences')
  expect(sound.code).toBe(0)
  const { code, stdout } = inShell(`ulimit -v 3000000; $LEWM verify --second-reader --cache '${cache}' --json`)
  expect(JSON.parse(stdout)).toMatchObject({
    findings: [],
    healthy_shards: 1,
    second_reader: { compared: 0, not_read: [expect.anything()] }
  })
  expect(code).toBe(3)
})
