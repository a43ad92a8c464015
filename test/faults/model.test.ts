/**
 * Random sequences of operations, compared with a model in memory: after each one, every key is found, missed or refused as in the model.
 */
import { rmSync, truncateSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import {
  listQuarantine,
  quarantineShards,
  readEmbedding,
  reindexCache,
  repairCache,
  restoreShards,
  writeShard
} from '../../src/main/core/index.ts'
import { BLOCK, recordOf, shardsOf } from '../core/cacheFiles.ts'
import { temporaryFolder } from '../support/temporaryFolder.ts'
import { announce, random, teller, times } from './extent.ts'

const BLOCKS = 6
const ROWS = 3
const OPERATIONS = times(80, 1_000)

const pathOf = (block: number): string => `embeddings/lab__encoder/5/centered_mean_8/chr1_${block}.parquet`
const recordsOf = (block: number) => Array.from({ length: ROWS }, (_, i) => recordOf(block * ROWS + i))

type Shard = 'whole' | 'cut off'

/** The expected contents of the cache. */
class Model {
  readonly inPlace = new Map<number, Shard>()
  /** By block, with the last moved shard at the end. */
  readonly aside = new Map<number, Shard[]>()
  /** Blocks whose rows the index knows. Null without an index. */
  indexed: Set<number> | null = null

  reindex(): void {
    this.indexed = new Set([...this.inPlace].filter(([, shard]) => shard === 'whole').map(([block]) => block))
  }

  moveAside(block: number): void {
    const shard = this.inPlace.get(block)
    if (shard === undefined) return
    this.inPlace.delete(block)
    this.aside.set(block, [...(this.aside.get(block) ?? []), shard])
  }

  /** @returns the number of restored shards */
  bringBack(): number {
    const back = [...this.aside.keys()].filter(block => !this.inPlace.has(block))
    for (const block of back) {
      const files = this.aside.get(block) ?? []
      this.inPlace.set(block, files.at(-1) ?? 'whole')
      if (files.length > 1) this.aside.set(block, files.slice(0, -1))
      else this.aside.delete(block)
    }
    return back.length
  }
}

type Step = (root: string, model: Model, block: number) => Promise<void>
const failsWith = (code: string) => expect.objectContaining({ code })

const STEPS: Readonly<Record<string, Step>> = {
  write: async (root, model, block) => {
    const run = writeShard(root, { ...BLOCK, strideBlock: block, records: recordsOf(block) })
    if (model.inPlace.get(block) === 'cut off') return expect(run).rejects.toEqual(failsWith('RESOURCE.CACHE_CORRUPT'))
    expect((await run).written).toBe(!model.inPlace.has(block))
    model.inPlace.set(block, 'whole')
    model.indexed = new Set([...(model.indexed ?? []), block])
  },
  'write other values': async (root, model, block) => {
    if (!model.inPlace.has(block)) return
    const records = recordsOf(block).map(record => ({ ...record, embedding: [9, 9, 9, 9] }))
    await expect(writeShard(root, { ...BLOCK, strideBlock: block, records })).rejects.toEqual(failsWith('RESOURCE.CACHE_CORRUPT'))
  },
  'cut off': async (root, model, block) => {
    if (!model.inPlace.has(block)) return
    truncateSync(join(root, pathOf(block)), 500)
    model.inPlace.set(block, 'cut off')
  },
  'lose the index': async (root, model) => {
    rmSync(join(root, 'embeddings/index.sqlite'), { force: true })
    model.indexed = null
  },
  reindex: async (root, model) => {
    model.reindex()
    expect((await reindexCache(root)).indexedShards).toBe(model.indexed?.size)
  },
  repair: async (root, model) => {
    const damaged = [...model.inPlace].filter(([, shard]) => shard === 'cut off').map(([block]) => block)
    const { quarantined } = await repairCache(root)
    expect(quarantined.map(({ shardPath }) => shardPath).sort()).toEqual(damaged.map(pathOf).sort())
    for (const block of damaged) model.moveAside(block)
    model.reindex()
  },
  quarantine: async (root, model, block) => {
    const run = quarantineShards(root, [pathOf(block)], 'by hand')
    if (!model.inPlace.has(block)) return expect(run).rejects.toEqual(failsWith('RESOURCE.NOT_FOUND'))
    await run
    model.moveAside(block)
    if (model.indexed !== null) model.reindex()
  },
  restore: async (root, model) => {
    const { restored } = await restoreShards(root, 'all')
    expect(restored).toHaveLength(model.bringBack())
    if (model.indexed !== null && restored.length > 0) model.reindex()
  }
}

test(`${OPERATIONS} operations in any order`, { timeout: 3_600_000 }, async () => {
  const root = temporaryFolder()
  const model = new Model()
  const chance = random()
  const done: string[] = []
  const say = teller('operations beside the model', OPERATIONS)
  await writeShard(root, { ...BLOCK, strideBlock: 0, records: recordsOf(0) })
  model.inPlace.set(0, 'whole')
  model.indexed = new Set([0])
  for (let i = 0; i < OPERATIONS; i++) {
    const name = chance.of(Object.keys(STEPS))
    const block = chance.below(BLOCKS)
    done.push(`${name} ${block}`)
    try {
      await STEPS[name]?.(root, model, block)
      await expectAsModelled(root, model)
      announce({ 'operations compared with a model': 1 })
      say()
    } catch (error) {
      throw new Error(`seed ${chance.seed}, after ${done.slice(-12).join(', ')}`, { cause: error })
    }
  }
})

async function expectAsModelled(root: string, model: Model): Promise<void> {
  expect(shardsOf(root)).toEqual([...model.inPlace.keys()].map(pathOf).sort())
  const aside = [...model.aside].flatMap(([block, files]) => files.map(() => pathOf(block)))
  expect((await listQuarantine(root)).map(({ shardPath }) => shardPath).sort()).toEqual(aside.sort())
  for (let block = 0; block < BLOCKS; block++) {
    const record = recordOf(block * ROWS + 1)
    const read = readEmbedding(root, record)
    if (!model.indexed?.has(block)) expect(await read).toBeNull()
    else if (model.inPlace.get(block) === 'cut off') await expect(read).rejects.toEqual(failsWith('RESOURCE.CACHE_CORRUPT'))
    else expect([...((await read) ?? [])]).toEqual(record.embedding)
  }
}
