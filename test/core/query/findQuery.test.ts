/** The meaning of a query in every notation of a page, a table or a keyboard. */
import { describe, expect, test } from 'vitest'
import { otherName, sameContig } from '../../../src/main/core/layouts/contigNames.ts'
import { parseQuery } from '../../../src/main/core/query/findQuery.ts'

const END = 2n ** 63n - 1n

/** The loci of a query as `[contig, start, end]`. */
function loci(query: string): unknown {
  const parsed = parseQuery(query)
  return parsed.kind === 'locus' ? parsed.loci.map(({ contig, startBp, endBp }) => [contig, startBp, endBp]) : parsed
}

describe('one locus', () => {
  test.each([
    'chr1:1,000-2,000',
    'chr1:1000..2000',
    'chr1:1000...2000',
    'chr1:1000…2000',
    'chr1:1,000 .. 2,000',
    ...Array.from('‐‑‒–—―−﹘﹣-~⁃', dash => `chr1:1000${dash}2000`),
    'chr1:1000\u00ad2000',
    'chr1:1,000 – 2,000',
    'chr1 : 1000 - 2000',
    'chr1:\u202f1\u202f000\u2009–\u20092\u202f000',
    'chr1:1 000-2 000',
    "chr1:1'000-2'000",
    'chr1:1_000-2_000',
    'chr1：1000-2000',
    'chr1 1,000-2,000',
    'chr1\t1000..2000',
    '\u200bchr1:1,000\u200b-\u20602,000\ufeff',
    '\ufeffchr1:1000-2000\u200e',
    'c\u200dhr1:10\u200c00-2000',
    '\u00a0chr1:1000-2000\u00a0',
    'chr1\t999\t2000',
    'chr1 999 2000',
    'chr1\t999\t2000\twindow 1\t0\t+',
    'chr1\t999\t2000\t.\t1000\t-\t999\t999\t255,0,0\t1\t1001,\t0,',
    'chr1 999 2000 name 0.5\r\n',
    'chr1   999\u00a02000   name'
  ])('%j', query => {
    expect(loci(query)).toEqual([['chr1', 999n, 2000n]])
  })
})

test.each(['chr1', '22', 'X', 'MT', 'chrUn_KI270302v1', 'HLA-A*01:01', 'NC_001416.1', ' chr1\n'])('%j alone is a whole contig', query => {
  expect(loci(query)).toEqual(expect.arrayContaining([[query.trim(), 0n, END]]))
})

test.each([
  ['chr1', null],
  ['7', null],
  ['mt', null],
  ['scaffold_12', /neither a hash prefix/],
  ['not valid', /neither a hash prefix/],
  ['abc', /3 digits are too few for a hash/],
  ['ACGTTGCA', /8 bases are too few for a DNA search/]
])('%j, if no shard has this contig', (query, refusal) => {
  const parsed = parseQuery(query)
  const message = parsed.kind === 'locus' ? (parsed.refusal?.message ?? null) : parsed
  expect(message).toEqual(refusal === null ? null : expect.stringMatching(refusal))
})

test.each(['chr1:0-10', 'chr1:20–10', 'chr1:20..10', 'chr1：0'])('%j is reported as an impossible locus', query => {
  expect(() => parseQuery(query)).toThrow(/positions count from 1/)
})

test.each(['chr1:1-2\nchr2:1-2', 'chr1\t1\t2\nchr2\t1\t2', 'chr1 1 2\r\nchr2 1 2', 'chr1\nchr2'])('%j: one at a time', query => {
  expect(() => parseQuery(query)).toThrow(/several lines/)
})

test.each(['__proto__', 'constructor', 'toString'])('%j has no other name', contig => {
  expect(otherName(contig)).toBeNull()
})

test('no contig has a name of 300 characters', () => {
  expect(() => parseQuery(`${'n'.repeat(300)} b`)).toThrow(/neither a hash prefix/)
})

test('hashes and DNA with invisible characters', () => {
  expect(parseQuery('\ufeffdead\u200bbeef')).toEqual({ kind: 'hash', prefix: 'deadbeef' })
  expect(parseQuery('ACGT\u00adACGT\u200bACGT\nACGT')).toEqual({ kind: 'dna', dna: 'ACGTACGTACGTACGT' })
})

test.each([
  ['1', 'Chr1', true],
  ['chr', 'chrchr', true],
  ['caf\u00e9', 'cafe\u0301', true],
  ['chrCAFE\u0301', 'caf\u00e9', true],
  ['chr\u200b1', '1', true],
  ['1', '11', false],
  ['M', 'MT', false],
  ['caf\u00e9', 'cafe', false]
])('%j and %j: one contig is %j', (a, b, same) => {
  expect(sameContig(a, b)).toBe(same)
})
