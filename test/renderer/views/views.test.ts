/** The registry of views, and the last view of a cache. */
import { expect, test } from 'vitest'
import { keepSelection, keptSelectionsSchema, selectionOf } from '../../../src/renderer/state/keptSelection.ts'
import { START } from '../../../src/renderer/state/selection.ts'
import { VIEW_IDS } from '../../../src/renderer/state/viewIds.ts'
import { VIEWS } from '../../../src/renderer/views/views.ts'

test('the keys of views are the digits from 1 on, in tab order', () => {
  const digits = VIEW_IDS.map(id => VIEWS[id].shortcut).filter(digit => digit !== null)
  expect(digits).toEqual(digits.map((_, at) => String(at + 1)))
})

test('a view that does not exist in this version becomes the first one, and the rest of the selection stays', () => {
  const selection = { ...START, tab: 'rows' as const, shardPath: 'embeddings/a.parquet', rowOffset: 7 }
  const kept = keepSelection([], '/cache', selection)
  expect(selectionOf(keptSelectionsSchema.parse(JSON.parse(JSON.stringify(kept))), '/cache')).toEqual(selection)
  const other = JSON.parse(JSON.stringify(kept).replace('"rows"', '"gone"'))
  expect(selectionOf(keptSelectionsSchema.parse(other), '/cache')).toEqual({ ...selection, tab: 'shards' })
})
