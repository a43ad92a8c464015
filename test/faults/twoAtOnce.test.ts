/**
 * Two processes on one cache: two of lewm-cache, and lewm-cache beside GenoLeWM. At most one of them succeeds, the other reports why not,
 * and nothing is lost.
 */
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync } from 'node:fs'
import { hostname } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { withCacheLock } from '../../src/main/core/cache/cacheLock.ts'
import { type Finding, listQuarantine, readEmbeddings, reindexCache, verifyCache, type WindowRecord } from '../../src/main/core/index.ts'
import { type Json, startLewmCache } from '../cli/lewmCache.ts'
import { BLOCK, filesBelow } from '../core/cacheFiles.ts'
import { PeerError, packedValues, peerRecord, startPeer } from '../interop/peer.ts'
import { describeWith, requireStrace } from '../support/capabilities.ts'
import { temporaryFolder } from '../support/temporaryFolder.ts'
import { announce, eachOf, SOAK, times } from './extent.ts'
import {
  commandFor,
  context,
  copyOf,
  makeStart,
  NEW_BLOCK,
  OPERATIONS,
  type Operation,
  recordsOf,
  shardPath,
  stateOf,
  undisturbed
} from './operations.ts'

const ROUNDS = times(5, 100)
const PEER_ROUNDS = times(5, 100)
const NEW_SHARD = shardPath(NEW_BLOCK)

type Ended = { readonly code: number | null; readonly stdout: string; readonly stderr: string }
type Place = ReturnType<typeof copyOf>

async function endOf(child: ChildProcess): Promise<Ended> {
  const text = { stdout: '', stderr: '' }
  child.stdout?.setEncoding('utf8').on('data', (data: string) => (text.stdout += data))
  child.stderr?.setEncoding('utf8').on('data', (data: string) => (text.stderr += data))
  child.stdin?.end()
  const [code] = await once(child, 'close')
  return { code: typeof code === 'number' ? code : null, ...text }
}

function start(operation: Operation, { root }: Place, records?: readonly WindowRecord[]): Promise<Ended> {
  const home = temporaryFolder()
  return endOf(startLewmCache(commandFor(operation, { home, root }, records), { home }))
}

const documentOf = ({ stdout }: Ended): Json => JSON.parse(stdout)

const own = recordsOf(NEW_BLOCK)
const theirs = own.map(record => ({ ...record, embedding: [7, 7, 7, 0.5] }))
const valuesOf = (records: readonly WindowRecord[]): string[] => records.map(({ embedding }) => packedValues(embedding))

async function storedValues(root: string): Promise<(string | null)[]> {
  return (await readEmbeddings(root, own)).map(found => found && packedValues(found.embedding))
}

/** Every earlier shard still exists somewhere, byte for byte. */
function expectShardsKept(root: string, before: Record<string, string>): void {
  const kept = new Set(Object.values(filesBelow(root)))
  const shards = Object.entries(before).filter(([path]) => /\.parquet(\.\d+\.bad)?$/.test(path))
  expect(shards.filter(([, digest]) => !kept.has(digest)).map(([path]) => path)).toEqual([])
}

/** The index and the shards agree, except for the shard that was truncated from the start. Missing shards are in quarantine. */
async function expectInOrder(root: string): Promise<void> {
  const { findings } = await verifyCache(root)
  const aside = new Set((await listQuarantine(root)).map(({ shardPath: path }) => path))
  const isAside = ({ kind, shardPath: path, details }: Finding): boolean =>
    kind === 'missing_shard' && details.reason === 'quarantined' && aside.has(path)
  expect(findings.filter(found => found.shardPath !== shardPath(2) && !isAside(found))).toEqual([])
}

