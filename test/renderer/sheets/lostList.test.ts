/** The sentence about an exported list: how much it contains, and how much it does not. */
import { expect, test } from 'vitest'
import { lostListText } from '../../../src/renderer/sheets/lostList.ts'

const WHOLE = { shards: 3, listed: 1200, unlisted: 0, unlistedShards: 0, uncountedShards: 0 }

test('a complete list', () => {
  expect(lostListText('ndjson', WHOLE)).toBe('1,200 keys of 3 shards saved.')
  expect(lostListText('bed', { ...WHOLE, shards: 1, listed: 1 })).toBe('1 window of 1 shard saved.')
})

test('unknown keys are counted', () => {
  expect(lostListText('ndjson', { ...WHOLE, unlisted: 12, unlistedShards: 2 })).toBe(
    '1,200 keys of 3 shards saved. 12 keys of 2 shards are unknown and not in the list.'
  )
  expect(lostListText('bed', { ...WHOLE, unlisted: 1, unlistedShards: 1, uncountedShards: 1 })).toBe(
    '1,200 windows of 3 shards saved. 1 window of 1 shard is unknown and not in the list. 1 shard held an unknown number of windows, which are not in the list.'
  )
})
