/** Every procedure of the contract, called directly on caches that GenoLeWM wrote and on the sample. None is left out. */
import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { isContractProcedure } from '@orpc/contract'
import { beforeAll, expect, test } from 'vitest'
import { withCacheLock } from '../../src/main/core/cache/cacheLock.ts'
import { type CacheSummary, contract, PAGE_ROWS } from '../../src/shared/contract/index.ts'
import { type ReferenceRow, referenceCache, referenceEmbedding, referenceRows } from '../support/reference.ts'
import { temporaryFolder } from '../support/temporaryFolder.ts'
import { collect, doJob, EVERYTHING, faultOf, jobEvents, openTestService, openWhole, setVariable, summaryWhen } from './testService.ts'

const { client, dataFolder } = openTestService()
const rows = referenceRows('healthy')
const shardPaths = [...new Set(rows.map(row => row.shard_path))]

let root: string
let healthy: CacheSummary
let cacheId: string
let damaged: CacheSummary

beforeAll(async () => {
  root = referenceCache('healthy')
  healthy = await openWhole(client, root)
  cacheId = healthy.cacheId
  const { cacheId: sample } = await client.caches.openSample({ damaged: true })
  damaged = await summaryWhen(client, sample, ({ scan }) => scan.state === 'done')
  await doJob(client, sample, { kind: 'verify' })
})

const tested = new Set<string>()

/** A test of a procedure, by its path in the contract. */
function procedure(path: string, what: string, body: () => Promise<void>): void {
  tested.add(path)
  test(`${path}: ${what}`, body)
}

function pathsOf(router: object, path: readonly string[] = []): string[] {
  return Object.entries(router).flatMap(([name, part]) =>
    isContractProcedure(part) ? [[...path, name].join('.')] : pathsOf(part, [...path, name])
  )
}

test('every procedure of the contract has a test', () => {
  expect([...tested].sort()).toEqual(pathsOf(contract).sort())
})

function first<T>(list: readonly T[]): T {
  const [item] = list
  if (item === undefined) throw new Error('an empty list')
  return item
}

function rowOf(path: string, offset: number): ReferenceRow {
  return first(rows.filter(row => row.shard_path === path && row.row_offset === offset))
}

async function damagedShard(name: string): Promise<string> {
  const { entries } = await client.shards.page({ cacheId: damaged.cacheId, ...EVERYTHING, text: `/chr${name}_`, offset: 0, limit: 1 })
  return first(entries).shardPath
}

procedure('caches.open', 'once for each cache, by any path, and writes nothing to it', async () => {
  const cache = referenceCache('healthy')
  const before = execFileSync('find', [cache, '-printf', '%p %s %T@ %C@\\n'], { encoding: 'utf8' })
  const opened = await openWhole(client, cache)
  expect(opened).toMatchObject({
    root: cache,
    shards: shardPaths.length,
    rows: rows.length,
    writer: null,
    written: false,
    scanFindings: []
  })
  expect(await client.caches.open({ path: join(cache, 'embeddings', '..') })).toMatchObject({ cacheId: opened.cacheId })
  await client.shards.describe({ cacheId: opened.cacheId, shardPath: first(shardPaths) })
  await doJob(client, opened.cacheId, { kind: 'verify' })
  await client.caches.close({ cacheId: opened.cacheId })
  expect(execFileSync('find', [cache, '-printf', '%p %s %T@ %C@\\n'], { encoding: 'utf8' })).toBe(before)
})

procedure('caches.open', 'a folder that is not a cache is refused with a description', async () => {
  expect(await faultOf(client.caches.open({ path: join(root, 'embeddings') }))).toMatchObject({
    code: 'INPUT.GENERIC',
    defined: true,
    details: { nearest_root: root }
  })
  expect(await faultOf(client.caches.open({ path: '  ' }))).toMatchObject({ code: 'INPUT.GENERIC', details: { field: 'path' } })
})

procedure('caches.openSample', 'is built once, in the data folder', async () => {
  expect(damaged).toMatchObject({ root: join(dataFolder, 'sample-damaged'), scan: { state: 'done' } })
  const [one, other] = await Promise.all([client.caches.openSample({ damaged: false }), client.caches.openSample({ damaged: false })])
  expect(other.cacheId).toBe(one.cacheId)
  expect(await summaryWhen(client, one.cacheId, ({ scan }) => scan.state === 'done')).toMatchObject({
    root: join(dataFolder, 'sample'),
    shards: 27,
    rows: 837
  })
  const built = statSync(join(dataFolder, 'sample', 'embeddings')).ctimeMs
  await client.caches.close({ cacheId: one.cacheId })
  expect(await client.caches.openSample({ damaged: false })).toMatchObject({ cacheId: one.cacheId })
  expect(statSync(join(dataFolder, 'sample', 'embeddings')).ctimeMs).toBe(built)
  expect(readdirSync(dataFolder).filter(name => name.includes('.tmp'))).toEqual([])
})

