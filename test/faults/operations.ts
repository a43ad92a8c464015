/** A small cache that needs repair, the operations that change it, and the conditions that must always hold. */
import { cpSync, readdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { expect } from 'vitest'
import { archiveFiles, readArchive } from '../../src/main/core/evidence/kept/entryArchive.ts'
import {
  openIndex,
  quarantineShards,
  reindexCache,
  repairCache,
  restoreShards,
  verifyCache,
  type WindowRecord,
  writeShard
} from '../../src/main/core/index.ts'
import { NotFoundError } from '../../src/shared/model/errors.ts'
import { BLOCK, filesBelow, recordOf } from '../core/cacheFiles.ts'
import type { Account } from '../support/accounts.ts'
import { temporaryFolder } from '../support/temporaryFolder.ts'
import { plain, type Scene } from './injected.ts'

const ROWS = 6
/** The block that `write` writes. */
export const NEW_BLOCK = 9
export const shardPath = (block: number): string => `embeddings/lab__encoder/5/centered_mean_8/chr1_${block}.parquet`
export const recordsOf = (block: number): WindowRecord[] => Array.from({ length: ROWS }, (_, i) => recordOf(block * ROWS + i))

/** Three shards and an index. One shard was truncated since, and a fourth is in quarantine. */
export async function makeStart(): Promise<string> {
  const root = join(temporaryFolder(), 'start')
  for (const block of [0, 1, 2, 4]) await writeShard(root, { ...BLOCK, strideBlock: block, records: recordsOf(block) })
  await quarantineShards(root, [shardPath(4)], 'kept aside for the test')
  truncateSync(join(root, shardPath(2)), 900)
  return root
}

/** A separate home with a copy of the cache. */
export function copyOf(start: string): { readonly home: string; readonly root: string } {
  const home = temporaryFolder()
  const root = join(home, 'cache')
  cpSync(start, root, { recursive: true })
  return { home, root }
}

/** Operations that may be running during a power failure. */
export const OPERATIONS = ['write', 'reindex', 'repair', 'quarantine', 'restore'] as const
export type Operation = (typeof OPERATIONS)[number]

/** The command for it. `write` writes these records. */
export function commandFor(
  operation: Operation,
  { home, root }: { readonly home: string; readonly root: string },
  records: readonly WindowRecord[] = recordsOf(NEW_BLOCK)
): string[] {
  const cache = ['--cache', root, '--json', '--quiet']
  if (operation === 'write') {
    const file = join(home, 'records.ndjson')
    writeFileSync(file, records.map(toLine).join('\n'))
    return ['write', '--encoder-id', BLOCK.encoderId, '--contig', BLOCK.contig, '--stride-block', String(NEW_BLOCK), file, ...cache]
  }
  if (operation === 'quarantine') return ['quarantine', shardPath(1), '--reason', 'by hand', ...cache]
  if (operation === 'restore') return ['restore', '--all', ...cache]
  return [operation, ...cache]
}

/** A copy of the cache, and the command to run on it. */
export function sceneOf(start: string, operation: Operation, account?: Account): Scene {
  const place = copyOf(start)
  return { ...place, account, args: commandFor(operation, place) }
}

/** A copy of a scene in its final state, including the data folder, and the command again. */
export function sceneFrom(left: Scene, operation: Operation): Scene {
  const home = temporaryFolder()
  cpSync(left.home, home, { recursive: true })
  const place = { home, root: join(home, 'cache'), account: left.account }
  return { ...place, args: commandFor(operation, place) }
}

function toLine(record: WindowRecord): string {
  return JSON.stringify({
    chrom: record.chrom,
    start_bp: Number(record.startBp),
    end_bp: Number(record.endBp),
    window_hash: Buffer.from(record.windowHash).toString('hex'),
    encoder_hash: Buffer.from(record.encoderHash).toString('hex'),
    state_layer: record.stateLayer,
    pool_type: record.poolType,
    pool_radius: record.poolRadius,
    dtype: record.dtype,
    embedding: [...record.embedding],
    untargeted: record.untargeted,
    created_at: String(record.createdAt)
  })
}

/**
 * The location of every shard and the contents of the index, without parts that differ between runs (the times in reason files and names).
 */
export type State = {
  readonly shards: readonly string[]
  readonly entries: readonly string[]
  /** Archived index entries, each once. */
  readonly kept: readonly string[]
  readonly others: readonly string[]
}

export function stateOf(root: string): State {
  const files = Object.entries(filesBelow(root)).filter(([path]) => basename(path) !== 'index.sqlite')
  const index = openIndex(root, 'read')
  const entries = [...(index?.shardPaths() ?? [])].flatMap(([path]) =>
    (index?.entriesOf(path) ?? []).map(entry => `${entry.windowHash} ${path} ${entry.rowOffset}`)
  )
  index?.close()
  const isShard = (path: string): boolean => /\.parquet(\.\d+\.bad)?$/.test(path)
  const archive = new Set(archiveFiles(root))
  const archived = [...readArchive(root, ({ message }) => expect(message).toBe(''))]
  return {
    shards: files.filter(([path]) => isShard(path)).map(([path, digest]) => `${path.replace(/\.\d+\.bad$/, '.bad')} ${digest}`),
    entries: entries.sort(),
    kept: [...new Set(archived.map(({ windowHash, shardPath, rowOffset }) => `${windowHash} ${shardPath} ${rowOffset}`))].sort(),
    others: files.filter(([path, digest]) => !isShard(path) && !archive.has(path) && digest !== 'folder').map(([path]) => path)
  }
}

const digestsOf = (shards: readonly string[]): string[] => shards.map(line => line.split(' ').at(-1) ?? '').sort()

/**
 * The conditions right after a crash or a refusal, before any recovery: every shard is complete and in one place. The index, after a
 * rollback by SQLite if necessary, points to nothing absent, except for what it pointed to before.
 */
export async function expectNothingLost(root: string, before: State, after: State): Promise<void> {
  const look = `${root} to be checked`
  cpSync(root, look, { recursive: true })
  try {
    const { shards, entries } = stateOf(look)
    const digests = digestsOf(shards)
    const old = digestsOf(before.shards)
    expect(digests.filter(digest => old.includes(digest))).toEqual(old)
    expect(digests.filter(digest => !old.includes(digest) && !digestsOf(after.shards).includes(digest))).toEqual([])
    const { findings } = await verifyCache(look, {})
    const wrong = findings.filter(({ kind }) => /^(entry_|index_)/.test(kind))
    // The truncated shard keeps its entries until a repair or a reindex.
    expect(wrong.filter(({ kind, shardPath: path }) => kind !== 'entry_without_row' || path !== shardPath(2))).toEqual([])
    const pointed = new Set(entries.map(line => line.split(' ')[1] ?? ''))
    const present = new Set(readdirSync(look, { recursive: true, encoding: 'utf8' }))
    expect([...pointed].filter(path => !present.has(path))).toEqual([])
  } finally {
    rmSync(look, { recursive: true })
  }
}

/** Runs the operation again, as a user would, and expects the same result as without the fault, without leftovers. */
export async function expectFinished(operation: Operation, place: Scene, after: State): Promise<void> {
  const again = await plain({ ...place, args: commandFor(operation, place) })
  // The shard was already moved, so at most a reindex is missing.
  if (operation === 'quarantine' && again.code === 1) await plain({ ...place, args: ['reindex', '--cache', place.root] })
  else expect([again.code, again.stderr]).toEqual([expect.toBeOneOf([0, 3, 4]), expect.any(String)])
  expect(stateOf(place.root)).toEqual(after)
}

/** The same in this process, which takes a tenth of the time of the command. */
export async function expectFinishedHere(operation: Operation, { root }: Scene, after: State): Promise<void> {
  await AGAIN[operation](root)
  expect(stateOf(root)).toEqual(after)
}

const AGAIN: Record<Operation, (root: string) => Promise<unknown>> = {
  write: root => writeShard(root, { ...BLOCK, strideBlock: NEW_BLOCK, records: recordsOf(NEW_BLOCK) }),
  reindex: root => reindexCache(root),
  repair: root => repairCache(root),
  quarantine: root =>
    quarantineShards(root, [shardPath(1)], 'by hand').catch((error: unknown) => {
      if (error instanceof NotFoundError) return reindexCache(root)
      throw error
    }),
  // Entries of a temporarily unreadable shard were kept. The next reindex finds out whether its rows exist.
  restore: async root => {
    const { restored } = await restoreShards(root, 'all')
    if (restored.length === 0) await reindexCache(root)
  }
}

/** The state after the operation without faults, followed by `then`. */
export async function undisturbed(start: string, operation: Operation, then?: (root: string) => Promise<unknown>): Promise<State> {
  const scene = sceneOf(start, operation)
  const run = await plain(scene)
  if (![0, 3, 4].includes(run.code ?? -1)) throw new Error(`${operation} ended with ${run.code}: ${run.stderr}`)
  await then?.(scene.root)
  return stateOf(scene.root)
}

/** Adds the place to the message of a failed expectation. */
export async function context(where: string, check: () => Promise<void>): Promise<void> {
  try {
    await check()
  } catch (error) {
    throw new Error(where, { cause: error })
  }
}