describe('two of lewm-cache', () => {
  let begin = ''
  beforeAll(async () => {
    begin = await makeStart()
  })

  const EXPECTED: Record<Operation, (root: string, one: Ended, other: Ended) => Promise<void>> = {
    write: async (root, one, other) => {
      expect([one.code, other.code].sort()).toEqual([0, 4])
      const loser = documentOf(one.code === 0 ? other : one)
      expect(loser.error.message).toMatch(/conflicting row|already indexed/)
      expect(await storedValues(root)).toEqual(valuesOf(one.code === 0 ? own : theirs))
    },
    reindex: async (_root, one, other) => {
      // Both had their turn, and both reported the truncated shard.
      expect([one.code, other.code]).toEqual([4, 4])
    },
    repair: async (_root, one, other) => {
      const moved = [one, other].filter(({ code }) => code !== 5).flatMap(end => documentOf(end).quarantined)
      expect(moved.map((each: Json) => each.shard_path)).toEqual([shardPath(2)])
      for (const end of [one, other]) {
        expect(end.code).toBeOneOf([0, 4, 5, 6])
        // It opened the shard just as the other one moved it.
        if (end.code === 6)
          expect(documentOf(end).kept).toMatchObject([{ shard_path: shardPath(2), reasons: [{ details: { error: 'ENOENT' } }] }])
        if (end.code === 5) expect(documentOf(end).error.message).toContain(`the plan is stale: ${shardPath(2)} no longer exists`)
      }
    },
    quarantine: async (_root, one, other) => {
      expect([one.code, other.code].sort()).toEqual([0, 1])
      expect(documentOf(one.code === 0 ? other : one).error.message).toBe(`there is no shard ${shardPath(1)}`)
    },
    restore: async (_root, one, other) => {
      expect([one.code, other.code]).toEqual([0, 0])
      const restored = [one, other].flatMap(end => documentOf(end).restored)
      expect(restored.map((each: Json) => each.shard_path)).toEqual([shardPath(4)])
    }
  }

  test(`${ROUNDS} rounds of the same operation twice: done once, and the other one reports it`, { timeout: 3_600_000 }, async () => {
    const before = filesBelow(begin)
    const rounds = Array.from({ length: ROUNDS }, (_, round) => OPERATIONS[round % OPERATIONS.length] ?? 'repair')
    await eachOf('rounds of two of lewm-cache', rounds, 1, async (operation, round) => {
      const place = copyOf(begin)
      const after = await undisturbed(begin, operation)
      const [one, other] = await Promise.all([start(operation, place, own), start(operation, place, theirs)])
      announce({ 'rounds of two of lewm-cache at once': 1 })
      await context(`round ${round}, ${operation}: ${JSON.stringify([one, other])}`, async () => {
        await EXPECTED[operation](place.root, one, other)
        expectShardsKept(place.root, before)
        await expectInOrder(place.root)
        if (operation !== 'write') expect(stateOf(place.root)).toEqual(after)
      })
    })
  })

  test('while one is running, the others wait, and then report which one, on which host and since when', { timeout: 120_000 }, async () => {
    const place = copyOf(begin)
    const before = filesBelow(place.root)
    const earliest = new Date().toISOString()
    // A write waits for half a minute, the others for ten seconds.
    const waiting = SOAK ? OPERATIONS : OPERATIONS.filter(operation => operation !== 'write')
    await withCacheLock(place.root, 'a long repair', 0, async () => {
      const ends = await Promise.all(waiting.map(async operation => ({ operation, end: await start(operation, place) })))
      for (const { operation, end } of ends) {
        const { error } = documentOf(end)
        expect({ operation, code: end.code, error }).toMatchObject({
          code: 5,
          error: { code: 'RESOURCE.BUSY', details: { host: hostname(), pid: process.pid, operation: 'a long repair' } }
        })
        expect(error.details.since >= earliest).toBe(true)
        expect(end.stderr).toContain(`process ${process.pid} on ${hostname()} is changing this cache since ${error.details.since}`)
      }
    })
    expect(filesBelow(place.root)).toEqual(before)
  })
})

