/** The actions that a cause of problems offers. */
import { expect, test } from 'vitest'
import { page } from 'vitest/browser'
import { CauseView } from '../../src/renderer/panels/problems/CauseView.tsx'
import { causesOf } from '../../src/renderer/panels/problems/causes.ts'
import { SettingsProvider } from '../../src/renderer/state/settings.tsx'
import { finding } from '../../src/shared/model/finding.ts'
import { showInCache } from './show.tsx'

const ROW = finding('row_without_entry', 'embeddings/a/1/global_mean_0/chr1_0.parquet', { rows: 1, isRebuilt: true }, { row: 0 })
const INDEX = 'embeddings/index.sqlite'
const OTHER = finding('index_other_layout', INDEX, { index: 1, layout: 2, shards: 1, rows: 4, hasIndex: true })
const UNSUPPORTED = finding('index_unsupported', INDEX, { reason: 'the index is of layout 3' })

test.each([
  ['a row that is not in the index', ROW, true, 1],
  ['a row that is not in an index that is only read', ROW, false, 0],
  ['shards of another layout than the index', OTHER, true, 0],
  ['an index of a newer GenoLeWM', UNSUPPORTED, false, 0]
])('%s: a rebuild is offered where it helps', async (_, found, isRebuildable, buttons) => {
  const [cause] = causesOf([found])
  if (cause === undefined) throw new Error('no cause')
  const view = (
    <SettingsProvider fallback={null}>
      <CauseView cause={cause} scope={{}} />
    </SettingsProvider>
  )
  showInCache(view, { program: { settings: async () => ({}) } }, { isRebuildable })
  await expect.element(page.getByRole('grid', { name: 'Places' })).toBeInTheDocument()
  expect(page.getByRole('button', { name: 'Rebuild the index…' }).elements()).toHaveLength(buttons)
})