procedure('caches.summary', 'adds up the contents', async () => {
  const files = shardPaths.map(path => statSync(join(root, path)).size)
  expect(await client.caches.summary({ cacheId })).toMatchObject({
    shards: shardPaths.length,
    rows: rows.length,
    bytes: files.reduce((sum, size) => sum + size, 0),
    scan: { state: 'done', done: shardPaths.length, total: shardPaths.length },
    index: { state: 'present', drift: null, reason: null },
    quarantined: 0
  })
  expect(await faultOf(client.caches.summary({ cacheId: 'none' }))).toMatchObject({ code: 'RESOURCE.NOT_FOUND' })
})

procedure('caches.watch', 'reports at once, and again when the folder changes', async () => {
  const cache = referenceCache('healthy')
  const opened = await openWhole(client, cache)
  const from = join(cache, first(shardPaths))
  cpSync(from, join(cache, 'embeddings/HuggingFaceBio__Carbon-500M/12/centered_mean_64/chr9_7.parquet'))
  const more = await summaryWhen(client, opened.cacheId, ({ shards, scan }) => shards === opened.shards + 1 && scan.state === 'done')
  expect(more.rows).toBe(rows.length + rows.filter(row => row.shard_path === first(shardPaths)).length)
  mkdirSync(join(cache, 'embeddings/new/3/global_mean_0'), { recursive: true })
  cpSync(from, join(cache, 'embeddings/new/3/global_mean_0/chr1_0.parquet'))
  await summaryWhen(client, opened.cacheId, ({ shards }) => shards === opened.shards + 2)
  expect((await client.shards.tree({ cacheId: opened.cacheId })).map(node => node.id)).toContain('new/3/global_mean_0/1')
})

procedure('caches.verifications', 'gives the times of verifications, and an interrupted one', async () => {
  const cache = referenceCache('healthy')
  const opened = await openWhole(client, cache)
  const ask = () => client.caches.verifications({ cacheId: opened.cacheId, agesMs: [0, 3_600_000] })
  const all = shardPaths.length
  expect(await ask()).toEqual({ never: all, older: [all, all], interrupted: null })
  await doJob(client, opened.cacheId, { kind: 'verify', shards: shardPaths.slice(0, 2) })
  await expect.poll(ask).toEqual({ never: all - 2, older: [all, all - 2], interrupted: null })
})

procedure('caches.close', 'ends its watches and releases it', async () => {
  const opened = await openWhole(client, referenceCache('unusual'))
  const seen: CacheSummary[] = []
  for await (const summary of await client.caches.watch({ cacheId: opened.cacheId })) {
    if (seen.push(summary) === 1) expect(await client.caches.close({ cacheId: opened.cacheId })).toEqual({})
  }
  expect(seen).toHaveLength(1)
  expect(await faultOf(client.shards.tree({ cacheId: opened.cacheId }))).toMatchObject({ code: 'RESOURCE.NOT_FOUND' })
})

procedure('caches.inspect', 'describes any folder', async () => {
  const file = join(temporaryFolder(), 'notes.txt')
  writeFileSync(file, '')
  expect(await client.caches.inspect({ path: root })).toMatchObject({ path: root, isCache: true })
  expect(await client.caches.inspect({ path: join(root, 'embeddings') })).toMatchObject({ isCache: false, nearestRoot: root })
  expect(await client.caches.inspect({ path: file })).toMatchObject({ isCache: false, found: expect.stringContaining('is a file') })
  expect(await client.caches.inspect({ path: join(root, 'no', 'such') })).toMatchObject({ isCache: false, nearestRoot: root })
  expect(await client.caches.inspect({ path: '' })).toMatchObject({ isCache: false, nearestRoot: null })
})

procedure('caches.recent', 'lists opened caches, but not the sample', async () => {
  const recent = await client.caches.recent()
  expect(recent.find(({ path }) => path === root)).toMatchObject({ pinned: false, exists: true })
  expect(recent.filter(({ path }) => path.startsWith(dataFolder))).toEqual([])
})

procedure('caches.pin', 'pins a cache, and unpins it', async () => {
  const gone = join(temporaryFolder(), 'gone')
  expect(first(await client.caches.pin({ path: gone, pinned: true }))).toMatchObject({ path: gone, pinned: true, exists: false })
  expect((await client.caches.pin({ path: gone, pinned: false })).find(({ path }) => path === gone)).toMatchObject({ pinned: false })
})

