/** Ways to open a cache: its folder, a wrong folder, a dropped folder, a recent cache. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { temporaryFolder } from '../../support/temporaryFolder.ts'
import { inChromium, inElectron, onBothCarriers, TEST_MS } from '../support/carriers.ts'
import { damagedSample } from '../support/inspector.ts'
import { drop, POLL, shardsShown } from '../support/window.ts'

const WRONG = 'This folder cannot be opened as a cache'

onBothCarriers('opening', open => {
  test('a folder that is not a cache is described, with a link to the nearest cache', { timeout: TEST_MS }, async () => {
    const folder = join(damagedSample(), 'embeddings/lambda__kmer-spectrum')
    const { page } = await open(folder)
    await page.getByRole('heading', { name: WRONG }).waitFor()
    await page.getByText(folder, { exact: true }).waitFor()
    expect(await page.getByRole('alert').textContent()).not.toBe('')
    await page.getByRole('button', { name: 'Open the nearest cache' }).click()
    await shardsShown(page, 59)
  })

  test('a folder with other contents is described', { timeout: TEST_MS }, async () => {
    const { page } = await open(photos())
    await page.getByRole('heading', { name: WRONG }).waitFor()
    await page.getByRole('alert').getByText('it has no folder "embeddings", it contains "cat.jpg"').waitFor()
    await page.getByRole('button', { name: 'Back to the start page' }).click()
    await page.getByRole('region', { name: 'Open a cache' }).waitFor()
  })

  test('recent caches are on the start page. A pinned one stays first, a removed one disappears', { timeout: TEST_MS }, async () => {
    const { page, dataFolder, stop } = await open(null)
    const welcome = page.getByRole('region', { name: 'Open a cache' })
    await welcome.waitFor()
    expect(await recent(page)).toEqual([])
    const roots = [damagedSample(), damagedSample(), damagedSample()]
    for (const root of roots) {
      await page.evaluate(path => {
        location.hash = new URLSearchParams({ open: path }).toString()
      }, root)
      await page.getByRole('contentinfo').getByText(root, { exact: true }).waitFor()
    }
    await page.getByRole('button', { name: /^Cache / }).click()
    await page.getByRole('menuitem', { name: 'Close this cache' }).click()
    await welcome.waitFor()
    const [first = '', second = '', third = ''] = roots
    await expect.poll(() => recent(page), POLL).toEqual([third, second, first])
    await page.getByRole('button', { name: `Pin ${first}` }).click()
    await expect.poll(() => recent(page), POLL).toEqual([first, third, second])
    await page.getByRole('button', { name: `Pinned ${first}`, pressed: true }).waitFor()
    await page.getByRole('button', { name: `Forget ${third}` }).click()
    await expect.poll(() => recent(page), POLL).toEqual([first, second])
    await stop()

    const next = await open(null, dataFolder)
    await expect.poll(() => recent(next.page), POLL).toEqual([first, second])
    await next.page.getByRole('button', { name: new RegExp(`^${second}`) }).click()
    await shardsShown(next.page, 59)
  })

  test('the samples open with one click', { timeout: TEST_MS }, async () => {
    const { page } = await open(null)
    await page.getByRole('button', { name: /^The sample cache/ }).click()
    await shardsShown(page, 27)
  })
})

inElectron('dropping', open => {
  test('a folder that is not a cache, then one that is, each dropped on the window', { timeout: TEST_MS }, async () => {
    const { page } = await open(null)
    await page.getByRole('region', { name: 'Open a cache' }).waitFor()
    const folder = photos()
    await drop(page, [folder])
    await page.getByRole('heading', { name: WRONG }).waitFor()
    await page.getByText(folder, { exact: true }).waitFor()
    await page.getByRole('alert').getByText('it has no folder "embeddings", it contains "cat.jpg"').waitFor()
    const sample = damagedSample()
    await drop(page, [sample])
    await shardsShown(page, 59)
    await page.getByRole('contentinfo').getByText(sample, { exact: true }).waitFor()
    await drop(page, [folder])
    await page.getByRole('heading', { name: WRONG }).waitFor()
  })
})

inChromium('dropping', open => {
  test('a page cannot know the path of a dropped folder: it says so, and accepts a typed path instead', { timeout: TEST_MS }, async () => {
    const { page } = await open(null)
    await page.getByRole('region', { name: 'Open a cache' }).waitFor()
    await drop(page, [photos()])
    await page.getByRole('alert').getByText('A browser does not reveal the path of “photos”. Type its path instead.').waitFor()
    await page.getByRole('alert').getByRole('button', { name: 'Close' }).click()
    await page.getByRole('textbox', { name: /^Path of a cache folder/ }).fill(damagedSample())
    await page.keyboard.press('Enter')
    await shardsShown(page, 59)
  })
})

function photos(): string {
  const folder = join(temporaryFolder(), 'photos')
  mkdirSync(folder)
  writeFileSync(join(folder, 'cat.jpg'), 'no shard')
  return folder
}

/** Paths of the list, from top to bottom. */
async function recent(page: Page): Promise<readonly string[]> {
  const names = await page.getByRole('button', { name: /^Forget / }).evaluateAll(all => all.map(each => each.getAttribute('aria-label')))
  return names.map(name => (name ?? '').slice('Forget '.length))
}
