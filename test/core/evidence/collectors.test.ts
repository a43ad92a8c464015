/** Comparisons across shards in bounded memory: hashes of keys, temporary files, and disagreeing configurations. */
import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { LocusCollector } from '../../../src/main/core/evidence/locusCollector.ts'
import { KeyCollector, PairFinder } from '../../../src/main/core/keys/duplicateKeys.ts'
import { configurationSalt, KeyPrinter, NO_SALT, type Print, printHash, wordsOf } from '../../../src/main/core/keys/keyPrint.ts'
import { PrintTable } from '../../../src/main/core/keys/printTable.ts'
import { keysOf } from '../../../src/main/core/keys/shardKeys.ts'
import { PARTITIONS, SpilledRecords } from '../../../src/main/core/keys/spilledRecords.ts'
import { recordOf } from '../cacheFiles.ts'

describe('hashes of keys', () => {
  test('every bit of a window hash counts, in both words', () => {
    const hash = createHash('sha256').update('window').digest()
    const printOf = (bytes: Uint8Array): Print => {
      const print = { low: 0, high: 0 }
      printHash(wordsOf(Uint8Array.from(bytes)), 0, NO_SALT, print)
      return print
    }
    const whole = printOf(hash)
    for (let bit = 0; bit < 256; bit++) {
      const flipped = Uint8Array.from(hash)
      flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7))
      const print = printOf(flipped)
      expect([print.low === whole.low, print.high === whole.high]).toEqual([false, false])
    }
  })

  test('of an index entry equals that of the row', () => {
    const record = { ...recordOf(1), createdAt: 0n }
    const keys = keysOf([record])
    const [configuration] = keys.configurations
    if (configuration === undefined) throw new Error('no configuration')
    const printer = new KeyPrinter()
    const [ofRow, ofEntry] = [
      { low: 0, high: 0 },
      { low: 0, high: 0 }
    ]
    printHash(wordsOf(keys.windowHashes), 0, configurationSalt(configuration), ofRow)
    const windowHash = Buffer.from(record.windowHash).toString('hex')
    expect(printer.printEntry({ ...configuration, windowHash }, ofEntry)).toBe(true)
    expect(ofEntry).toEqual(ofRow)
    for (const wrong of [windowHash.toUpperCase(), windowHash.slice(1), '']) {
      expect(printer.printEntry({ ...configuration, windowHash: wrong }, ofEntry)).toBe(false)
    }
    expect(printer.printEntry({ ...configuration, windowHash, poolType: 'max' }, ofEntry)).toBe(false)
  })
})

test('records are returned in order from temporary files and memory', () => {
  const records = new SpilledRecords(2, 100)
  try {
    const expected = new Map<number, number[]>()
    for (let i = 0; i < 20_000; i++) {
      const high = Math.imul(i, 0x9e3779b1) >>> 0
      records.room(high)
      records.words[records.at] = high
      records.words[records.at + 1] = i
      const partition = high >>> 26
      expected.set(partition, [...(expected.get(partition) ?? []), high, i])
    }
    for (let i = 0; i < PARTITIONS; i++) expect([...records.load(i)]).toEqual(expected.get(i))
  } finally {
    records.close()
  }
})

test('a table numbers hashes in order of first occurrence', () => {
  const table = new PrintTable(1000)
  const known = new Map<string, number>()
  for (let i = 0; i < 1000; i++) {
    const [low, high] = [(i * 7) % 100, (i * 3) % 10]
    const id = table.add(low, high)
    expect(id).toBe(known.get(`${low} ${high}`) ?? known.size)
    known.set(`${low} ${high}`, id)
  }
  expect(table.size).toBe(known.size)
  expect(table.find(100, 0)).toBe(-1)
  expect(new PrintTable(0).find(0, 0)).toBe(-1)
})

describe('keys in several shards', () => {
  const keys = (...ns: number[]) => keysOf(ns.map(n => ({ ...recordOf(n), createdAt: 0n })))
  const pairsOf = (...shards: readonly ReturnType<typeof keys>[]) => {
    const collector = new KeyCollector()
    try {
      for (const [i, each] of shards.entries()) collector.add(i, each)
      const finder = new PairFinder((a, b) => a - b)
      for (const holders of collector.holders()) finder.take(holders)
      return finder.pairs().map(({ first, second }) => [first, second])
    } finally {
      collector.close()
    }
  }

  test('are found with the first of them', () => {
    expect(pairsOf(keys(1, 2), keys(3), keys(2, 4), keys(4, 2), keys(5, 5))).toEqual([
      [0, 2],
      [0, 3],
      [2, 3],
      [4, 4]
    ])
    expect(pairsOf(keys(1), keys(2))).toEqual([])
  })
})

