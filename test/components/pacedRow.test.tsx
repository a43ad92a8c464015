/** The row that keys move: at once, while the selection follows when they rest. */
import { expect, test } from 'vitest'
import { type PacedRow, usePacedRow } from '../../src/renderer/parts/usePacedRow.ts'
import { showInCache } from './show.tsx'

/** After this the selection follows, ms. */
const REST = 120

function Row({ report }: { readonly report: (row: PacedRow) => void }) {
  report(usePacedRow())
  return null
}

async function shown() {
  const latest: { row?: PacedRow } = {}
  const workspace = showInCache(<Row report={row => Object.assign(latest, { row })} />)
  const paced = (): PacedRow => {
    if (latest.row === undefined) throw new Error('not shown yet')
    return latest.row
  }
  await expect.poll(() => latest.row).toBeDefined()
  return { workspace, paced }
}

const wait = (ms: number) => new Promise(resolve => setTimeout(resolve, ms))

test('a held key moves the row at once and makes one step of the history', async () => {
  const { workspace, paced } = await shown()
  for (const row of [1, 2, 3]) {
    paced().choose(row, true)
    await expect.poll(() => paced().row).toBe(row)
  }
  expect(workspace().selection.rowOffset).toBeNull()
  await expect.poll(() => workspace().selection.rowOffset).toBe(3)
  workspace().back()
  await expect.poll(() => paced().row).toBeNull()
})

test('a row that a key leads to stays when the selection follows the one before', async () => {
  const { workspace, paced } = await shown()
  paced().choose(1, false)
  // Nothing of the selection is rendered yet.
  paced().choose(2, true)
  await expect.poll(() => workspace().selection.rowOffset).toBe(1)
  expect(paced().row).toBe(2)
  await expect.poll(() => workspace().selection.rowOffset).toBe(2)
  expect(paced().row).toBe(2)
})

test('another selection ends what was pending', async () => {
  const { workspace, paced } = await shown()
  paced().choose(5, true)
  workspace().go({ shardPath: 'other', rowOffset: 9 })
  await expect.poll(() => paced().row).toBe(9)
  await wait(2 * REST)
  expect(workspace().selection).toMatchObject({ shardPath: 'other', rowOffset: 9 })
})
