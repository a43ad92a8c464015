/** Shards with the same keys: the second one can be quarantined, the first one is named, and a conflict is shown before the decision. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Locator, Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { inTheWindow, TEST_MS } from '../support/carriers.ts'
import { damagedSample } from '../support/inspector.ts'
import { jobEnd, showTab, verifyAll } from '../support/window.ts'

const POOL = 'embeddings/lambda__kmer-spectrum/3/centered_mean_128'
const path = (name: string): string => `${POOL}/chr${name}_0.parquet`

inTheWindow('shards with the same keys', open => {
  test('of duplicates only the second can be quarantined, and the first is named', { timeout: TEST_MS }, async () => {
    const folder = damagedSample()
    const { page } = await open(folder)
    await verifyAll(page)
    const cause = await showCause(page, 'Duplicate key')
    await cause.getByRole('row', { name: /chrduplicate-b_0\.parquet 12 rows/ }).click()
    const kept = cause.getByRole('region', { name: 'Shard to keep' })
    await kept.getByText('It holds the 12 keys with the same values.').waitFor()
    expect(await kept.getByRole('definition').allTextContents()).toEqual([
      expect.stringContaining('chrduplicate-a_0'),
      expect.stringContaining('chrduplicate-b_0')
    ])
    await cause.getByRole('button', { name: 'Quarantine 1…' }).click()
    const sheet = page.getByRole('dialog', { name: 'Quarantine 1 shard' })
    const [line, ...others] = await sheet.getByRole('listitem').allTextContents()
    expect(others).toEqual([])
    expect(line).toBe(`${path('duplicate-b')}${path('duplicate-a')} stays.`)
    await sheet.getByRole('textbox', { name: 'Reason' }).fill('the same rows as duplicate-a')
    await page.keyboard.press('Enter')
    await jobEnd(page).getByText('1 shard quarantined.').waitFor()
    expect(['duplicate-a', 'duplicate-b'].map(name => existsSync(join(folder, path(name))))).toEqual([true, false])
  })

  test('of a conflict, both rows are shown, and one of them is chosen', { timeout: TEST_MS }, async () => {
    const folder = damagedSample()
    const { page } = await open(folder)
    await verifyAll(page)
    const cause = await showCause(page, 'Conflicting key')
    expect(await cause.getByRole('button', { name: /^Quarantine/ }).count()).toBe(0)
    const rows = cause.getByRole('region', { name: 'Conflicting rows' })
    await rows.getByText(/The vectors differ in \d+ of \d+ dimensions. The largest difference is 1/).waitFor()
    const headings = await rows.getByRole('columnheader').allTextContents()
    expect(headings.slice(1)).toEqual([expect.stringContaining('chrconflict-a_0'), expect.stringContaining('chrconflict-b_0')])
    const texts = await rows.getByRole('row').allTextContents()
    expect(texts.some(text => /^Dimension 0 ≠/.test(text))).toBe(true)
    expect(texts.some(text => /^Window hash ≠/.test(text))).toBe(false)
    await rows.getByRole('button', { name: 'Keep this one, quarantine the other…' }).last().click()
    const sheet = page.getByRole('dialog', { name: 'Quarantine 1 shard' })
    expect(await sheet.getByRole('listitem').allTextContents()).toEqual([`${path('conflict-a')}${path('conflict-b')} stays.`])
    await page.keyboard.press('Escape')
  })
})

async function showCause(page: Page, name: string): Promise<Locator> {
  await showTab(page, 'Problems')
  await page
    .getByRole('listbox', { name: 'Causes' })
    .getByRole('option', { name: new RegExp(`^${name}`) })
    .click()
  return page.getByRole('region', { name, exact: true })
}
