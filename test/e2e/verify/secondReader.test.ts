/** The second reader in the window: an option in the verify menu, its part of the report, and files of other layouts in raw form. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { ambiguousShard, dataPage, HANDMADE_PATH, handmadeShard, plainText } from '../../core/handmadeShard.ts'
import { newerCache } from '../../support/newer.ts'
import { temporaryFolder } from '../../support/temporaryFolder.ts'
import { inChromium, inTheWindow, TEST_MS } from '../support/carriers.ts'
import { inspectorPane, jobEnd, panel, shardGrid, showTab } from '../support/window.ts'

const menu = (page: Page) => page.getByRole('menu', { name: 'Verify options' })
const rawGrid = (page: Page) => page.getByRole('grid', { name: 'Rows of the file as they are stored' })
function cacheWith(bytes: Uint8Array): string {
  const root = temporaryFolder()
  mkdirSync(dirname(join(root, HANDMADE_PATH)), { recursive: true })
  writeFileSync(join(root, HANDMADE_PATH), bytes)
  return root
}

inTheWindow('the second reader', open => {
  test('is enabled once, used by every verification, and its report lists the comparisons', { timeout: TEST_MS }, async () => {
    const { page } = await open(cacheWith(ambiguousShard()))
    await shardGrid(page).getByText('.parquet').first().waitFor()
    const tick = menu(page).getByRole('menuitemcheckbox', { name: 'Second reader (hyparquet)' })
    await page.getByRole('banner').getByRole('button', { name: 'Verify options' }).click()
    await tick.getByText('10 to 60 times slower').waitFor()
    expect(await tick.getAttribute('aria-checked')).toBe('false')
    await tick.click()
    await expect.poll(() => tick.getAttribute('aria-checked')).toBe('true')
    await page.keyboard.press('Escape')
    await page.getByRole('banner').getByRole('button', { name: 'Verify', exact: true }).click()
    await jobEnd(page).getByText('1 shard with 8 rows checked').waitFor()
    await panel(page, 'Jobs').getByText('Second reader (hyparquet): 1 shard compared, values differ in 1 shard.').waitFor()
    await showTab(page, 'Problems')
    await panel(page, 'Problems').getByText('Readers disagree').first().waitFor()
  })
})

inChromium('a shard of another layout', open => {
  test('layout 3: its columns, its metadata and all its rows, as stored', { timeout: TEST_MS }, async () => {
    const { page, copied } = await open(newerCache('layout3b'))
    const grid = shardGrid(page)
    await grid.getByText('.parquet').first().waitFor()
    await grid
      .getByRole('row')
      .filter({ has: page.getByRole('gridcell', { name: '17', exact: true }) })
      .first()
      .click()
    const inspector = inspectorPane(page)
    await inspector
      .getByText(/layout 3/)
      .first()
      .waitFor()
    await inspector.getByRole('heading', { name: '1 row group' }).waitFor()
    await inspector.getByText('embedding.list.element').waitFor()
    await inspector.getByText('ARROW:schema').click()
    await inspector.getByText(/^\/\/\/\/\//).waitFor()
    await showTab(page, 'Rows')
    await rawGrid(page).getByRole('columnheader', { name: 'storage_dtype' }).waitFor()
    await expect.poll(() => rawGrid(page).getAttribute('aria-rowcount')).toBe('18')
    await rawGrid(page).getByText('3.0.0').first().waitFor()
    await rawGrid(page).focus()
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Control+c')
    await expect.poll(copied).toMatch(/^chrom\tstart_bp\t.*\nX\t8192\t20480\t/)
  })

  test('an unsupported encoding: every other column is shown, and the missing one is reported', { timeout: TEST_MS }, async () => {
    const page1 = dataPage('LZO', 1, 'PLAIN', plainText('1'))
    const { page } = await open(cacheWith(handmadeShard(1, { chrom: { chunk: { codec: 'LZO', values: 1, pages: [page1] } } })))
    await shardGrid(page).getByText('.parquet').first().click()
    await inspectorPane(page).getByText(/LZO/).first().waitFor()
    await showTab(page, 'Rows')
    await panel(page, 'Rows')
      .getByText(/Values of chrom cannot be shown:.*LZO/)
      .waitFor()
    await rawGrid(page).getByText('12288').waitFor()
    expect(await rawGrid(page).getByRole('columnheader', { name: 'chrom' }).count()).toBe(0)
  })

  test('a foreign Parquet file with the name of a shard', { timeout: TEST_MS }, async () => {
    const text = { codec: 'UNCOMPRESSED', values: 1, pages: [dataPage('UNCOMPRESSED', 1, 'PLAIN', plainText('9.9.9'))] } as const
    const { page } = await open(cacheWith(handmadeShard(1, { schema_version: { chunk: text } })))
    await shardGrid(page).getByText('.parquet').first().click()
    await showTab(page, 'Rows')
    await rawGrid(page).getByText('9.9.9').waitFor()
  })
})
