/** Parts of the window by name, and actions that many journeys need. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Locator, Page } from 'playwright-core'
import { expect } from 'vitest'
import { PATIENCE_MS } from './inspector.ts'

export const POLL = { timeout: PATIENCE_MS }

/** The lambda phage as named in the sample. */
export const GENOME = readFileSync(join(import.meta.dirname, '../../../resources/lambda_phage.fa'), 'utf8')
  .replace(/^>.*\n/, '')
  .replace(/\s/g, '')

export const shardGrid = (page: Page): Locator => page.getByRole('grid', { name: 'Shards' })
export const tree = (page: Page): Locator => page.getByRole('treegrid')
export const inspectorPane = (page: Page): Locator => page.getByRole('region', { name: 'Inspector' })
export const panel = (page: Page, name: string): Locator => page.getByRole('tabpanel', { name: new RegExp(`^${name}`) })

/** The place in the drawer with the result of a job. */
export const jobEnd = (page: Page): Locator => panel(page, 'Jobs').getByRole('status')

/** Waits until the table has this number of shards. */
export async function shardsShown(page: Page, count: number): Promise<void> {
  await expect.poll(() => shardGrid(page).getAttribute('aria-rowcount'), POLL).toBe(String(count + 1))
}

/** Shows a tab, in the centre or in the drawer. */
export async function showTab(page: Page, name: string): Promise<void> {
  await page.getByRole('tab', { name: new RegExp(`^${name}`) }).click()
  await panel(page, name).waitFor()
}

/** Verifies the whole damaged sample. */
export async function verifyAll(page: Page): Promise<void> {
  await page.getByRole('banner').getByRole('button', { name: 'Verify', exact: true }).click()
  await jobEnd(page).getByText('59 shards with 1,436 rows checked').waitFor()
}

/** Types a query into the search box. */
export async function type(page: Page, query: string): Promise<void> {
  await page.keyboard.press('Control+k')
  await page.keyboard.insertText(query)
}

/** Drops files and folders on the middle of the window, like a file manager. */
export async function drop(page: Page, paths: readonly string[]): Promise<void> {
  const session = await page.context().newCDPSession(page)
  const data = { items: [], files: [...paths], dragOperationsMask: 1 }
  for (const kind of ['dragEnter', 'dragOver', 'drop'] as const) {
    await session.send('Input.dispatchDragEvent', { type: kind, x: 400, y: 300, data })
  }
  await session.detach()
}

/**
 * Two keys in a table: the second one when the selection has just followed the first, before anything is drawn.
 * @param rest after which the selection follows, ms
 */
export async function pressWhileFollowing(grid: Locator, first: string, second: string, rest: number): Promise<void> {
  await grid.evaluate(
    async (element, { first, second, rest }) => {
      const press = (key: string) => element.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }))
      press(first)
      await new Promise<void>(resolve => {
        setTimeout(() => {
          press(second)
          resolve()
        }, rest)
      })
    },
    { first, second, rest }
  )
}
