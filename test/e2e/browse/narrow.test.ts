/** A small window: important information stays visible, and hidden columns are reported. */
import type { Locator, Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { inChromium, TEST_MS } from '../support/carriers.ts'
import { damagedSample } from '../support/inspector.ts'
import { inspectorPane, panel, shardGrid, shardsShown, showTab, verifyAll } from '../support/window.ts'

async function isInside(inner: Locator, outer: Locator): Promise<boolean> {
  const [one, other] = [await inner.boundingBox(), await outer.boundingBox()]
  if (one === null || other === null) throw new Error('both must be on the page')
  return (
    one.x >= other.x && one.x + one.width <= other.x + other.width + 1 && one.y >= other.y && one.y + one.height <= other.y + other.height
  )
}

const column = (page: Page, name: string) => page.getByRole('menuitemcheckbox', { name: new RegExp(`^${name}`) })

/** The drawn parts of each shard's name: those within their cell, those not shortened, and the mark of a shortened one. */
function shardNames(page: Page) {
  return shardGrid(page)
    .getByTitle(/\.parquet$/)
    .evaluateAll(all =>
      all.map(name => {
        const room = name.parentElement?.getBoundingClientRect()
        const parts = [...name.querySelectorAll<HTMLElement>('[data-text]')]
        return {
          path: name.getAttribute('title') ?? '',
          inside: parts.every(part => {
            const { left, right } = part.getBoundingClientRect()
            return room !== undefined && left >= room.left - 0.5 && right <= room.right + 0.5
          }),
          whole: parts.filter(part => part.scrollWidth <= part.clientWidth).map(part => part.dataset.text),
          cut: parts.map(part => getComputedStyle(part).textOverflow)
        }
      })
    )
}

inChromium('a small window', open => {
  test('the health stays visible with any columns, and columns that do not fit are reported as hidden', { timeout: TEST_MS }, async () => {
    const { page } = await open(damagedSample())
    await page.setViewportSize({ width: 1024, height: 700 })
    await shardsShown(page, 59)
    const grid = shardGrid(page)
    await page.getByRole('button', { name: 'Shards: columns and export' }).click()
    await column(page, 'Modified').getByText('hidden: too narrow').waitFor()
    expect(await column(page, 'Verified').getAttribute('aria-checked')).toBe('true')
    await page.keyboard.press('Escape')
    await page.setViewportSize({ width: 900, height: 700 })
    await page.getByRole('button', { name: 'Shards: columns and export' }).click()
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

  test('a shortened path is marked, and the parts that distinguish shards are kept', { timeout: TEST_MS }, async () => {
    const { page } = await open(damagedSample())
    for (const width of [1440, 1100, 900]) {
      await page.setViewportSize({ width, height: 773 })
      await shardsShown(page, 59)
      // The columns take their widths some frames after the window has its own.
      await expect
        .poll(async () => (await shardNames(page)).every(({ inside, cut }) => inside && cut.every(mark => mark === 'ellipsis')))
        .toBe(true)
      const names = await shardNames(page)
      expect(names.length).toBeGreaterThan(5)
      // The whole path is read by screen readers, in one piece, however little is drawn.
      const [{ path = '' } = {}] = names
      await shardGrid(page)
        .getByRole('gridcell', { name: path.split('/').slice(2).join('/'), exact: true })
        .waitFor()
      for (const { path, inside, whole, cut } of names) {
        const [, layer, radius, block] = /\/(\d\/)\w+?(_\d+\/)chr.*(_\d+)\.parquet$/.exec(path) ?? []
        expect([path, inside]).toEqual([path, true])
        expect(whole).toEqual(expect.arrayContaining([layer, radius, block]))
        expect(new Set(cut)).toEqual(new Set(['ellipsis']))
      }
    }
  })

  test('a value of the strip is shown with all of its digits', { timeout: TEST_MS }, async () => {
    const { page } = await open(damagedSample())
    await page.setViewportSize({ width: 1100, height: 773 })
    await shardsShown(page, 59)
    await shardGrid(page).locator('[aria-rowindex="2"]').dblclick()
    await page.getByRole('grid', { name: 'Rows of the shard' }).locator('[aria-rowindex="2"]').click()
    const strip = inspectorPane(page).getByRole('slider', { name: /^Values of the vector/ })
    await strip.focus()
    const readout = inspectorPane(page).getByRole('status').filter({ hasText: /^\[/ })
    let longest = ''
    for (const key of ['Home', ...Array.from({ length: 31 }, () => 'ArrowRight')]) {
      await page.keyboard.press(key)
      const text = await readout.textContent()
      if ((text?.length ?? 0) > longest.length) longest = text ?? ''
      expect(await readout.evaluate(element => element.scrollWidth <= element.clientWidth)).toBe(true)
    }
    expect(longest.length).toBeGreaterThan(18)
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
    // The columns get their widths one frame after the panel.
    await expect.poll(() => isInside(grid.getByRole('columnheader', { name: 'Size' }), aside)).toBe(true)
    const moved = grid.locator('[aria-rowindex="3"] > [role=gridcell]').nth(2)
    for (const age of ['just now', '59 min ago', '11 mo ago', 'in the future']) {
      const fits = await moved.evaluate((cell, age) => {
        const range = document.createRange()
        const text = cell.appendChild(document.createElement('span'))
        text.textContent = age
        range.selectNodeContents(text)
        const room = cell.clientWidth - Number.parseFloat(getComputedStyle(cell).paddingLeft) * 2
        const needed = range.getBoundingClientRect().width
        text.remove()
        return needed <= room
      }, age)
      expect([age, fits]).toEqual([age, true])
    }
    await grid.locator('[aria-rowindex="3"]').click()
    const facts = aside.getByRole('region', { name: 'Selected file' })
    const reason = facts.getByText(/^Invalid row: row 3 has an empty embedding\. .* until they are encoded again\.$/)
    expect(await isInside(reason, facts)).toBe(true)
    expect(await reason.evaluate(element => element.scrollWidth <= element.clientWidth)).toBe(true)
  })
})