describeWith('python', 'lewm-cache and GenoLeWM', python => {
  const peer = startPeer(python)
  let begin = ''
  beforeAll(async () => {
    begin = await makeStart()
  })

  /** GenoLeWM's exception, or null on success. */
  const asked = (op: string, args: Readonly<Record<string, unknown>>): Promise<PeerError | null> =>
    peer.ask(z.unknown(), op, args).then(
      () => null,
      (error: unknown) => {
        if (error instanceof PeerError) return error
        throw error
      }
    )
  const theyWrite = (root: string, block: number, records: readonly WindowRecord[]): Promise<PeerError | null> =>
    asked('write_shard', {
      cache_dir: root,
      encoder_id: BLOCK.encoderId,
      contig: BLOCK.contig,
      stride_block: block,
      records: records.map(peerRecord)
    })
  const theyReindex = (root: string): Promise<PeerError | null> => asked('reindex_cache', { cache_dir: root })

  const later = (block: number): WindowRecord[] => recordsOf(block)
  const BLOCKS = [20, 21, 22, 23]

  /** GenoLeWM writes some shards, one after another. Returns the rows that it reported as written. */
  async function theyWriteMany(root: string): Promise<WindowRecord[]> {
    const written: WindowRecord[] = []
    for (const block of BLOCKS) if ((await theyWrite(root, block, later(block))) === null) written.push(...later(block))
    return written
  }

  /** After a reindex, every row of GenoLeWM is read as it was written. */
  async function expectReadable(root: string, records: readonly WindowRecord[]): Promise<void> {
    await reindexCache(root)
    const found = await readEmbeddings(root, records)
    expect(found.map(each => each && packedValues(each.embedding))).toEqual(valuesOf(records))
  }

  /** It opens the shard in place and truncates it. Until it is complete, a reader sees a truncated shard, or a footer without a page. */
  const HALF_WRITTEN = /could not be read|conflicting row|refusing/

  const SCENES: readonly (readonly [string, (place: Place) => Promise<void>])[] = [
    [
      'both write the same shard with the same values',
      async place => {
        const [end, error] = await Promise.all([start('write', place), theyWrite(place.root, NEW_BLOCK, own)])
        if (end.code !== 0) expect([end.code, documentOf(end).error.message]).toEqual([4, expect.stringMatching(HALF_WRITTEN)])
        expect(end.code === 0 || error === null).toBe(true)
        await expectReadable(place.root, own)
      }
    ],
    [
      'both write the same shard with other values',
      async place => {
        const [end, error] = await Promise.all([start('write', place), theyWrite(place.root, NEW_BLOCK, theirs)])
        if (end.code !== 0) expect([end.code, documentOf(end).error.message]).toEqual([4, expect.stringMatching(HALF_WRITTEN)])
        await reindexCache(place.root)
        const stored = await storedValues(place.root)
        expect([valuesOf(own), valuesOf(theirs)]).toContainEqual(stored)
        // The winner holds the shard. GenoLeWM checks for a shard long before it overwrites the path.
        if (end.code === 0 && error === null) {
          expect(stored).toEqual(valuesOf(theirs))
          announce({ 'rounds in which GenoLeWM overwrote a shard that had appeared meanwhile': 1 })
        } else expect(stored).toEqual(valuesOf(end.code === 0 ? own : theirs))
      }
    ],
    [
      'a repair while GenoLeWM writes',
      async place => {
        const [end, written] = await Promise.all([start('repair', place), theyWriteMany(place.root)])
        expect(end.code).toBeOneOf([0, 4, 5, 6])
        const aside = new Set(readdirSync(join(place.root, 'embeddings/.quarantine'), { recursive: true, encoding: 'utf8' }))
        const quarantined = BLOCKS.filter(block => aside.has(shardPath(block).replace('embeddings/', '')))
        await expectReadable(
          place.root,
          written.filter(({ windowHash }) => !quarantined.flatMap(later).some(each => Buffer.from(each.windowHash).equals(windowHash)))
        )
      }
    ],
    [
      'both rebuild the index while GenoLeWM writes',
      async place => {
        const [end, , written] = await Promise.all([start('reindex', place), theyReindex(place.root), theyWriteMany(place.root)])
        expect(end.code).toBeOneOf([0, 3, 4, 5, 6])
        await expectReadable(place.root, written)
      }
    ],
    [
      'quarantine and restore while GenoLeWM rebuilds the index',
      async place => {
        const ends = Promise.all([start('quarantine', place), start('restore', place)])
        const rounds = (async () => {
          for (let n = 0; n < 5; n++) await theyReindex(place.root)
        })()
        for (const { code } of await ends) expect(code).toBeOneOf([0, 5, 6])
        await rounds
      }
    ]
  ]

  test(`${PEER_ROUNDS} rounds: nothing is lost, and a reindex makes all of it readable`, { timeout: 3_600_000 }, async () => {
    const before = filesBelow(begin)
    const rounds = Array.from({ length: Math.ceil(PEER_ROUNDS / SCENES.length) }, () => SCENES).flat()
    await eachOf('rounds beside GenoLeWM', rounds.slice(0, PEER_ROUNDS), 1, async ([name, play], round) => {
      const place = copyOf(begin)
      announce({ 'rounds of lewm-cache beside GenoLeWM': 1 })
      await context(`round ${round}, ${name}`, async () => {
        await play(place)
        expectShardsKept(place.root, before)
        await reindexCache(place.root)
        await expectInOrder(place.root)
      })
    })
  })

  test.skipIf(requireStrace() === null)('a shard that GenoLeWM wrote after the check for an existing one is not overwritten', async () => {
    const place = copyOf(begin)
    const folder = dirname(join(place.root, NEW_SHARD))
    // The second link, after that of the lock, gives the complete shard its name. Here it takes two seconds.
    const slow = ['-f', '-qq', '-o', '/dev/null', '-e', 'trace=link', '-e', 'inject=link:delay_enter=2000000:when=2']
    const home = temporaryFolder()
    const child = startLewmCache(commandFor('write', { home, root: place.root }), { home, under: [requireStrace() ?? '', ...slow] })
    const end = endOf(child)
    while (!readdirSync(folder).some(name => name.startsWith('.lewm-tmp-'))) await sleep(5)
    expect(existsSync(join(place.root, NEW_SHARD))).toBe(false)
    expect(await theyWrite(place.root, NEW_BLOCK, theirs)).toBeNull()
    const { code, stderr } = await end
    expect([code, stderr]).toEqual([4, expect.stringContaining('conflicting row')])
    await expectReadable(place.root, theirs)
  })
})
