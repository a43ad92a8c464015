/** Verify reports every flipped bit of an index that prevents GenoLeWM from finding a row. */

import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { expect, test } from 'vitest'
import { reindexCache, verifyCache, writeShard } from '../../../src/main/core/index.ts'
import { toRecorded } from '../../../src/shared/text/recordedFinding.ts'
import { random, SOAK } from '../../faults/extent.ts'
import { temporaryFolder } from '../../support/temporaryFolder.ts'
import { BLOCK, recordOf } from '../cacheFiles.ts'
import { INDEX, spoilIndex } from './indexFile.ts'

const SHARDS = 6
const ROWS = 60
const FLIPS = SOAK ? 2_000 : 120

/** Two configurations of the same windows, so that the keys of both alternate in the tree. */
async function makeCache(): Promise<string> {
  const root = temporaryFolder()
  for (let strideBlock = 0; strideBlock < SHARDS; strideBlock++) {
    const first = (strideBlock >> 1) * ROWS
    const changes = strideBlock % 2 === 0 ? {} : { stateLayer: 6 }
    const records = Array.from({ length: ROWS }, (_, row) => recordOf(first + row, changes))
    await writeShard(root, { ...BLOCK, strideBlock, records })
  }
  return root
}

type Key = readonly unknown[]

function keysOf(root: string): Key[] {
  const db = new Database(join(root, INDEX), { readonly: true })
  const keys = db.prepare('SELECT window_hash, encoder_hash, state_layer, pool_type, pool_radius, dtype FROM window_index').raw().all()
  db.close()
  return keys as Key[]
}

/** The result of GenoLeWM's query for each key, or an error. */
function lookUp(root: string, keys: readonly Key[]): unknown[] {
  const sql = `SELECT shard_path, row_offset FROM window_index WHERE window_hash = ? AND encoder_hash = ?
    AND state_layer = ? AND pool_type = ? AND pool_radius = ? AND dtype = ?`
  let db: Database.Database | undefined
  try {
    db = new Database(join(root, INDEX), { readonly: true })
    const query = db.prepare(sql).raw()
    return keys.map(key => {
      try {
        return query.get(...key)
      } catch (error) {
        return String(error)
      }
    })
  } catch (error) {
    return [String(error)]
  } finally {
    db?.close()
  }
}

test('single bits', { timeout: SOAK ? 3_600_000 : 60_000 }, async () => {
  const root = await makeCache()
  const index = join(root, INDEX)
  const keys = keysOf(root)
  expect(keys).toHaveLength(SHARDS * ROWS)
  expect((await verifyCache(root)).findings).toEqual([])
  expect((await verifyCache(root, { quick: true })).findings).toEqual([])
  const whole = readFileSync(index)
  const found = lookUp(root, keys)
  const { below, seed } = random()
  const silent: string[] = []
  let breaking = 0
  for (let i = 0; i < FLIPS; i++) {
    const bit = below(whole.length * 8)
    const bytes = Buffer.from(whole)
    bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7))
    writeFileSync(index, bytes)
    if (JSON.stringify(lookUp(root, keys)) === JSON.stringify(found)) continue
    breaking += 1
    const { findings } = await verifyCache(root, { workers: 1 })
    if (findings.length === 0) silent.push(`seed ${seed}, bit ${bit & 7} of byte ${bit >> 3}`)
  }
  expect(breaking).toBeGreaterThan(FLIPS / 20)
  expect(silent).toEqual([])
})

/** Flips a bit of a key in a leaf of the tree of the primary key. */
function breakTree(root: string, key: Key): void {
  const bytes = readFileSync(join(root, INDEX))
  const text = `${String(key[0])}${String(key[1])}`
  const isTree = (at: number): boolean => bytes[Math.floor(at / 4096) * 4096] === 0x0a
  let at = bytes.indexOf(text)
  while (at !== -1 && !isTree(at)) at = bytes.indexOf(text, at + 1)
  expect(at).toBeGreaterThan(0)
  bytes[at + 63] = (bytes[at + 63] ?? 0) ^ 1
  writeFileSync(join(root, INDEX), bytes)
}

test.each([false, true])('a key that is missing from the tree, quick: %s', async quick => {
  const root = await makeCache()
  const keys = keysOf(root)
  breakTree(root, keys[17] ?? [])
  const lost = lookUp(root, keys).filter(place => place === undefined).length
  expect(lost).toBeGreaterThan(0)
  const { findings } = await verifyCache(root, { quick })
  const count = lost === 1 ? 'one key is' : `${lost} keys are`
  const message = expect.stringContaining(`the search tree of its primary key does not agree with its rows, so that ${count} not found`)
  expect(findings.map(toRecorded)).toMatchObject([{ kind: 'index_unreadable', shardPath: INDEX, message }])
  await reindexCache(root)
  expect((await verifyCache(root, { quick })).findings).toEqual([])
  expect(lookUp(root, keys).filter(place => place === undefined)).toEqual([])
})

test('rows in another order are not damage', async () => {
  const root = await makeCache()
  spoilIndex(root, db => db.exec('UPDATE window_index SET rowid = 10000 + row_offset * 100 + length(shard_path) + rowid % 7 * 13'))
  expect((await verifyCache(root)).findings).toEqual([])
})
