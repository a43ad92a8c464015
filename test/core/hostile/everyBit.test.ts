/** Readable is not intact. Once a shard has been fully verified, no bit of it can change without a finding. */
import { closeSync, openSync, readFileSync, statSync, utimesSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openLedger, verifyCache, writeShard } from '../../../src/main/core/index.ts'
import { announce, SOAK, teller } from '../../faults/extent.ts'
import { temporaryFolder } from '../../support/temporaryFolder.ts'
import { BLOCK, BLOCK_PATH, recordOf } from '../cacheFiles.ts'

/** A quick run tests every eleventh bit, so that each position in a byte occurs and each pair of adjacent bytes is covered. */
const STEP = SOAK ? 1 : 11

test('every single bit, flipped without changing size and time, is a finding with the time of the digest', {
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
  // The values are compressed, and not every page has a checksum, so only the digest detects some flips.
  announce({ 'bits of a shard flipped': flips, 'bits that only the digest detected': unseenByReading })
  expect((await verifyCache(root, { ledger })).findings).toEqual([])
  ledger.close()
})
