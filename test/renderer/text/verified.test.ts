/** The state of a cache in one line. */
import { expect, it } from 'vitest'
import { sickShards, standingMark, verifiedLine, wholeHealth } from '../../../src/renderer/text/verified.ts'
import type { CacheSummary } from '../../../src/shared/contract/index.ts'

const NOW = Date.UTC(2026, 0, 2)
const summary: CacheSummary = {
  cacheId: 'c',
  root: '/c',
  shards: 361,
  rows: null,
  withoutRowCount: 0,
  bytes: 0,
  health: { verified: 358, damaged: 2, unverified: 1 },
  suspected: 0,
  lastVerifiedMs: NOW - 2 * 3_600_000,
  scan: { state: 'done', done: 361, total: 361 },
  index: { state: 'present', bytes: 0, modifiedMs: 0, drift: 0, reason: null, isRebuildable: true },
  quarantined: 0,
  missing: { missingShards: 0, missingRows: 0 },
  scanFindings: [],
  writer: null,
  written: false,
  version: 1
}

it('says how much was verified, the problems and the time', () => {
  expect(verifiedLine(summary, NOW)).toBe('358/361 verified · 2 damaged · 1 not verified yet · 2 h ago')
  expect(sickShards(summary)).toBe(2)
  const done = { ...summary, health: { verified: 359, damaged: 2 } }
  expect(verifiedLine(done, NOW)).toBe('359/361 verified · 2 damaged · 2 h ago')
  expect(verifiedLine({ ...done, health: { verified: 300, readable: 61 } }, NOW)).toBe('300/361 verified · 61 read, no checksum · 2 h ago')
  const health = { verified: 355, unsupported: 1, suspect: 2, damaged: 2, unreadable: 1 }
  expect(verifiedLine({ ...summary, health }, NOW)).toBe(
    '355/361 verified · 2 damaged · 1 could not be read · 1 unsupported · 2 suspect · 2 h ago'
  )
})

it('is never green while something is missing', () => {
  const missing = { missingShards: 3, missingRows: 300 }
  const rest = { ...summary, health: { verified: 361 }, missing }
  expect(verifiedLine(rest, NOW)).toBe('361/361 verified · 300 windows missing (3 shards) · 2 h ago')
  expect(standingMark(rest)).toBe('missing')
  expect(sickShards(rest)).toBe(3)
  expect(wholeHealth(rest)).toEqual({ verified: 361, missing: 3 })
  expect(verifiedLine({ ...rest, shards: 0, health: {} }, NOW)).toBe('no shards · 300 windows missing (3 shards)')
  // The number of rows of a placeholder is unknown.
  const placeholder = { ...rest, health: { verified: 360, missing: 1 }, missing: { missingShards: 0, missingRows: 0 } }
  expect(verifiedLine(placeholder, NOW)).toBe('360/361 verified · 1 shard missing · 2 h ago')
})

it('says so if nothing was ever verified', () => {
  expect(verifiedLine({ ...summary, health: { unverified: 361 }, lastVerifiedMs: null }, NOW)).toBe('not verified yet · 361 shards')
  expect(verifiedLine({ ...summary, shards: 1, health: { unverified: 1 }, lastVerifiedMs: null }, NOW)).toBe('not verified yet · 1 shard')
})

it('reports no verification if there are no shards', () => {
  expect(verifiedLine({ ...summary, shards: 0, health: {} }, NOW)).toBe('no shards')
  const listing = { state: 'scanning', done: 0, total: 0 } as const
  expect(verifiedLine({ ...summary, shards: 0, health: {}, lastVerifiedMs: null, scan: listing }, NOW)).toBe('not verified yet · 0 shards')
})

it('counts findings of the initial scan, as in the problems', () => {
  const looked = { ...summary, health: { unverified: 361 }, suspected: 9, lastVerifiedMs: null }
  expect(verifiedLine(looked, NOW)).toBe('not verified yet · 9 look wrong')
  expect(sickShards(looked)).toBe(9)
  expect(standingMark(looked)).toBe('suspect')
  expect(standingMark({ ...looked, suspected: 0 })).toBe('unverified')
  expect(verifiedLine({ ...summary, suspected: 1 }, NOW)).toBe(
    '358/361 verified · 2 damaged · 1 looks wrong · 1 not verified yet · 2 h ago'
  )
  expect(standingMark({ ...summary, suspected: 1 })).toBe('damaged')
})