procedure('caches.forget', 'removes a cache from the list', async () => {
  const gone = join(temporaryFolder(), 'gone')
  await client.caches.pin({ path: gone, pinned: true })
  expect((await client.caches.forget({ path: gone })).filter(({ path }) => path === gone)).toEqual([])
})

procedure('shards.tree', 'adds up at every level', async () => {
  const tree = await client.shards.tree({ cacheId })
  const encoders = tree.filter(node => node.level === 'encoder')
  expect(encoders.map(node => node.id)).toEqual([...new Set(shardPaths.map(path => path.split('/')[1]))].sort())
  for (const node of tree.filter(({ level }) => level !== 'contig')) {
    const children = tree.filter(({ parent }) => parent === node.id)
    const sum = (of: (child: (typeof tree)[number]) => number | null) => children.reduce((total, child) => total + (of(child) ?? 0), 0)
    expect([sum(child => child.shards), sum(child => child.rows), sum(child => child.bytes)]).toEqual([node.shards, node.rows, node.bytes])
    expect(tree.indexOf(first(children))).toBe(tree.indexOf(node) + 1)
  }
  const contigs = tree.filter(({ parent }) => parent === 'HuggingFaceBio__Carbon-500M/12/centered_mean_64').map(node => node.label)
  expect(contigs).toEqual(['1', '2', 'chr7', 'GL000__1__x', 'HLA-A*01:01', 'MT', 'X'])
})

procedure('shards.page', 'applies scope, filter, sort and range', async () => {
  const all = await client.shards.page({ cacheId, ...EVERYTHING, offset: 0, limit: PAGE_ROWS })
  expect(all).toMatchObject({ total: shardPaths.length, rows: rows.length, bytes: healthy.bytes })
  expect(all.entries.map(entry => entry.shardPath)).toEqual(shardPaths)
  const reversed = await client.shards.page({
    cacheId,
    ...EVERYTHING,
    sort: { by: 'shardPath', descending: true },
    offset: 2,
    limit: 3
  })
  expect(reversed.entries.map(entry => entry.shardPath)).toEqual(shardPaths.toReversed().slice(2, 5))
  const scope = { encoder: 'HuggingFaceBio__Carbon-500M', stateLayer: 12, pool: 'centered_mean_64' }
  const contig = await client.shards.page({ cacheId, ...EVERYTHING, scope, text: 'CHRx_', offset: 0, limit: 10 })
  expect(contig.entries.map(entry => entry.address)).toEqual([0, 1].map(strideBlock => ({ ...scopeAddress, contig: 'X', strideBlock })))
  for (const by of ['rows', 'bytes', 'dimensions', 'modifiedMs'] as const) {
    const values = async (descending: boolean) =>
      (await client.shards.page({ cacheId, ...EVERYTHING, sort: { by, descending }, offset: 0, limit: PAGE_ROWS })).entries.map(
        entry => entry[by]
      )
    const wanted = all.entries.map(entry => entry[by] ?? 0).sort((a, b) => a - b)
    expect(await values(false)).toEqual(wanted)
    expect(await values(true)).toEqual(wanted.reverse())
  }
  const bad = await client.shards.page({ cacheId: damaged.cacheId, ...EVERYTHING, health: ['damaged'], offset: 0, limit: PAGE_ROWS })
  expect(bad.total).toBe((await client.caches.summary({ cacheId: damaged.cacheId })).health.damaged)
  const worst = await client.shards.page({
    cacheId: damaged.cacheId,
    ...EVERYTHING,
    sort: { by: 'health', descending: true },
    offset: 0,
    limit: bad.total
  })
  expect(worst.entries).toEqual(bad.entries)
  expect(await faultOf(client.shards.page({ cacheId, ...EVERYTHING, offset: 0, limit: PAGE_ROWS + 1 }))).toMatchObject({
    code: 'INPUT.GENERIC',
    message: expect.stringContaining('limit')
  })
})

const scopeAddress = { encoder: 'HuggingFaceBio__Carbon-500M', stateLayer: 12, poolType: 'centered_mean', poolRadius: 64 }

