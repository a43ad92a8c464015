/** A small window: what matters stays in view, and what gave way is said. */
import type { Locator, Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { inChromium, TEST_MS } from './carriers.ts'
import { damagedSample } from './inspector.ts'
import { panel, shardGrid, shardsShown, showTab, verifyAll } from './window.ts'

async function isInside(inner: Locator, outer: Locator): Promise<boolean> {
  const [one, other] = [await inner.boundingBox(), await outer.boundingBox()]
  if (one === null || other === null) throw new Error('both must be on the page')
  return (
    one.x >= other.x && one.x + one.width <= other.x + other.width + 1 && one.y >= other.y && one.y + one.height <= other.y + other.height
  )
}

const column = (page: Page, name: string) => page.getByRole('menuitemcheckbox', { name: new RegExp(`^${name}`) })

inChromium('a small window', open => {
  test('the health stays in view whatever columns are chosen; those without room are said to be hidden', { timeout: TEST_MS }, async () => {
    const { page } = await open(damagedSample())
    await page.setViewportSize({ width: 1024, height: 700 })
    await shardsShown(page, 59)
    const grid = shardGrid(page)
    await page.getByRole('button', { name: 'Columns', exact: true }).click()
    await column(page, 'Modified').getByText('hidden: too narrow').waitFor()
    expect(await column(page, 'Verified').getAttribute('aria-checked')).toBe('true')
    await page.keyboard.press('Escape')
    await page.setViewportSize({ width: 900, height: 700 })
    await page.getByRole('button', { name: 'Columns', exact: true }).click()
    await column(page, 'Verified').getByText('hidden: too narrow').waitFor()
    expect(await column(page, 'Modified').getAttribute('aria-checked')).toBe('false')
    expect(await column(page, 'Rows').getAttribute('aria-checked')).toBe('true')
    for (const name of ['Modified', 'Pool', 'Encoder', 'Contig']) await column(page, name).click()
    expect(await page.getByText('hidden: too narrow').count()).toBe(0)
    expect(await column(page, 'Verified').getAttribute('aria-checked')).toBe('false')
    await page.keyboard.press('Escape')
    expect(await grid.evaluate(element => element.scrollWidth > element.clientWidth)).toBe(true)
    const health = grid.locator('[aria-rowindex="2"]').getByText('not verified')
    expect(await isInside(grid.getByRole('columnheader', { name: 'Health' }), grid)).toBe(true)
    expect(await isInside(health, grid)).toBe(true)
    await grid.evaluate(element => element.scrollTo({ left: 200 }))
    expect(await isInside(health, grid)).toBe(true)
  })

  test('the whole reason of a quarantine can be read', { timeout: TEST_MS }, async () => {
    const { page } = await open(damagedSample())
    await page.setViewportSize({ width: 1024, height: 700 })
    await verifyAll(page)
    await page.getByRole('banner').getByRole('button', { name: 'Repair…' }).click()
    const sheet = page.getByRole('dialog')
    await sheet.getByRole('button', { name: /^Quarantine 23 shards/ }).click()
    await sheet.getByRole('status').getByText('23 shards quarantined').waitFor()
    await sheet.getByRole('button', { name: 'Close', exact: true }).last().click()
    await showTab(page, 'Quarantine')
    const aside = panel(page, 'Quarantine')
    const grid = aside.getByRole('grid', { name: 'Files in quarantine' })
    expect(await isInside(grid.getByRole('columnheader', { name: 'Size' }), aside)).toBe(true)
    await grid.locator('[aria-rowindex="3"]').click()
    const facts = aside.getByRole('region', { name: 'The chosen file' })
    const reason = facts.getByText(/^Invalid row: row 3 has an empty embedding; .* until they are encoded again$/)
    expect(await isInside(reason, facts)).toBe(true)
    expect(await reason.evaluate(element => element.scrollWidth <= element.clientWidth)).toBe(true)
  })
})
