/** Readable is not intact: once a shard has been verified in full, no bit of it changes without a finding. */
import { closeSync, openSync, readFileSync, statSync, utimesSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openLedger, verifyCache, writeShard } from '../../../src/main/core/index.ts'
import { announce, SOAK, teller } from '../../faults/extent.ts'
import { temporaryFolder } from '../../support/temporaryFolder.ts'
import { BLOCK, BLOCK_PATH, recordOf } from '../cacheFiles.ts'

/** A quick run takes every eleventh bit: each place in a byte has its turn, and no byte pair is left out. */
const STEP = SOAK ? 1 : 11

test('every single bit, flipped with size and time as they were, is a finding with the day of the fingerprint', {
  timeout: 3_600_000
}, async () => {
  const root = temporaryFolder()
  await writeShard(root, { ...BLOCK, records: [recordOf(0), recordOf(1), recordOf(2)] })
  const path = join(root, BLOCK_PATH)
  const original = readFileSync(path)
  const { atime, mtime } = statSync(path)
  const ledger = openLedger(join(temporaryFolder(), 'ledger.sqlite'))
  expect((await verifyCache(root, { ledger })).findings).toEqual([])
  const fd = openSync(path, 'r+')
  const silent: string[] = []
  let [flips, unseenByReading] = [0, 0]
  const say = teller('bits of a shard flipped', Math.ceil((original.length * 8) / STEP))
  try {
    for (let bit = 0; bit < original.length * 8; bit += STEP) {
      const at = bit >> 3
      const byte = original[at] ?? 0
      writeSync(fd, Uint8Array.of(byte ^ (1 << (bit & 7))), 0, 1, at)
      utimesSync(path, atime, mtime)
      const kinds = (await verifyCache(root, { ledger })).findings.map(({ kind }) => kind)
      writeSync(fd, Uint8Array.of(byte), 0, 1, at)
      flips += 1
      say(silent.length)
      if (!kinds.includes('changed_bytes')) silent.push(`bit ${bit & 7} of byte ${at}: ${kinds.join(', ') || 'nothing'}`)
      else if (kinds.length === 1) unseenByReading += 1
    }
  } finally {
    closeSync(fd)
  }
  utimesSync(path, atime, mtime)
  expect(silent).toEqual([])
  expect(flips).toBeGreaterThan((original.length * 8) / STEP - 1)
  // The values themselves are compressed without a checksum of ours on every page: some flips only the fingerprint tells.
  announce({ 'bits of a shard flipped': flips, 'bits that only the fingerprint told of': unseenByReading })
  expect((await verifyCache(root, { ledger })).findings).toEqual([])
  ledger.close()
})
