/** Browsing a cache, going back, and restoring the last state. */
import { readdirSync, statSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { inTheWindow, TEST_MS } from '../support/carriers.ts'
import { damagedSample } from '../support/inspector.ts'
import { inspectorPane, POLL, shardGrid, shardsShown, tree } from '../support/window.ts'

/** File name of the largest file. */
function largestShard(cache: string): string {
  const paths = readdirSync(cache, { recursive: true, encoding: 'utf8' }).filter(path => path.endsWith('.parquet'))
  const [largest = ''] = paths.sort((a, b) => statSync(join(cache, b)).size - statSync(join(cache, a)).size)
  return basename(largest)
}

inTheWindow('browsing', open => {
  test('open and browse: the tree, the table, sorted by size, and the rows of one shard', { timeout: TEST_MS }, async () => {
    const cache = damagedSample()
    const { page } = await open(cache)
    await tree(page).getByRole('row', { name: 'All shards' }).getByText('59', { exact: true }).waitFor()
    await shardsShown(page, 59)

    const shards = shardGrid(page)
    const first = shards.locator('[aria-rowindex="2"]')
    const byBytes = shards.getByRole('columnheader', { name: 'Bytes' })
    await byBytes.getByRole('button').click()
    await first.getByText('chrempty-file_0.parquet').waitFor()
    expect(await byBytes.getAttribute('aria-sort')).toBe('ascending')
    await first.getByText('0 B', { exact: true }).waitFor()
    await byBytes.getByRole('button').click()
    await first.getByText(largestShard(cache)).waitFor()
    expect(await byBytes.getAttribute('aria-sort')).toBe('descending')

    await tree(page).getByRole('row', { name: 'layer 4' }).click()
    await shardsShown(page, 9)
    await first.click()
    await page.keyboard.press('Control+3')
    await page.getByRole('grid', { name: 'Rows of the shard' }).getByText('NC_001416.1').first().waitFor()
  })

  test('the shortcuts work while the heading of a column has the focus', { timeout: TEST_MS }, async () => {
    const { page } = await open(damagedSample())
    await shardsShown(page, 59)
    const heading = shardGrid(page).getByRole('columnheader', { name: 'Bytes' }).getByRole('button')
    const box = page.getByRole('combobox', { name: /^Look up/ })
    const isFocused = (): Promise<boolean> => box.evaluate(input => input === document.activeElement)
    for (const keys of ['Control+k', '/']) {
      await heading.click()
      await page.keyboard.press(keys)
      await expect.poll(isFocused, POLL).toBe(true)
      expect(await box.inputValue()).toBe('')
      await page.keyboard.type('/?')
      expect(await box.inputValue()).toBe('/?')
      await page.keyboard.press('Escape')
    }
    await heading.click()
    await page.keyboard.press('?')
    await page.getByRole('dialog').getByRole('heading', { name: 'Keyboard shortcuts' }).waitFor()
  })

  test('in a small window nothing covers a number, and the tabs are complete', { timeout: TEST_MS }, async () => {
    const { page } = await open(damagedSample())
    await page.setViewportSize({ width: 1024, height: 700 })
    await shardsShown(page, 59)
    const grid = shardGrid(page)
    await expect.poll(() => columns(page), POLL).not.toContain('Modified')
    expect(await columns(page)).toEqual(expect.arrayContaining(['Shard', 'Rows', 'Health']))
    const ends = await grid
      .locator('[aria-rowindex="2"] > [role=gridcell]')
      .evaluateAll(cells => cells.map(cell => [cell.getBoundingClientRect().left, cell.getBoundingClientRect().right] as const))
    for (const [n, [left]] of ends.entries()) if (n > 0) expect(left).toBeGreaterThanOrEqual((ends[n - 1]?.[1] ?? 0) - 0.5)
    expect(await grid.evaluate(({ scrollWidth, clientWidth }) => scrollWidth - clientWidth)).toBe(0)
    const tabs = page.getByRole('tablist', { name: 'Views of the selection' })
    expect(await tabs.evaluate(({ scrollWidth, clientWidth }) => scrollWidth - clientWidth)).toBe(0)
  })

  test('Back and Forward move through the selection history, by button and by key', { timeout: TEST_MS }, async () => {
    const { page } = await open(damagedSample())
    await shardsShown(page, 59)
    const back = page.getByRole('button', { name: 'Back', exact: true })
    const forward = page.getByRole('button', { name: 'Forward', exact: true })
    expect([await back.isDisabled(), await forward.isDisabled()]).toEqual([true, true])

    await tree(page).getByRole('row', { name: 'layer 4' }).click()
    await shardsShown(page, 9)
    await shardGrid(page).locator('[aria-rowindex="3"]').click()
    const heading = inspectorPane(page).getByRole('heading', { level: 2 })
    const shard = await shardGrid(page)
      .locator('[aria-rowindex="3"]')
      .getByTitle(/\.parquet$/)
      .getAttribute('title')
    const name = basename(shard ?? '')
    await expect.poll(() => heading.textContent(), POLL).toBe(name)

    await back.click()
    await expect.poll(() => heading.textContent(), POLL).not.toBe(name)
    await page.keyboard.press('Alt+ArrowLeft')
    await shardsShown(page, 59)
    await expect.poll(() => back.isDisabled(), POLL).toBe(true)
    await forward.click()
    await shardsShown(page, 9)
    await page.keyboard.press('Alt+ArrowRight')
    await expect.poll(() => heading.textContent(), POLL).toBe(name)
    expect(await forward.isDisabled()).toBe(true)
  })

  test('the next start restores the selection, panes and columns', { timeout: TEST_MS }, async () => {
    const folder = damagedSample()
    const first = await open(folder)
    await shardsShown(first.page, 59)
    const [widthBefore, columnsBefore] = [await treeWidth(first.page), await columns(first.page)]
    await tree(first.page).getByRole('row', { name: 'layer 4' }).click()
    await shardsShown(first.page, 9)
    await shardGrid(first.page).locator('[aria-rowindex="3"]').click()
    const heading = inspectorPane(first.page).getByRole('heading', { level: 2 })
    await expect.poll(() => heading.textContent(), POLL).toMatch(/\.parquet$/)
    const shard = await heading.textContent()
    await first.page.getByRole('button', { name: 'Shards: columns and export' }).click()
    await first.page.getByRole('menuitemcheckbox', { name: 'Pool' }).click()
    await first.page.getByRole('menuitemcheckbox', { name: 'Modified' }).click()
    await first.page.keyboard.press('Escape')
    const handle = first.page.getByRole('separator', { name: 'Width of the tree' })
    await handle.focus()
    for (let i = 0; i < 3; i++) await first.page.keyboard.press('ArrowRight')
    const [width, shown] = [await treeWidth(first.page), await columns(first.page)]
    expect(width).toBeGreaterThan(widthBefore + 10)
    expect(shown).toEqual(columnsBefore.filter(name => name !== 'Modified').toSpliced(1, 0, 'Pool'))
    // Saved within a third of a second. Only saved data survives the end of the program.
    await first.page.waitForTimeout(600)
    await first.stop()

    const { page } = await open(folder, first.dataFolder)
    await shardsShown(page, 9)
    await expect.poll(() => inspectorPane(page).getByRole('heading', { level: 2 }).textContent(), POLL).toBe(shard)
    expect(await columns(page)).toEqual(shown)
    expect(await treeWidth(page)).toBeCloseTo(width, -1)
  })
})

async function treeWidth(page: Page): Promise<number> {
  const box = await page.getByRole('navigation', { name: 'Cache contents' }).boundingBox()
  return box?.width ?? 0
}

async function columns(page: Page): Promise<readonly string[]> {
  return (await shardGrid(page).getByRole('columnheader').allTextContents()).map(name => name.trim())
}
