/** The suggestions of the search box. */
import { describe, expect, it } from 'vitest'
import { matchingCommands, placeOptions } from '../../../src/renderer/shell/topBar/lookup/options.ts'
import { enterHint, sentenceFor } from '../../../src/renderer/shell/topBar/lookup/sentence.ts'
import type { RowLine } from '../../../src/shared/contract/index.ts'

const commands = ['Verify all shards', 'Repair…', 'Show jobs', 'Rebuild the index…', 'Quarantine the shard'].map(name => ({ name }))
const names = (query: string): string[] => matchingCommands(commands, query).map(({ name }) => name)

describe('commands', () => {
  it('are found by parts of their names, and those that begin with the query come first', () => {
    expect(names('shard')).toEqual(['Verify all shards', 'Quarantine the shard'])
    expect(names('the index')).toEqual(['Rebuild the index…'])
    expect(names('sh')).toEqual(['Show jobs', 'Verify all shards', 'Quarantine the shard'])
    expect(names('zzz')).toEqual([])
  })

  it('are all listed after a >, and none before any input', () => {
    expect(names('>')).toHaveLength(commands.length)
    expect(names('> rep')).toEqual(['Repair…'])
    expect(names('')).toEqual([])
  })
})

describe('places', () => {
  const row: RowLine = {
    shardPath: 'embeddings/evo2/3/global_mean_0/chr1_0.parquet',
    rowOffset: 7,
    chrom: '1',
    startBp: 0n,
    endBp: 100n,
    windowHash: 'ab'.repeat(32),
    encoderHash: 'cd'.repeat(32),
    stateLayer: 3,
    poolType: 'global_mean',
    poolRadius: 0,
    dtype: 'bf16',
    untargeted: false,
    createdAt: 0n,
    schemaVersion: '1.0.0'
  }
  it('are rows, or shards if only shards were found', () => {
    expect(placeOptions({ rows: [row], shards: [row.shardPath] })).toEqual([
      {
        id: `${row.shardPath}#7`,
        place: { shardPath: row.shardPath, rowOffset: 7 },
        title: '1:1–100',
        detail: '[0, 100) · ababab…ababab · layer 3 · global_mean_0 · bf16 · evo2'
      }
    ])
    expect(placeOptions({ rows: [], shards: ['a'] }).map(({ place }) => place)).toEqual([{ shardPath: 'a', rowOffset: null }])
  })
})

describe('the sentence', () => {
  const none = { state: 'none' } as const
  const nothing = { kind: 'none', sentence: 'neither a hash nor a locus' }
  it('says how the query was understood, and if nothing was found, which command Enter would run', () => {
    expect(sentenceFor('4a5b', none, { kind: 'hash', sentence: 'SHA-256 prefix, 3 rows' }, 'Repair…')).toBe('SHA-256 prefix, 3 rows')
    expect(sentenceFor('rep', none, nothing, 'Repair…')).toBe('Enter: Repair…')
    expect(sentenceFor('rep', none, nothing, undefined)).toBe(
      'neither a hash nor a locus. No shard’s path holds it either, and no command’s name.'
    )
    expect(sentenceFor('rep', none, undefined, 'Repair…')).toBe('…')
    expect(sentenceFor('> zzz', none, nothing, undefined)).toBe('No command has this name.')
  })

  it('has the effect of Enter beside it', () => {
    const options = placeOptions({ rows: [], shards: ['a', 'b'] })
    expect(enterHint('4a5b', none, { kind: 'hash' })).toMatch(/^Enter lists .* again/)
    expect(enterHint('4a5b', { state: 'places', options, truncated: false }, undefined)).toMatch(/^Enter goes/)
    for (const silent of [enterHint('>x', none, undefined), enterHint('rep', none, nothing)]) expect(silent).toBeNull()
  })

  it('says what was found', () => {
    const options = placeOptions({ rows: [], shards: ['a', 'b'] })
    expect(sentenceFor('x', { state: 'looking' }, nothing, undefined)).toBe('Looking…')
    expect(sentenceFor('x', { state: 'failed', reason: 'too short' }, undefined, undefined)).toBe('too short')
    expect(sentenceFor('x', { state: 'places', options: [], truncated: false }, nothing, undefined)).toBe('Nothing was found.')
    expect(sentenceFor('x', { state: 'places', options, truncated: false }, nothing, undefined)).toBe('2 matches')
    expect(sentenceFor('x', { state: 'places', options, truncated: true }, nothing, undefined)).toBe('The first 2 matches; there are more')
  })
})