procedure('shards.lane', 'has one cell per block, with the worst health of its shards', async () => {
  const scope = { encoder: 'HuggingFaceBio__Carbon-500M' }
  const { contigs, truncated } = await client.shards.lane({ cacheId, scope })
  expect(truncated).toBe(false)
  expect(contigs.map(({ contig }) => contig).slice(0, 3)).toEqual(['1', '2', 'chr7'])
  const blocks = first(contigs).blocks
  expect(blocks.map(({ strideBlock }) => strideBlock)).toEqual([0, 1, 2])
  const ofBlock = shardPaths.filter(path => path.includes('/HuggingFaceBio__Carbon-500M/') && path.endsWith('/chr1_0.parquet'))
  expect(first(blocks)).toEqual({ strideBlock: 0, health: 'unverified', shards: ofBlock.length, shardPath: ofBlock[0] })
  const sample = await client.shards.lane({ cacheId: damaged.cacheId, scope: {} })
  expect(sample.contigs.find(({ contig }) => contig === 'truncated-third')?.blocks).toMatchObject([{ health: 'damaged' }])
})

procedure('shards.address', 'gives the address of a path, or null', async () => {
  const shardPath = 'embeddings/lab__encoder/-1/centered_mean_8/chrMT_3.parquet'
  const address = { encoder: 'lab__encoder', stateLayer: -1, poolType: 'centered_mean', poolRadius: 8, contig: 'MT', strideBlock: 3 }
  expect(await client.shards.address({ cacheId, shardPath })).toEqual(address)
  expect(await client.shards.address({ cacheId, shardPath: 'embeddings/stray.parquet' })).toBeNull()
})

procedure('shards.describe', 'gives the facts of footer and pages', async () => {
  const shardPath = first(shardPaths)
  const mine = rows.filter(row => row.shard_path === shardPath)
  expect(await client.shards.describe({ cacheId, shardPath })).toMatchObject({
    shardPath,
    rows: mine.length,
    dimensions: referenceEmbedding(first(mine)).length,
    bytes: statSync(join(root, shardPath)).size,
    createdBy: expect.stringContaining('parquet'),
    range: { chrom: [first(mine).chrom], minStartBp: BigInt(Math.min(...mine.map(row => row.start_bp))) },
    findings: [],
    verifiedAtMs: null
  })
  const broken = await client.shards.describe({ cacheId: damaged.cacheId, shardPath: await damagedShard('zstd-frame') })
  expect(broken.findings.map(found => found.severity)).toContain('corrupt')
  expect(broken.columns.length).toBeGreaterThan(12)
  expect(broken.verifiedAtMs).not.toBeNull()
  expect(broken.readableEmbeddings).toBe(broken.rows)
  const lost = await client.shards.describe({ cacheId: damaged.cacheId, shardPath: await damagedShard('page-checksum') })
  expect(lost).toMatchObject({ rows: 64, readableEmbeddings: 0, statistics: null })
  const twin = await client.shards.describe({ cacheId: damaged.cacheId, shardPath: await damagedShard('conflict-b') })
  expect(twin.findings.map(found => found.kind)).toContain('conflicting_key')
  for (const path of ['embeddings/none.parquet', '../outside.parquet', 'embeddings/index.sqlite']) {
    expect(await faultOf(client.shards.describe({ cacheId, shardPath: path }))).toMatchObject({ code: 'RESOURCE.NOT_FOUND', defined: true })
  }
})

procedure('shards.rows', 'gives pages of rows as GenoLeWM reads them', async () => {
  const shardPath = first(shardPaths)
  const mine = rows.filter(row => row.shard_path === shardPath)
  const page = await client.shards.rows({ cacheId, shardPath, offset: 1, limit: 4 })
  expect(page.total).toBe(mine.length)
  expect(page.rows).toEqual(
    mine.slice(1, 5).map(row => ({
      shardPath,
      rowOffset: row.row_offset,
      chrom: row.chrom,
      startBp: BigInt(row.start_bp),
      endBp: BigInt(row.end_bp),
      windowHash: row.window_hash,
      encoderHash: row.encoder_hash,
      stateLayer: row.state_layer,
      poolType: row.pool_type,
      poolRadius: row.pool_radius,
      dtype: row.dtype,
      untargeted: row.untargeted,
      createdAt: BigInt(row.created_at),
      schemaVersion: row.schema_version
    }))
  )
  expect(await client.shards.rows({ cacheId, shardPath, offset: mine.length, limit: 10 })).toEqual({ total: mine.length, rows: [] })
  const cut = await damagedShard('truncated-third')
  expect(await faultOf(client.shards.rows({ cacheId: damaged.cacheId, shardPath: cut, offset: 0, limit: 10 }))).toMatchObject({
    code: 'RESOURCE.CACHE_CORRUPT',
    details: { shard_path: cut }
  })
})

