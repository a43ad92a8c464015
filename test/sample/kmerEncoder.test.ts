import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { encodeWindow, KMER_LAYERS, KMER_POOLINGS, type KmerLayer, kmerEncoderHash, windowHash } from '../../src/main/sample/kmerEncoder.ts'
import { InputError } from '../../src/shared/model/index.ts'

/** All words of k bases, in lexicographic order. */
function allWords(k: number): string[] {
  return k === 0 ? [''] : allWords(k - 1).flatMap(word => [...'ACGT'].map(letter => word + letter))
}

/** The definition again, word by word over substrings. */
function slowly(letters: string, k: number, from: number, to: number): number[] {
  const tokens: string[] = []
  for (let at = from; at < to; at++) tokens.push(letters.slice(at, at + k))
  const words = allWords(k)
  const logged = words.map(word => Math.log(1 + (tokens.filter(token => token === word).length * words.length) / tokens.length))
  const mean = logged.reduce((a, b) => a + b) / logged.length
  return logged.map(value => value - mean)
}

function expectClose(values: Float64Array, expected: readonly number[]): void {
  expect(values.length).toBe(expected.length)
  for (const [at, value] of expected.entries()) expect(values[at]).toBeCloseTo(value, 12)
}

const LETTERS = 'GGGCGGCGACCTCGCGGGTTTTCGCTATTTATGAAAATTTTCC'

test.each(KMER_LAYERS)('global_mean counts every k-mer, k = %i', k => {
  expectClose(encodeWindow(LETTERS, k, { poolType: 'global_mean', poolRadius: 0 }), slowly(LETTERS, k, 0, LETTERS.length - k + 1))
})

test.each(KMER_LAYERS)('centered_mean counts the tokens around the center, both ends included, k = %i', k => {
  const middle = 21 // of 43 bases
  expectClose(encodeWindow(LETTERS, k, { poolType: 'centered_mean', poolRadius: 4 }), slowly(LETTERS, k, middle - 4, middle + 5))
})

test('a radius of 0 is only the center token', () => {
  const values = encodeWindow('AAAACGTTTT', 3, { poolType: 'centered_mean', poolRadius: 0 })
  expect(values.indexOf(Math.max(...values))).toBe(allWords(3).indexOf('GTT'))
  expect(new Set(values).size).toBe(2)
})

test('a radius beyond both ends is the whole window', () => {
  expect(encodeWindow(LETTERS, 4, { poolType: 'centered_mean', poolRadius: 1000 })).toEqual(
    encodeWindow(LETTERS, 4, { poolType: 'global_mean', poolRadius: 0 })
  )
})

test('the center of a window barely longer than a k-mer is its last token', () => {
  expectClose(encodeWindow('ACGTA', 5, { poolType: 'centered_mean', poolRadius: 0 }), slowly('ACGTA', 5, 0, 1))
})

test('values are finite and different, and have mean 0. Upper and lower case are equal', () => {
  for (const layer of KMER_LAYERS) {
    for (const pooling of KMER_POOLINGS) {
      const values = encodeWindow(LETTERS.repeat(20), layer, pooling)
      expect(values.every(Number.isFinite)).toBe(true)
      expect(Math.max(...values)).toBeGreaterThan(Math.min(...values))
      expect(values.reduce((a, b) => a + b)).toBeCloseTo(0, 9)
      expect(encodeWindow(LETTERS.repeat(20).toLowerCase(), layer, pooling)).toEqual(values)
    }
  }
})

test.each<[string, KmerLayer, 'centered_mean' | 'global_mean' | 'attention', number]>([
  ['AC', 3, 'global_mean', 0],
  ['ACGNACG', 3, 'global_mean', 0],
  [LETTERS, 3, 'attention', 0],
  [LETTERS, 3, 'global_mean', 5],
  [LETTERS, 3, 'centered_mean', -1],
  [LETTERS, 3, 'centered_mean', 1.5]
])('%s, layer %i, %s %d is refused', (letters, layer, poolType, poolRadius) => {
  expect(() => encodeWindow(letters, layer, { poolType, poolRadius })).toThrow(InputError)
})

test('the encoder hash is the digest of the written definition: another formula must have another hash', () => {
  const text =
    '{"alphabet":"ACGT","centre":"floor(letters/2)","encoder":"lambda/kmer-spectrum","layers":[3,4,5],"order":"lexicographic",' +
    '"pools":["centered_mean","global_mean"],"token":"one k-mer position","value":"log1p(4^k*count/tokens)-mean","version":1}'
  expect(Buffer.from(kmerEncoderHash()).toString('hex')).toBe(createHash('sha256').update(text).digest('hex'))
})

test('the window hash is that of the upper-case sequence', () => {
  // printf ACGT | sha256sum
  const acgt = '1dff3e84fe7877e0673b69bbddcf40124e396e3f9943dd890c91b6a09adb9af0'
  expect(Buffer.from(windowHash('ACGT')).toString('hex')).toBe(acgt)
  expect(Buffer.from(windowHash('acgt')).toString('hex')).toBe(acgt)
})
