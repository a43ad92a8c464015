/** The times of verifications, and verifying only what needs it, on a chosen number of threads. */
import { readdirSync, utimesSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { inTheWindow, TEST_MS } from '../support/carriers.ts'
import { damagedSample } from '../support/inspector.ts'
import { jobEnd, shardGrid, verifyAll } from '../support/window.ts'

const menu = (page: Page) => page.getByRole('menu', { name: 'Verify options' })

async function openMenu(page: Page): Promise<void> {
  await page.getByRole('banner').getByRole('button', { name: 'Verify options' }).click()
  await menu(page).getByText('Reader threads').waitFor()
}

inTheWindow('verify again', open => {
  test('only changed or old shards', { timeout: TEST_MS }, async () => {
    const root = damagedSample()
    const { page } = await open(root)
    await shardGrid(page).getByText('.parquet').first().waitFor()
    await openMenu(page)
    await menu(page).getByText('Not verified yet').waitFor()
    await menu(page).getByRole('menuitem', { name: 'New and changed shards 59 shards' }).waitFor()
    await page.keyboard.press('Escape')
    await verifyAll(page)
    await openMenu(page)
    await menu(page).getByText('Last verified just now').waitFor()
    const changed = menu(page).getByRole('menuitem', { name: /^New and changed/ })
    await expect.poll(() => changed.getAttribute('aria-disabled')).toBe('true')
    await page.keyboard.press('Escape')

    const [shard] = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter(name => name.endsWith('chrNC_001416.1_0.parquet'))
    utimesSync(join(root, shard ?? ''), 1_700_000_000, 1_700_000_000)
    await page.getByRole('banner').getByText('26/59 verified').waitFor()
    await openMenu(page)
    await menu(page).getByRole('menuitem', { name: 'New and changed shards 1 shard' }).click()
    await jobEnd(page).getByText('1 shard with 32 rows checked').waitFor()
    await page.getByRole('banner').getByText('27/59 verified').waitFor()
  })

  test('on the chosen number of threads, also after a restart', { timeout: TEST_MS }, async () => {
    const { page } = await open(damagedSample())
    await openMenu(page)
    await menu(page).getByRole('menuitemradio', { name: '4', exact: true }).click()
    await fourAreChosen(page)
    await page.keyboard.press('Escape')
    await verifyAll(page)
    await page.reload()
    await openMenu(page)
    await fourAreChosen(page)
  })
})

async function fourAreChosen(page: Page): Promise<void> {
  const chosen = menu(page).getByRole('menuitemradio', { name: '4', exact: true })
  await expect.poll(() => chosen.getAttribute('aria-checked')).toBe('true')
}
