/** Cells of a spreadsheet contain text and numbers, never a formula. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { shardsTsv, toTsv, tsvCell } from '../../../../src/renderer/text/export/tsv.ts'
import { shardRow } from '../../shardRow.ts'

/** A cell as a spreadsheet reads it: the surrounding quotes are not part of it, and two quotes inside represent one. */
function readCell(cell: string): string {
  if (!cell.startsWith('"')) return cell
  expect(cell).toMatch(/^"(?:[^"]|"")*"$/)
  return cell.slice(1, -1).replaceAll('""', '"')
}

describe('cells', () => {
  it.each([
    ['=HYPERLINK("x")', '"\'=HYPERLINK(""x"")"'],
    ['+1', "'+1"],
    ['-1', "'-1"],
    ['@SUM(A1)', "'@SUM(A1)"],
    ['\t=1', '"\'\t=1"'],
    ['\n=1', '"\'\n=1"'],
    ['\uFF1D1', "'\uFF1D1"],
    ['"@', '"""@"'],
    ['a\tb', '"a\tb"'],
    ['a\nb', '"a\nb"'],
    ['plain', 'plain'],
    [-1, '-1'],
    [1n, '1'],
    [null, '']
  ])('%s is written %s', (value, text) => {
    expect(tsvCell(value)).toBe(text)
  })

  it('of text are read back as that text, and never as a formula', () => {
    const unit = fc.oneof(fc.constantFrom('"', "'", '=', '+', '-', '@', '\t', '\r', '\n', '\uFF1D', '\uFF20'), fc.string({ maxLength: 1 }))
    fc.assert(
      fc.property(fc.string({ unit }), text => {
        const read = readCell(tsvCell(text))
        const formula = /^[=+\-@\t\r\n\uFF1D\uFF0B\uFF0D\uFF20]/
        expect(read).toBe(formula.test(text) ? `'${text}` : text)
        expect(read).not.toMatch(formula)
      }),
      { numRuns: 2_000 }
    )
  })
})

describe('lines', () => {
  it('end with a newline and have one cell for each heading', () => {
    expect(toTsv(['a', 'b'], [[1, null]])).toBe('a\tb\n1\t\n')
  })

  it('contain all columns of the table for a shard', () => {
    const address = { encoder: '=evil', stateLayer: -1, poolType: 'global_mean', poolRadius: 0, contig: '1', strideBlock: 7 }
    const [heading, line] = shardsTsv([shardRow('embeddings/a.parquet', { address, modifiedMs: 0, health: 'damaged', rows: null })]).split(
      '\n'
    )
    const cells = Object.fromEntries((heading ?? '').split('\t').map((name, at) => [name, line?.split('\t')[at]]))
    expect(cells).toEqual({
      shard_path: 'embeddings/a.parquet',
      encoder: "'=evil",
      state_layer: '-1',
      pool_type: 'global_mean',
      pool_radius: '0',
      contig: '1',
      stride_block: '7',
      rows: '',
      values: '4',
      bytes: '2048',
      modified: '1970-01-01T00:00:00.000Z',
      verified: '',
      health: 'damaged',
      findings: '0'
    })
  })
})