procedure('shards.vector', 'is exactly the vector that GenoLeWM reads, in float64', async () => {
  const shardPath = first(shardPaths)
  const row = rowOf(shardPath, 2)
  const vector = await client.shards.vector({ cacheId, shardPath, rowOffset: 2 })
  expect(vector.row).toMatchObject({ rowOffset: 2, windowHash: row.window_hash })
  const values = new Float64Array(await vector.values.arrayBuffer())
  expect(values).toEqual(referenceEmbedding(row))
  expect(vector.norm).toBeCloseTo(Math.hypot(...values), 3)
  expect(vector.statistics).toMatchObject({ values: values.length, min: Math.min(...values), max: Math.max(...values) })
  expect(await faultOf(client.shards.vector({ cacheId, shardPath, rowOffset: 99_999 }))).toMatchObject({ code: 'RESOURCE.NOT_FOUND' })
})

procedure('shards.raw', 'gives the footer of any file', async () => {
  const shardPath = first(shardPaths)
  const facts = await client.shards.raw({ cacheId, shardPath })
  expect(facts.rowCount).toBe(rows.filter(row => row.shard_path === shardPath).length)
  expect(facts.leaves.map(({ topLevel }) => topLevel)).toEqual(
    (await client.shards.describe({ cacheId, shardPath })).columns.map(({ column }) => first(column.split('.')))
  )
  expect(facts.unread).toEqual([])
  const cut = await damagedShard('truncated-third')
  expect(await faultOf(client.shards.raw({ cacheId: damaged.cacheId, shardPath: cut }))).toMatchObject({ code: 'RESOURCE.CACHE_CORRUPT' })
})

procedure('shards.rawRows', 'gives the same rows as the reader of layout 1, as texts', async () => {
  const shardPath = first(shardPaths)
  const { columns, rows: texts, total } = await client.shards.rawRows({ cacheId, shardPath, offset: 1, limit: 4 })
  const mine = rows.filter(row => row.shard_path === shardPath)
  expect(total).toBe(mine.length)
  const shown = texts.map(row => Object.fromEntries(columns.map((name, at) => [name, row[at]])))
  expect(shown).toMatchObject(
    mine.slice(1, 5).map(row => ({
      chrom: row.chrom,
      start_bp: String(row.start_bp),
      window_hash: row.window_hash,
      untargeted: String(row.untargeted),
      created_at: row.created_at
    }))
  )
})

procedure('shards.heatMap', 'computes means, and draws a damaged shard up to its damage', async () => {
  const shardPath = first(shardPaths)
  const mine = rows.filter(row => row.shard_path === shardPath).map(referenceEmbedding)
  const dimensions = first(mine).length
  const whole = await client.shards.heatMap({ cacheId, shardPath, width: 4096, height: 4096 })
  expect(whole).toMatchObject({ width: dimensions, height: mine.length, rows: mine.length, dimensions, damage: null })
  const cells = new Float32Array(await whole.cells.arrayBuffer())
  expect(cells).toEqual(Float32Array.from(mine.flatMap(vector => [...vector])))
  const [low, high] = [Math.min(...cells), Math.max(...cells)]
  expect(low <= whole.low && whole.low < whole.high && whole.high <= high).toBe(true)
  const small = await client.shards.heatMap({ cacheId, shardPath, width: 1, height: 1 })
  const all = mine.flatMap(vector => [...vector])
  const mean = first([...new Float32Array(await small.cells.arrayBuffer())])
  expect(mean).toBeCloseTo(all.reduce((sum, value) => sum + value, 0) / all.length, 5)
  const { findings } = await client.findings({ cacheId: damaged.cacheId })
  const page = first(findings.filter(found => found.column === 'embedding' && found.kind === 'bad_page'))
  const broken = await client.shards.heatMap({ cacheId: damaged.cacheId, shardPath: page.shardPath, width: 50, height: 50 })
  expect(broken.damage).toMatch(/be read: the page of embedding/)
  const unreadable = await client.shards.heatMap({
    cacheId: damaged.cacheId,
    shardPath: await damagedShard('text-file'),
    width: 5,
    height: 5
  })
  expect(unreadable).toMatchObject({ rows: 0, width: 1, height: 1, damage: expect.stringContaining('the shard cannot be read') })
  expect(await faultOf(client.shards.heatMap({ cacheId, shardPath: 'embeddings/no.parquet', width: 1, height: 1 }))).toMatchObject({
    code: 'RESOURCE.NOT_FOUND'
  })
})

