/** A shard that another program rewrites while it is shown: rows and heat map are those of the new file. */
import { copyFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { inChromium, inTheWindow, TEST_MS } from '../support/carriers.ts'
import { damagedSample } from '../support/inspector.ts'
import { panel, shardGrid, shardsShown, showTab, verifyAll } from '../support/window.ts'

async function showPicture(page: Page): Promise<void> {
  await shardsShown(page, 59)
  await page.getByRole('searchbox', { name: /in their path$/ }).fill('5/global_mean_0/chrNC_001416.1_0')
  await shardsShown(page, 1)
  await shardGrid(page).locator('[aria-rowindex="2"]').click()
  await showTab(page, 'Heat map')
  await panel(page, 'Heat map')
    .getByText(/^32 rows × 1,024 dimensions\./)
    .first()
    .waitFor()
}

/** The only shard of that layer and pool. */
function shardOf(root: string, name: RegExp): string {
  const found = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter(path => name.test(path))
  expect(found).toHaveLength(1)
  return join(root, found[0] ?? '')
}

inTheWindow('a rewritten shard', open => {
  test('is shown in its current state', { timeout: TEST_MS }, async () => {
    const root = damagedSample()
    const { page } = await open(root)
    await showPicture(page)
    copyFileSync(shardOf(root, /5.global_mean_0.chrNC_001416\.1_2\.parquet$/), shardOf(root, /5.global_mean_0.chrNC_001416\.1_0\.parquet$/))
    await panel(page, 'Heat map')
      .getByText(/^29 rows × 1,024 dimensions\./)
      .first()
      .waitFor()
    await showTab(page, 'Rows')
    await panel(page, 'Rows').getByText('29 rows', { exact: true }).waitFor()
  })
})

inChromium('a picture', open => {
  test('is not drawn again for changes elsewhere', { timeout: TEST_MS }, async () => {
    const { page } = await open(damagedSample())
    const asked = { pictures: 0, trees: 0 }
    page.on('websocket', socket =>
      socket.on('framesent', ({ payload }) => {
        if (payload.includes('shards/heatMap')) asked.pictures += 1
        if (payload.includes('shards/tree')) asked.trees += 1
      })
    )
    await page.reload()
    await showPicture(page)
    const before = { ...asked }
    expect(before.pictures).toBeGreaterThan(0)
    await verifyAll(page)
    await page.getByRole('banner').getByText('27/59 verified').waitFor()
    await expect.poll(() => asked.trees).toBeGreaterThan(before.trees)
    expect(asked.pictures).toBe(before.pictures)
  })
})