describe('the window hash of a locus', () => {
  /** Rows at loci (any number), each with a window (any text), in one configuration. */
  type Row = readonly [locus: number, window: string]
  const disagreements = (...shards: readonly { layer: number; rows: readonly Row[] }[]) => {
    const collector = new LocusCollector()
    try {
      for (const [i, { layer, rows }] of shards.entries()) {
        const hash = (text: string) => createHash('sha256').update(text).digest()
        const records = rows.map(([, window]) => ({ ...recordOf(0), windowHash: hash(window), stateLayer: layer, createdAt: 0n }))
        collector.add(i, keysOf(records), Uint32Array.from(rows.flatMap(([locus]) => [locus, Math.imul(locus, 0x9e3779b1) >>> 0])))
      }
      return [...collector.disagreements()]
        .map(({ shard, row, isMajority, agreeing }) => ({ shard, row, isMajority, agreeing }))
        .sort((a, b) => a.shard - b.shard || a.row - b.row)
    } finally {
      collector.close()
    }
  }
  const same: readonly Row[] = [
    [1, 'a'],
    [2, 'b'],
    [3, 'c']
  ]
  const wrong: readonly Row[] = [
    [1, 'a'],
    [2, 'flipped'],
    [3, 'c']
  ]

  test('is the same in all configurations', () => {
    expect(disagreements({ layer: 1, rows: same }, { layer: 2, rows: same }, { layer: 3, rows: same })).toEqual([])
  })

  test('names the disagreeing configuration if there is a majority', () => {
    const odd = { shard: 1, row: 1, isMajority: true, agreeing: 2 }
    expect(disagreements({ layer: 1, rows: same }, { layer: 2, rows: wrong }, { layer: 3, rows: same })).toEqual([odd])
  })

  test('names both sides if there is no majority', () => {
    const sides = [
      { shard: 0, row: 1, isMajority: false, agreeing: 1 },
      { shard: 1, row: 1, isMajority: false, agreeing: 1 }
    ]
    expect(disagreements({ layer: 1, rows: same }, { layer: 2, rows: wrong })).toEqual(sides)
    expect(disagreements({ layer: 1, rows: same.slice(0, 2) }, { layer: 2, rows: wrong.slice(0, 2) })).toEqual(sides)
  })

  test('names all sides of two against two, and of two, one and one', () => {
    const two = disagreements({ layer: 1, rows: same }, { layer: 2, rows: wrong }, { layer: 3, rows: same }, { layer: 4, rows: wrong })
    expect(two.map(({ shard, isMajority, agreeing }) => [shard, isMajority, agreeing])).toEqual([
      [0, false, 2],
      [1, false, 2],
      [2, false, 2],
      [3, false, 2]
    ])
    const rows: readonly Row[] = [...same.slice(0, 1), [2, 'third'], ...same.slice(2)]
    const three = disagreements({ layer: 1, rows: same }, { layer: 2, rows: wrong }, { layer: 3, rows: same }, { layer: 4, rows })
    expect(three.map(({ shard, isMajority }) => [shard, isMajority])).toEqual([
      [0, false],
      [1, false],
      [2, false],
      [3, false]
    ])
  })

  test('is ignored for a configuration with several at a locus: windows with an edit', () => {
    const edited: readonly Row[] = [...same, [2, 'with an edit']]
    expect(disagreements({ layer: 1, rows: same }, { layer: 2, rows: edited })).toEqual([])
    expect(disagreements({ layer: 1, rows: edited }, { layer: 2, rows: edited })).toEqual([])
    // The others are still compared.
    const found = disagreements({ layer: 1, rows: edited }, { layer: 2, rows: wrong }, { layer: 3, rows: same }, { layer: 4, rows: same })
    expect(found).toEqual([{ shard: 1, row: 1, isMajority: true, agreeing: 2 }])
  })

  test('a copy of a shard does not outvote others', () => {
    const found = disagreements({ layer: 1, rows: wrong }, { layer: 1, rows: wrong }, { layer: 2, rows: same }, { layer: 3, rows: same })
    expect(found.map(({ shard, row, isMajority }) => [shard, row, isMajority])).toEqual([
      [0, 1, true],
      [1, 1, true]
    ])
  })

  test('is ignored for two configurations that mostly differ, because they represent other DNA', () => {
    const other: readonly Row[] = [1, 2, 3, 4, 5].map(locus => [locus, `other ${locus}`])
    const reference: readonly Row[] = [1, 2, 3, 4, 5].map(locus => [locus, `reference ${locus}`])
    expect(disagreements({ layer: 1, rows: reference }, { layer: 2, rows: other })).toEqual([])
    // If they agree at most loci, the others are reported.
    const half: readonly Row[] = [...reference.slice(0, 3), ...other.slice(3)]
    expect(disagreements({ layer: 1, rows: reference }, { layer: 2, rows: half }).map(({ shard, row }) => [shard, row])).toEqual([
      [0, 3],
      [0, 4],
      [1, 3],
      [1, 4]
    ])
  })

  test('is not compared within one configuration', () => {
    expect(disagreements({ layer: 1, rows: same }, { layer: 1, rows: wrong })).toEqual([])
  })
})