procedure('lookup.understand', 'explains a query', async () => {
  const row = first(rows)
  const understand = (query: string) => client.lookup.understand({ cacheId, query })
  expect(await understand(row.window_hash)).toEqual({ kind: 'hash', sentence: 'SHA-256, 1 row', rows: 1 })
  expect(await understand(` ${row.window_hash.slice(0, 20).toUpperCase()} `)).toEqual({
    kind: 'hash',
    sentence: 'SHA-256 prefix, 1 row',
    rows: 1
  })
  expect(await understand('chrMT:1-100')).toMatchObject({
    kind: 'locus',
    sentence: expect.stringMatching(/^chrMT:1–100 → \d+ windows? of \d+ conf/)
  })
  expect(await understand('chr77:5')).toEqual({ kind: 'locus', sentence: 'chr77:5 → no shard of this contig', rows: 0 })
  expect(await understand('ACGTACGTACGTACGTACGT')).toEqual({
    kind: 'dna',
    sentence: 'DNA sequence, 20 bp → no window has this sequence',
    rows: 0
  })
  expect(await understand('carbon-500m/12')).toMatchObject({
    kind: 'path',
    rows: null,
    sentence: expect.stringContaining('shards whose paths hold')
  })
  const path = first(shardPaths)
  for (const text of [path, `./${path}`, join(root, path), `"${join(root, path)}"`, `'${join(root, path)}'`]) {
    expect(await understand(text)).toMatchObject({ kind: 'path', sentence: expect.stringMatching(/^1 shard /) })
    expect(await client.lookup.find({ cacheId, query: text, limit: 2 })).toMatchObject({ kind: 'path', shards: [path] })
  }
  expect(await understand(`${root}-other/${path}`)).toMatchObject({ kind: 'none' })
  expect(await understand('abc')).toMatchObject({ kind: 'none', sentence: expect.stringContaining('3 digits are too few') })
  expect(await understand('  ')).toMatchObject({ kind: 'none', rows: null })
})

procedure('lookup.find', 'leads to rows or to shards', async () => {
  const row = first(rows)
  const same = rows.filter(each => each.window_hash === row.window_hash)
  const byHash = await client.lookup.find({ cacheId, query: row.window_hash.slice(0, 16), limit: 100 })
  expect(byHash).toMatchObject({ kind: 'hash', shards: [], truncated: false })
  expect(byHash.rows.map(found => found.shardPath)).toEqual(same.map(each => each.shard_path))
  const cut = await client.lookup.find({ cacheId, query: row.window_hash, limit: 1 })
  expect([cut.rows.length, cut.truncated]).toEqual([1, same.length > 1])
  const locus = `${row.chrom}:${row.start_bp + 1}-${row.start_bp + 1}`
  const found = await client.lookup.find({ cacheId, query: locus, limit: 500 })
  expect(found.kind).toBe('locus')
  expect(found.rows.map(each => each.windowHash)).toContain(row.window_hash)
  const paths = await client.lookup.find({ cacheId, query: 'CHRMT_0', limit: 2 })
  const named = shardPaths.filter(path => path.includes('chrMT_0'))
  expect(paths).toEqual({ kind: 'path', rows: [], shards: named.slice(0, 2), truncated: named.length > 2 })
  expect(await faultOf(client.lookup.find({ cacheId, query: 'nothing at all', limit: 5 }))).toMatchObject({ code: 'INPUT.GENERIC' })
})

procedure('findings', 'are those of the last verification, of the last comparison and of the index', async () => {
  expect(await client.findings({ cacheId })).toEqual({ findings: [], firstLook: [], total: 0 })
  const all = await client.findings({ cacheId: damaged.cacheId })
  expect(all.total).toBe(all.findings.length)
  expect(new Set(all.findings.map(found => found.severity))).toEqual(new Set(['corrupt', 'unsupported', 'suspect', 'index']))
  const scoped = await client.findings({ cacheId: damaged.cacheId, scope: { contig: 'conflict-a' } })
  expect(scoped.findings.length).toBeGreaterThan(0)
  expect(scoped.findings.every(found => found.shardPath.includes('/chrconflict-a_'))).toBe(true)
})

