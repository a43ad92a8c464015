/** A cache of very many shards: opened, and scrolled from the first line to the last. */
import { expect, test } from 'vitest'
import { makeManyShards } from '../../support/manyShards.ts'
import { inTheWindow, TEST_MS } from '../support/carriers.ts'
import { inspectorPane, POLL, pressWhileFollowing, shardGrid, shardsShown, tree } from '../support/window.ts'

const SHARDS = 100_000
/** Whole encoders, of 24 contigs with 15 shards each. Each has one of the shards to find. */
const CONFIGURATIONS = Math.floor(SHARDS / (24 * 15))
/** After this the selection follows the cursor, ms. */
const REST = 140
const TEXT = SHARDS.toLocaleString('en')

inTheWindow('a large cache', open => {
  test('opens, and scrolls from end to end with only the visible lines in the page', { timeout: TEST_MS }, async () => {
    const { page } = await open(root)
    const grid = shardGrid(page)
    await grid.getByText('.parquet').first().waitFor()
    await shardsShown(page, SHARDS)
    await tree(page).getByRole('row', { name: 'All shards' }).getByText(TEXT, { exact: true }).waitFor()

    await grid.focus()
    await page.keyboard.press('End')
    await grid
      .locator(`[aria-rowindex="${SHARDS + 1}"]`)
      .getByText('.parquet')
      .waitFor()
    await page.keyboard.press('Home')
    await grid.locator('[aria-rowindex="2"]').getByText('.parquet').waitFor()

    for (let round = 0; round < 3; round += 1) {
      await pressWhileFollowing(grid, 'End', 'Home', REST)
      await grid.locator('[data-cursor][aria-rowindex="2"][aria-selected="true"]').getByText('.parquet').waitFor()
      await inspectorPane(page)
        .getByRole('heading', { name: /_0\.parquet/ })
        .waitFor()
    }

    await grid.hover()
    for (const share of [0.25, 0.5, 0.75]) {
      await grid.evaluate((element, share) => {
        element.scrollTop = share * element.scrollHeight
      }, share)
      const line = grid.locator(`[aria-rowindex="${Math.floor(share * SHARDS) + 10}"]`)
      await line.getByText('.parquet').waitFor()
      expect(await grid.getByRole('row').count()).toBeLessThan(150)
    }
    await page.getByRole('searchbox', { name: /in their path$/ }).fill('chrX_1.')
    await expect.poll(() => grid.getAttribute('aria-rowcount'), POLL).toBe(String(CONFIGURATIONS + 1))
    await grid.locator('[aria-rowindex="2"]').getByText('chrX_1.parquet').waitFor()
  })
})

const root = makeManyShards(SHARDS)
