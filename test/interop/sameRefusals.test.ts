/** Both programs refuse the same invalid calls with the same code. The few calls with stricter rules here are in a separate list. */
import { rmSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { CacheError, readEmbedding, type WindowRecord, writeShard } from '../../src/main/core/index.ts'
import { describeWith } from '../support/capabilities.ts'
import { temporaryFolder } from '../support/temporaryFolder.ts'
import { PeerError, peerKey, peerRecord, startPeer } from './peer.ts'
import { digest, windowRecord, windowRecords } from './rows.ts'

const INPUT = 'INPUT.GENERIC'
const CORRUPT = 'RESOURCE.CACHE_CORRUPT'

/** Fields of a record by the names in this program. Python's names are derived from them. */
type Changes = Readonly<Record<string, unknown>>
type Call = { readonly contig?: string; readonly encoderId?: string; readonly strideBlock?: number; readonly rows: readonly Changes[] }

const PYTHON_NAMES: Readonly<Record<string, string>> = {
  chrom: 'chrom',
  startBp: 'start_bp',
  endBp: 'end_bp',
  windowHash: 'window_hash',
  encoderHash: 'encoder_hash',
  stateLayer: 'state_layer',
  poolType: 'pool_type',
  poolRadius: 'pool_radius',
  dtype: 'dtype',
  embedding: 'embedding',
  schemaVersion: 'schema_version',
  createdAt: 'created_at'
}

const spelled = (value: unknown): unknown =>
  value instanceof Uint8Array ? Buffer.from(value).toString('hex') : typeof value === 'bigint' ? String(value) : value

const own = (changes: Changes, n: number): WindowRecord => Object.assign({ ...windowRecord('1', n) }, changes)
const theirs = (changes: Changes, n: number): Changes => ({
  ...peerRecord(windowRecord('1', n)),
  ...Object.fromEntries(Object.entries(changes).map(([name, value]) => [PYTHON_NAMES[name] ?? name, spelled(value)]))
})

async function refusal(work: () => Promise<unknown>): Promise<string | null> {
  try {
    await work()
    return 'accepted'
  } catch (error) {
    if (error instanceof PeerError || error instanceof CacheError) return error.code
    throw error
  }
}

describeWith('python', 'refusals', python => {
  const peer = startPeer(python)

  const weWrite = (cache: string, { encoderId = 'e', contig = '1', strideBlock = 0, rows }: Call) =>
    refusal(() => writeShard(cache, { encoderId, contig, strideBlock, records: rows.map(own) }))
  const theyWrite = (cache: string, { encoderId = 'e', contig = '1', strideBlock = 0, rows }: Call) =>
    refusal(() =>
      peer.ask(z.string(), 'write_shard', {
        cache_dir: cache,
        encoder_id: encoderId,
        contig,
        stride_block: strideBlock,
        records: rows.map(theirs)
      })
    )

  const badRows: readonly [string, Changes][] = [
    ['a window hash of 31 bytes', { windowHash: digest('w').slice(1) }],
    ['a window hash of 33 bytes', { windowHash: new Uint8Array(33) }],
    ['no window hash', { windowHash: new Uint8Array(0) }],
    ['an encoder hash of 31 bytes', { encoderHash: digest('w').slice(1) }],
    ['an unknown pool', { poolType: 'max_pool' }],
    ['a pool in capitals', { poolType: 'GLOBAL_MEAN' }],
    ['no pool', { poolType: '' }],
    ['a radius below zero', { poolRadius: -1 }],
    ['a radius with a fraction', { poolRadius: 0.5 }],
    ['a radius as text', { poolRadius: '8' }],
    ['a radius of true', { poolRadius: true }],
    ['a layer with a fraction', { stateLayer: 0.5 }],
    ['a layer of false', { stateLayer: false }],
    ['a layer as text', { stateLayer: '5' }],
    ['an unknown dtype', { dtype: 'int4' }],
    ['no dtype', { dtype: '' }],
    ['an empty embedding', { embedding: [] }],
    ['an embedding with a null', { embedding: [1, null] }],
    ['an embedding with text', { embedding: ['1'] }],
    ['a window that ends before it starts', { startBp: 100n, endBp: 99n }],
    ['an empty window', { startBp: 100n, endBp: 100n }],
    ['no chrom', { chrom: '' }],
    ['a newer schema version', { schemaVersion: '2.0.0' }],
    ['no schema version', { schemaVersion: '' }]
  ]

  const badCalls: readonly [string, Call, string][] = [
    ...badRows.map(([name, changes]): [string, Call, string] => [name, { rows: [changes] }, INPUT]),
    ['no records', { rows: [] }, INPUT],
    ['a contig that differs from that of the rows', { contig: '2', rows: [{}] }, INPUT],
    ['one row of another contig', { rows: [{}, { chrom: '2' }] }, INPUT],
    ['chr1 for 1', { contig: 'chr1', rows: [{}] }, INPUT],
    ['rows of two layers', { rows: [{}, { stateLayer: 6 }] }, INPUT],
    ['rows of two pools', { rows: [{}, { poolType: 'global_mean' }] }, INPUT],
    ['rows of two radii', { rows: [{}, { poolRadius: 9 }] }, INPUT],
    ['no encoder', { encoderId: '', rows: [{}] }, INPUT],
    ['a block below zero', { strideBlock: -1, rows: [{}] }, INPUT],
    ['a block with a fraction', { strideBlock: 0.5, rows: [{}] }, INPUT],
    ['the same key twice', { rows: [{}, { windowHash: windowRecord('1', 0).windowHash }] }, CORRUPT],
    ['the same key twice, with other values', { rows: [{}, { windowHash: windowRecord('1', 0).windowHash, embedding: [9] }] }, CORRUPT]
  ]

  test.each(badCalls)('write: %s', async (_, call, code) => {
    expect(await weWrite(temporaryFolder(), call)).toBe(code)
    expect(await theyWrite(temporaryFolder(), call)).toBe(code)
  })

  const lateCalls: readonly [string, Call][] = [
    ['a key that another shard has', { strideBlock: 1, rows: [{}] }],
    ['one such key among new keys', { strideBlock: 1, rows: [{ windowHash: digest('new') }, {}] }],
    ['a key that another encoder has', { encoderId: 'other', rows: [{}] }],
    ['a new row for an existing shard', { rows: [{ windowHash: digest('new') }] }],
    ['all its rows and a new one', { rows: [{}, {}, {}, {}] }],
    ['a row with other values', { rows: [{ embedding: [0, 0.5, -0.25, 0.5] }] }],
    ['a row with fewer values', { rows: [{ embedding: [0, 0.5, -0.25] }] }],
    ['a row with more values', { rows: [{ embedding: [0, 0.5, -0.25, 1 / 1024, 1] }] }],
    ['the same window in another dtype', { rows: [{ dtype: 'fp32' }] }]
  ]

  test.each(lateCalls.flatMap(late => (['lewm-cache', 'GenoLeWM'] as const).map(first => ({ name: late[0], call: late[1], first }))))(
    'write, after $first wrote three rows: $name',
    async ({ call, first }) => {
      const cache = temporaryFolder()
      const rows = [{}, {}, {}]
      expect(await (first === 'lewm-cache' ? weWrite : theyWrite)(cache, { rows })).toBe('accepted')
      expect(await weWrite(cache, call)).toBe(CORRUPT)
      expect(await theyWrite(cache, call)).toBe(CORRUPT)
      expect(await weWrite(cache, { rows })).toBe('accepted')
      expect(await theyWrite(cache, { rows })).toBe('accepted')
    }
  )

  const badKeys = badRows.filter(([, changes]) =>
    Object.keys(peerKey(windowRecord('1', 0))).includes(PYTHON_NAMES[Object.keys(changes)[0] ?? ''] ?? '')
  )

  test.each(badKeys)('read: %s', async (_, changes) => {
    const cache = temporaryFolder()
    await writeShard(cache, { encoderId: 'e', contig: '1', strideBlock: 0, records: windowRecords('1', 3) })
    expect(await refusal(() => readEmbedding(cache, own(changes, 0)))).toBe(INPUT)
    expect(await refusal(() => peer.ask(z.unknown(), 'read_embeddings', { cache_dir: cache, keys: [theirs(changes, 0)] }))).toBe(INPUT)
  })

  const SHARD = 'embeddings/e/5/centered_mean_8/chr1_0.parquet'
  const sql = (statement: string) => (cache: string) => peer.ask(z.null(), 'run_sql', { cache_dir: cache, sql: statement })

  test.each<[string, (cache: string) => unknown]>([
    ['a row offset beyond the shard', sql('UPDATE window_index SET row_offset = 3')],
    ['a row offset below zero', sql('UPDATE window_index SET row_offset = -1')],
    ['the row of another key', sql('UPDATE window_index SET row_offset = 2 - row_offset + (row_offset = 1)')],
    ['a shard that does not exist', sql("UPDATE window_index SET shard_path = 'embeddings/e/5/centered_mean_8/chr1_9.parquet'")],
    ['a shard that was deleted', cache => rmSync(join(cache, SHARD))],
    ['a truncated shard', cache => truncateSync(join(cache, SHARD), 500)],
    ['an empty shard', cache => truncateSync(join(cache, SHARD))],
    ['a shard that is a text file', cache => writeFileSync(join(cache, SHARD), 'text')]
  ])('read, if the index names %s', async (_, damage) => {
    const cache = temporaryFolder()
    const records = windowRecords('1', 3)
    await writeShard(cache, { encoderId: 'e', contig: '1', strideBlock: 0, records })
    await damage(cache)
    for (const record of records) {
      expect(await refusal(() => peer.ask(z.unknown(), 'read_embeddings', { cache_dir: cache, keys: [peerKey(record)] }))).toBe(CORRUPT)
      expect(await refusal(() => readEmbedding(cache, record))).toBe(CORRUPT)
    }
  })

  test('a miss is not a refusal: another key, no index, no cache', async () => {
    const cache = temporaryFolder()
    const record = windowRecord('1', 0)
    const misses = async (): Promise<void> => {
      expect(await readEmbedding(cache, record)).toBeNull()
      expect(await peer.ask(z.array(z.null()), 'read_embeddings', { cache_dir: cache, keys: [peerKey(record)] })).toEqual([null])
    }
    await misses()
    await writeShard(cache, { encoderId: 'e', contig: '1', strideBlock: 0, records: [windowRecord('1', 1)] })
    await misses()
    rmSync(join(cache, 'embeddings/index.sqlite'))
    await misses()
    expect(await readEmbedding(join(cache, 'nothing'), record)).toBeNull()
  })

  test('an empty index file, such as a new one, is a miss as well', async () => {
    const cache = temporaryFolder()
    const record = windowRecord('1', 0)
    await writeShard(cache, { encoderId: 'e', contig: '1', strideBlock: 0, records: [record] })
    truncateSync(join(cache, 'embeddings/index.sqlite'))
    expect(await readEmbedding(cache, record)).toBeNull()
    expect(await peer.ask(z.array(z.null()), 'read_embeddings', { cache_dir: cache, keys: [peerKey(record)] })).toEqual([null])
  })

  // GenoLeWM accepts the first three and writes rows that cannot be found again. In the other cases it fails with an error of its
  // libraries.
  test.each<[string, Call, string | null]>([
    ['an encoder that is the folder itself', { encoderId: '.', rows: [{}] }, 'accepted'],
    ['an encoder that is the parent folder', { encoderId: '..', rows: [{}] }, 'accepted'],
    ['an encoder inside the quarantine', { encoderId: '.quarantine', rows: [{}] }, 'accepted'],
    ['an encoder with a zero byte', { encoderId: 'a\0b', rows: [{}] }, null],
    ['an encoder that is too long for a file name', { encoderId: 'x'.repeat(256), rows: [{}] }, null],
    ['a layer above int8', { rows: [{ stateLayer: 128 }] }, null],
    ['a layer below int8', { rows: [{ stateLayer: -129 }] }, null],
    ['a radius above int32', { rows: [{ poolRadius: 2 ** 31 }] }, null],
    ['a start above int64', { rows: [{ startBp: 2n ** 63n, endBp: 2n ** 63n + 1n }] }, null],
    ['a time above int64', { rows: [{ createdAt: 2n ** 63n }] }, null]
  ])('stricter here: %s', async (_, call, theirCode) => {
    expect(await weWrite(temporaryFolder(), call)).toBe(INPUT)
    expect(await theyWrite(join(temporaryFolder(), 'a/cache'), call)).toBe(theirCode)
  })
})