procedure('findings', 'gives findings of the initial scan, until a verification replaces them', async () => {
  const root = temporaryFolder()
  cpSync(damaged.root, root, { recursive: true })
  const { client: own, service, dataFolder: data } = openTestService()
  const { cacheId: id, suspected } = await openWhole(own, root)
  const before = await own.findings({ cacheId: id })
  const looked = (found: typeof before): string[] => [...new Set(found.firstLook.map(({ shardPath }) => shardPath))]
  expect(before.findings).toEqual([])
  expect(before.total).toBe(before.firstLook.length)
  expect(looked(before)).toEqual(expect.arrayContaining([await damagedShard('truncated-third'), await damagedShard('empty-file')]))
  expect(suspected).toBe(looked(before).length)
  const scoped = await own.findings({ cacheId: id, scope: { contig: 'empty-file' } })
  expect(looked(scoped)).toEqual([await damagedShard('empty-file')])

  const shardPath = await damagedShard('page-checksum')
  const { findings } = await own.shards.describe({ cacheId: id, shardPath })
  expect(findings.length).toBeGreaterThan(0)
  expect((await own.findings({ cacheId: id })).firstLook.filter(found => found.shardPath === shardPath)).toEqual(findings)
  await summaryWhen(own, id, summary => summary.suspected === suspected + 1)

  await service.close()
  const again = openTestService(data).client
  await openWhole(again, root)
  expect((await again.findings({ cacheId: id })).firstLook).toEqual(before.firstLook)
  await doJob(again, id, { kind: 'verify' })
  expect((await again.findings({ cacheId: id })).firstLook).toEqual([])
  expect((await again.caches.summary({ cacheId: id })).suspected).toBe(0)
})

procedure('jobs.start', 'verifies, and its findings are known at the end', async () => {
  const verified = await openWhole(client, referenceCache('healthy'))
  const { report } = await doJob(client, verified.cacheId, { kind: 'verify' })
  expect(report).toMatchObject({ checkedShards: shardPaths.length, checkedRows: rows.length, byKind: { non_finite: 1 } })
  const after = await client.caches.summary({ cacheId: verified.cacheId })
  expect(after).toMatchObject({ health: { verified: shardPaths.length - 1, suspect: 1 }, index: { drift: 0 }, written: false })
  expect(after.lastVerifiedMs).not.toBeNull()
  expect(after.version).toBeGreaterThan(verified.version)
  expect(
    await faultOf(client.jobs.start({ cacheId: verified.cacheId, request: { kind: 'verify', scope: { contig: '99' } } }))
  ).toMatchObject({
    code: 'RESOURCE.NOT_FOUND'
  })
})

procedure('jobs.list', 'has the latest first', async () => {
  const { cacheId } = await openWhole(client, referenceCache('healthy'))
  const info = await client.jobs.start({ cacheId, request: { kind: 'verify', scope: { contig: 'MT' } } })
  const shards = shardPaths.filter(path => path.includes('/chrMT_')).length
  expect(first(await client.jobs.list())).toMatchObject({
    jobId: info.jobId,
    kind: 'verify',
    title: `Verify ${shards} shards`,
    outcome: null
  })
  await collect(await client.jobs.attach({ jobId: info.jobId }))
  expect(first(await client.jobs.list())).toMatchObject({ outcome: 'done', progress: { done: shards, total: shards } })
})

procedure('jobs.watch', 'reports the jobs of one cache at once, and again until they have ended', async () => {
  const { cacheId } = await openWhole(client, referenceCache('healthy'))
  const { jobId } = await client.jobs.start({ cacheId, request: { kind: 'verify', scope: { contig: 'MT' } } })
  const outcomes: (string | null)[] = []
  for await (const jobs of await client.jobs.watch({ cacheId })) {
    expect(jobs.every(job => job.cacheId === cacheId)).toBe(true)
    outcomes.push(first(jobs).jobId === jobId ? first(jobs).outcome : 'another job')
    if (first(jobs).endedMs !== null) break
  }
  expect(outcomes[0]).toBeNull()
  expect(outcomes.at(-1)).toBe('done')
})

procedure('jobs.attach', 'gives findings, progress and the end, also to late subscribers', async () => {
  const events = await jobEvents(client, damaged.cacheId, { kind: 'plan' })
  const reported = events.flatMap(event => (event.type === 'findings' ? event.findings : []))
  expect(reported.length).toBe((await client.findings({ cacheId: damaged.cacheId })).total)
  expect(events.filter(event => event.type === 'progress').length).toBeGreaterThan(0)
  const late = await collect(await client.jobs.attach({ jobId: first(await client.jobs.list()).jobId }))
  expect(late.map(event => event.type)).toEqual(['findings', 'progress', 'end'])
  expect(late[0]).toEqual({ type: 'findings', findings: reported })
  expect(late.at(-1)).toEqual(events.at(-1))
  expect(await faultOf(client.jobs.attach({ jobId: 'none' }))).toMatchObject({ code: 'RESOURCE.NOT_FOUND' })
})

procedure('jobs.cancel', 'ends a job, which is an outcome', async () => {
  const { cacheId } = await openWhole(client, referenceCache('healthy'))
  const { jobId } = await client.jobs.start({ cacheId, request: { kind: 'verify' } })
  await client.jobs.cancel({ jobId })
  expect((await collect(await client.jobs.attach({ jobId }))).at(-1)).toEqual({ type: 'end', end: { outcome: 'cancelled' } })
  expect(await client.jobs.cancel({ jobId })).toMatchObject({ outcome: 'cancelled' })
})

