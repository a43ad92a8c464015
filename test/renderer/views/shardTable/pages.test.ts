/** A table of any length as pages of a fixed size. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { findByPath, indexAmong, pagesOf, rowAt, type ShardPage } from '../../../../src/renderer/views/shardTable/pages.ts'
import { shardRow } from '../../shardRow.ts'

const SIZE = 4
const paths = Array.from({ length: 21 }, (_, n) => `embeddings/${String(n).padStart(3, '0')}.parquet`)
function page(all: readonly string[], number: number): ShardPage {
  const entries = all.slice(number * SIZE, (number + 1) * SIZE).map(path => shardRow(path))
  return { total: all.length, rows: 0, withoutRowCount: 0, bytes: 0, entries }
}

describe('pages', () => {
  it('of a range are those that contain any of its rows', () => {
    expect(pagesOf(3, 8, SIZE)).toEqual([0, 1, 2])
    expect(pagesOf(4, 7, SIZE)).toEqual([1])
    expect(pagesOf(0, 0)).toEqual([0])
    expect(pagesOf(0, -1)).toEqual([])
  })

  it('contain every row of the range, and no page is without one', () => {
    fc.assert(
      fc.property(fc.nat(5000), fc.nat(900), (first, more) => {
        const pages = pagesOf(first, first + more)
        return pages[0] === Math.floor(first / 500) && pages.at(-1) === Math.floor((first + more) / 500)
      })
    )
  })

  it('that have not arrived have no rows', () => {
    const pages = new Map([[1, page(paths, 1)]])
    expect(rowAt(pages, 6, SIZE)?.shardPath).toBe(paths[6])
    expect(rowAt(pages, 2, SIZE)).toBeUndefined()
    expect(indexAmong(pages, paths[7] ?? '', SIZE)).toBe(7)
    expect(indexAmong(pages, paths[8] ?? '', SIZE)).toBeNull()
  })
})

describe.each([false, true])('a path in a table sorted by path, descending: %s', descending => {
  const sorted = descending ? paths.toReversed() : paths
  const asked: number[] = []
  const load = (number: number): Promise<ShardPage> => {
    asked.push(number)
    return Promise.resolve(page(sorted, number))
  }

  it('is found at any position, with few requests', async () => {
    for (const [index, path] of sorted.entries()) {
      asked.length = 0
      expect(await findByPath(path, sorted.length, descending, load, SIZE)).toBe(index)
      expect(asked.length).toBeLessThanOrEqual(3)
    }
  })

  it('is not found if it does not exist', async () => {
    for (const path of ['', 'embeddings/0105.parquet', 'zzz']) {
      expect(await findByPath(path, sorted.length, descending, load, SIZE)).toBeNull()
    }
    expect(await findByPath('a', 0, descending, load, SIZE)).toBeNull()
  })
})
