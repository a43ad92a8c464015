/** Totals of rows: unknown until all footers were read, and without unreadable ones. */
import { expect, test } from 'vitest'
import { type CatalogEntry, ConfigurationIndex } from '../../../src/main/service/catalog/catalogEntry.ts'
import { PageSelection } from '../../../src/main/service/catalog/page.ts'
import { treeOf } from '../../../src/main/service/catalog/tree.ts'
import { EVERYTHING } from '../testService.ts'

const groups = new ConfigurationIndex()

function line(contig: string, footer: Partial<Pick<CatalogEntry, 'footerSeen' | 'rows'>>): CatalogEntry {
  return { ...groups.line(`embeddings/e/3/global_mean_0/chr${contig}_0.parquet`, { bytes: 10, mtimeNs: 1n }), ...footer }
}

/** The totals below the table, and the tree of all shards. */
function sums(...lines: readonly CatalogEntry[]) {
  const { rows, withoutRowCount } = new PageSelection().of(lines, 1, EVERYTHING)
  const [top] = treeOf(lines)
  expect([top?.rows, top?.withoutRowCount]).toEqual([rows, withoutRowCount])
  return { rows, withoutRowCount }
}

test('the number of rows is unknown until all footers were read', () => {
  expect(sums(line('1', {}), line('2', {}))).toMatchObject({ rows: null })
  expect(sums(line('1', { footerSeen: true, rows: 5 }), line('2', {}))).toMatchObject({ rows: null })
  expect(sums(line('1', { footerSeen: true, rows: 5 }), line('2', { footerSeen: true, rows: 7 }))).toEqual({ rows: 12, withoutRowCount: 0 })
})

test('shards with an unreadable footer are reported as omitted', () => {
  expect(sums(line('1', { footerSeen: true, rows: 5 }), line('2', { footerSeen: true }))).toEqual({ rows: 5, withoutRowCount: 1 })
})