procedure('jobs.outcome', 'is null until there is one', async () => {
  const [shardPath, own] = [first(shardPaths), referenceCache('healthy')]
  const { cacheId } = await openWhole(client, own)
  // The job waits for the lock, which this process holds.
  const { jobId, ended } = await withCacheLock(own, 'reindex', 1000, async () => {
    const { jobId } = await client.jobs.start({ cacheId, request: { kind: 'quarantine', shards: [shardPath], reason: 'by hand' } })
    const ended = collect(await client.jobs.attach({ jobId }))
    expect(await client.jobs.outcome({ jobId })).toBeNull()
    return { jobId, ended }
  })
  await ended
  expect(await client.jobs.outcome({ jobId })).toMatchObject({
    outcome: 'done',
    report: { kind: 'quarantine', report: { moved: [{ shardPath }], notMoved: [] } }
  })
  expect(await faultOf(client.jobs.outcome({ jobId: 'none' }))).toMatchObject({ code: 'RESOURCE.NOT_FOUND' })
})

procedure('lost', 'is a file of missing keys', async () => {
  const cache = referenceCache('healthy')
  const shardPath = first(shardPaths)
  rmSync(join(cache, shardPath))
  const { cacheId: id } = await openWhole(client, cache)
  const { file, ...report } = await client.lost({ cacheId: id, format: 'ndjson' })
  const mine = rows.filter(row => row.shard_path === shardPath)
  expect(report).toEqual({ shards: 1, listed: mine.length, unlisted: 0, unlistedShards: 0, uncountedShards: 0 })
  const lines = (await file.text()).trimEnd().split('\n')
  expect(lines.map(line => JSON.parse(line).window_hash)).toEqual(mine.map(row => row.window_hash))
})

procedure('quarantine', 'lists quarantined files with reasons', async () => {
  const cache = referenceCache('damaged')
  const opened = await openWhole(client, cache)
  const there = await client.quarantine({ cacheId: opened.cacheId })
  expect(there).toMatchObject([{ shardPath: 'embeddings/local-kmer/5/centered_mean_8/chrempty-file_0.parquet', reasons: [], at: null }])
  const shardPath = 'embeddings/local-kmer/5/centered_mean_8/chr1_0.parquet'
  await doJob(client, opened.cacheId, { kind: 'quarantine', shards: [shardPath], reason: 'by hand' })
  const entries = await client.quarantine({ cacheId: opened.cacheId })
  expect(entries.find(entry => entry.shardPath === shardPath)).toMatchObject({ reasons: ['by hand'], at: expect.any(BigInt) })
  expect(await client.caches.summary({ cacheId: opened.cacheId })).toMatchObject({
    quarantined: 2,
    shards: opened.shards - 1,
    written: true
  })
})

procedure('program.info', 'reports running services, and the default cache if there is one', async () => {
  const info = await client.program.info()
  expect(info).toMatchObject({ node: process.versions.node, pid: process.pid, platform: process.platform, dataFolder, defaultCache: null })
  expect(info.version).toMatch(/^\d+\.\d+\.\d+/)
  expect(info.residentBytes).toBeGreaterThan(1e6)
  setVariable('GENO_LEWM_CACHE', root)
  expect(await client.program.info()).toMatchObject({ defaultCache: root })
})

procedure('program.log', 'has the last lines, including a bug with its stack', async () => {
  const lines = await client.program.log({ lines: 2 })
  expect(lines).toHaveLength(2)
  expect((await client.program.log({ lines: PAGE_ROWS })).map(line => JSON.parse(line).msg)).toContain('the service is up')
})

procedure('program.settings', 'are those that were saved', async () => {
  const { client } = openTestService()
  expect(await client.program.settings()).toEqual({})
  await client.program.saveSettings({ panes: [20, 60, 20], last: { scope: { encoder: 'e' } } })
  expect(await client.program.settings()).toEqual({ panes: [20, 60, 20], last: { scope: { encoder: 'e' } } })
})

procedure('program.saveSettings', 'survive the service, and an invalid file counts as empty', async () => {
  const { client, dataFolder } = openTestService()
  expect(await client.program.saveSettings({ theme: 'dark' })).toEqual({})
  const { client: next } = openTestService(dataFolder)
  expect(await next.program.settings()).toEqual({ theme: 'dark' })
  writeFileSync(join(dataFolder, 'settings.json'), '[1, 2')
  expect(await next.program.settings()).toEqual({})
})
