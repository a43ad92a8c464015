/** Which part of a name or a path is shortened, so that two shards stay distinct. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { headAndTail, pathParts, sharedEncoder } from '../../../src/renderer/text/shortNames.ts'

const PATH = 'embeddings/lambda__kmer-spectrum/3/centered_mean_128/chrNC_001416.1_0.parquet'

test('the number at the end of a name is kept', () => {
  expect(headAndTail('centered_mean_128')).toEqual(['centered_mean', '_128'])
  expect(headAndTail('lambda__kmer-spectrum')).toEqual(['lambda__kmer-spectrum', ''])
  expect(headAndTail('_7')).toEqual(['_7', ''])
})

describe('the parts of a path', () => {
  test('are the encoder, the layer, the pool, its radius and those of the file', () => {
    expect(pathParts(PATH)).toEqual({
      outer: 'lambda__kmer-spectrum/',
      layer: '3/',
      pool: 'centered_mean',
      radius: '_128/',
      stem: 'chrNC_001416.1',
      block: '_0',
      ending: '.parquet'
    })
    expect(pathParts(PATH, 'embeddings/lambda__kmer-spectrum/3/')).toMatchObject({ outer: '', layer: '', pool: 'centered_mean' })
    expect(pathParts('embeddings/stray.parquet')).toEqual({
      outer: '',
      layer: '',
      pool: '',
      radius: '',
      stem: 'stray',
      block: '',
      ending: '.parquet'
    })
  })

  test('are the whole path again, for any folder names', () => {
    const name = fc.stringMatching(/^[a-z0-9_-]{1,12}$/)
    fc.assert(
      fc.property(fc.array(name, { maxLength: 5 }), name, fc.constantFrom('', '.parquet'), (folders, file, ending) => {
        const below = [...folders, file + ending].join('/')
        expect(Object.values(pathParts(`embeddings/${below}`)).join('')).toBe(below)
      })
    )
  })
})

test('a common encoder is omitted', () => {
  expect(sharedEncoder([PATH, PATH.replace('/3/', '/4/')])).toBe('embeddings/lambda__kmer-spectrum/')
  expect(sharedEncoder([PATH, PATH.replace('lambda__', 'other__')])).toBe('embeddings/')
  expect(sharedEncoder([PATH, 'embeddings/index.sqlite'])).toBe('embeddings/')
  expect(sharedEncoder(['embeddings/lambda__kmer-spectrum/3'])).toBe('embeddings/')
  expect(sharedEncoder([])).toBe('embeddings/')
})
