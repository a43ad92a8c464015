/** Which columns of the table of shards are shown. */
import { expect, test } from 'vitest'
import { columnsGivenWay, fittingColumns } from '../../src/renderer/views/shardTable/columns.tsx'

test('columns give way where the table is narrow, the least important first', () => {
  const sizes = { shardPath: 240, rows: 60, bytes: 82, modifiedMs: 94, verifiedAtMs: 94, health: 122, pool: 140 }
  const chosen = { pool: false }
  const names = (width: number): string[] => Object.keys(sizes).filter(id => fittingColumns(chosen, sizes, width)[id] !== false)
  const all = ['shardPath', 'rows', 'bytes', 'modifiedMs', 'verifiedAtMs', 'health']
  expect(names(692)).toEqual(all)
  expect(names(691)).toEqual(all.filter(id => id !== 'modifiedMs'))
  expect(names(597)).toEqual(['shardPath', 'rows', 'bytes', 'health'])
  expect(names(100)).toEqual(['shardPath', 'rows', 'health'])
})

test('what gave way is told from what was not chosen', () => {
  const sizes = { shardPath: 240, pool: 140, rows: 60, bytes: 82, modifiedMs: 94, health: 122 }
  const chosen = { pool: false }
  expect(columnsGivenWay(chosen, fittingColumns(chosen, sizes, 510))).toEqual(['modifiedMs'])
  expect(columnsGivenWay(chosen, fittingColumns(chosen, sizes, 600))).toEqual([])
})
