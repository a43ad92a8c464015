/** Vectors, damage and findings in words. */
import { describe, expect, test } from 'vitest'
import { describePlace, describeVector, exactValue } from '../../../src/renderer/text/export/vectorText.ts'
import { actionsFor, adviceOf, kindTitle } from '../../../src/renderer/text/findings/findingAdvice.ts'
import { isPartlyReadable, readableParts } from '../../../src/renderer/text/readable.ts'
import { layerText, scopeParts } from '../../../src/renderer/text/scopeText.ts'
import type { ShardFacts } from '../../../src/shared/contract/index.ts'
import { FINDING_KINDS, finding } from '../../../src/shared/model/finding.ts'
import type { VectorStatistics } from '../../../src/shared/model/shard.ts'

const SAID = { said: 'm' }

const STATISTICS: VectorStatistics = {
  values: 1024,
  finite: 1021,
  nan: 2,
  infinite: 1,
  zeros: 3,
  min: -2.125,
  max: 3.5,
  mean: 0.0123456,
  standardDeviation: 0.9,
  minNorm: null,
  maxNorm: null
}

describe('a vector', () => {
  test('is described in one sentence', () => {
    expect(describeVector(STATISTICS)).toBe(
      '1,024 values from −2.125 to 3.5, mean 0.012346, standard deviation 0.9; 3 zeros, 2 NaN, 1 infinity'
    )
  })

  test('without a finite value says so', () => {
    const none = {
      ...STATISTICS,
      values: 1,
      finite: 0,
      nan: 1,
      infinite: 0,
      zeros: 0,
      min: null,
      max: null,
      mean: null,
      standardDeviation: null
    }
    expect(describeVector(none)).toBe('1 value, none of them finite; no zeros, 1 NaN, no infinities')
  })

  test('has every digit of a value', () => {
    expect([-0.0999755859375, -0, 6.103515625e-5, NaN, -Infinity].map(exactValue)).toEqual([
      '−0.0999755859375',
      '−0',
      '0.00006103515625',
      'NaN',
      '−∞'
    ])
    expect(describePlace(1000, 4096)).toBe('value 1,000 of 4,096')
  })
})

const WHOLE: ShardFacts = {
  shardPath: 'embeddings/e/3/global_mean_0/chr1_0.parquet',
  address: null,
  bytes: 1000,
  modifiedMs: 0,
  rows: 64,
  dimensions: 8,
  rowGroups: 1,
  createdBy: null,
  formatVersion: 2,
  footerBytes: 100,
  keyValueMetadata: [],
  columns: [],
  range: { chrom: ['1'], minStartBp: 0n, maxEndBp: 1n, minCreatedAt: 0n, maxCreatedAt: 0n, encoderHashes: [] },
  readableEmbeddings: 64,
  statistics: STATISTICS,
  findings: [],
  verifiedAtMs: null
}

describe('readable parts', () => {
  const readable = (facts: ShardFacts): boolean[] => readableParts(facts).map(part => part.readable)

  test('each part is reported separately', () => {
    expect(readable(WHOLE)).toEqual([true, true, true])
    expect(readable({ ...WHOLE, statistics: null })).toEqual([true, true, false])
    expect(readable({ ...WHOLE, range: null })).toEqual([true, false, true])
    expect(readable({ ...WHOLE, rows: null, range: null, statistics: null })).toEqual([false, false, false])
    const vectors = (readableEmbeddings: number) => readableParts({ ...WHOLE, statistics: null, readableEmbeddings }).at(-1)?.says
    expect([vectors(0), vectors(12)]).toEqual(['no embedding can be read', 'not every embedding can be read'])
    expect([WHOLE, { ...WHOLE, statistics: null }].map(isPartlyReadable)).toEqual([false, true])
  })
})

describe('advice', () => {
  const kinds = Object.keys(FINDING_KINDS).filter(isKind)

  test('gives the impact and the remedy for every kind, in sentences', () => {
    for (const kind of kinds) {
      const found = finding(kind, 'a', SAID)
      const { cost, remedy } = adviceOf(found, 12)
      expect(cost).toMatch(/^[A-Z].*\.$/)
      expect(remedy).toMatch(/^[A-Z].*\.$/)
    }
  })

  test('counts the rows if they are known', () => {
    const bad = finding('bad_page', 'a', SAID)
    expect(adviceOf(bad, 1200).cost).toContain('its 1,200 rows')
    expect(adviceOf(bad, 1).cost).toContain('its one row')
    expect(adviceOf(bad, null).cost).toContain('its rows')
  })

  test('a repair is offered for what it can fix, and nothing moves what cannot be judged', () => {
    expect(actionsFor([finding('cut_off', 'a', SAID)])).toEqual(['verify', 'quarantine', 'repair'])
    expect(actionsFor([finding('unreadable', 'a', SAID)])).toEqual(['verify'])
    expect(actionsFor([finding('row_without_entry', 'a', SAID)])).toEqual(['repair'])
    expect(actionsFor([])).toEqual([])
  })

  test('kinds are shown as words', () => expect(kindTitle('page_checksum')).toBe('Page checksum'))
})

function isKind(kind: string): kind is keyof typeof FINDING_KINDS {
  return Object.hasOwn(FINDING_KINDS, kind)
}

test('a scope in parts, outermost first', () => {
  expect(scopeParts({ encoder: 'e', stateLayer: -1, pool: 'global_mean_0', contig: '1' })).toEqual([
    { name: 'Encoder', value: 'e' },
    { name: 'Layer', value: '−1 (last)' },
    { name: 'Pool', value: 'global_mean_0' },
    { name: 'Contig', value: '1' }
  ])
  expect(layerText(-3)).toBe('−3')
  expect(scopeParts({})).toEqual([])
})
