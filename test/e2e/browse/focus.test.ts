/** Keyboard use can always continue: the focused element may disappear, but the focus is kept. */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Locator, Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { makeManyShards } from '../../support/manyShards.ts'
import { temporaryFolder } from '../../support/temporaryFolder.ts'
import { inChromium, inTheWindow, TEST_MS } from '../support/carriers.ts'
import { damagedSample } from '../support/inspector.ts'
import { inspectorPane, jobEnd, POLL, panel, shardGrid, shardsShown, showTab, tree, type } from '../support/window.ts'

/** A verification of this many shards is still running when it is cancelled. */
const MANY = 5000
/** Time in which nothing moves the focus, ms. */
const REST = 400

inTheWindow('the focus', open => {
  test('is in the table of a newly opened cache, however it was opened', { timeout: TEST_MS }, async () => {
    const { page } = await open(damagedSample())
    await shardsShown(page, 59)
    await isOn(shardGrid(page))
    // This selects nothing.
    await inspectorPane(page).getByRole('heading', { name: 'Whole cache' }).waitFor()
    expect(await shardGrid(page).getByRole('row', { selected: true }).count()).toBe(0)
    await page.keyboard.press('Home')
    await expect.poll(() => shardGrid(page).getByRole('row', { selected: true }).count(), POLL).toBe(1)

    await runCommand(page, 'Close this cache')
    await isOn(firstOfWelcome(page))
    await press(page, page.getByRole('button', { name: /^The sample cache/ }))
    await shardsShown(page, 27)
    await isOn(shardGrid(page))
    await page.getByRole('banner').getByText('READ-ONLY').waitFor()

    // In its last state: on the last tab.
    await showTab(page, 'Index')
    await page.waitForTimeout(REST)
    await press(page, page.getByRole('button', { name: /^Cache / }))
    await press(page, page.getByRole('menuitem', { name: 'Close this cache' }))
    await isOn(firstOfWelcome(page))
    await press(page, page.getByRole('button', { name: /^The sample cache/ }))
    await isOn(page.getByRole('tab', { name: /^Index/, selected: true }))
  })

  test('is on the next control of the start page and of a wrong folder', { timeout: TEST_MS }, async () => {
    const root = damagedSample()
    const { page } = await open(join(root, 'embeddings/lambda__kmer-spectrum'))
    const nearest = page.getByRole('button', { name: /^Open the nearest cache/ })
    await isOn(nearest)
    await press(page, page.getByRole('button', { name: 'Back to the start page' }))
    await isOn(firstOfWelcome(page))
    const nothing = join(temporaryFolder(), 'nothing')
    mkdirSync(nothing)
    await goTo(page, nothing)
    await page.getByRole('heading', { name: 'This folder cannot be opened as a cache' }).waitFor()
    await isOn(page.getByRole('textbox', { name: /^Path of a cache folder/ }).or(page.getByRole('button', { name: 'Open a folder…' })))
    await goTo(page, join(root, 'embeddings/lambda__kmer-spectrum'))
    await isOn(nearest)
    await page.keyboard.press('Enter')
    await shardsShown(page, 59)
    await isOn(shardGrid(page))
  })

  test('stays in the quarantine while it is emptied, and returns from the sheets', { timeout: TEST_MS }, async () => {
    const { page } = await open(damagedSample())
    await shardsShown(page, 59)
    await page.getByRole('searchbox', { name: /in their path$/ }).fill('/4/')
    await shardsShown(page, 9)
    await shardGrid(page).focus()
    await page.keyboard.press('Home')
    await page.keyboard.press('Shift+ArrowDown')
    await page.getByText('2 selected').waitFor()
    await press(page, panel(page, 'Shards').getByRole('button', { name: 'Quarantine…' }))
    await confirmReason(page)
    // Nothing is selected any more, so the button is disabled.
    await jobEnd(page).getByText('2 shards quarantined.').waitFor()
    await shardsShown(page, 7)
    await isOn(shardGrid(page))

    // In the inspector, the button disappears with the shard.
    await page.keyboard.press('End')
    const heading = inspectorPane(page).getByRole('heading', { level: 2 })
    await expect.poll(() => heading.textContent(), POLL).toMatch(/\.parquet$/)
    await inspectorPane(page).getByRole('button', { name: 'Quarantine…' }).waitFor()
    await press(page, inspectorPane(page).getByRole('button', { name: 'Quarantine…' }))
    await confirmReason(page)
    await jobEnd(page).getByText('1 shard quarantined.').waitFor()
    await isOn(inspectorPane(page).getByRole('button', { name: 'Show quarantine' }))
    await page.keyboard.press('Enter')
    await page.getByRole('tab', { name: /^Quarantine/, selected: true }).waitFor()

    const aside = panel(page, 'Quarantine')
    const list = aside.getByRole('grid', { name: 'Files in quarantine' })
    await list.focus()
    await page.keyboard.press('Home')
    const restore = aside.getByRole('button', { name: 'Restore', exact: true })
    await press(page, restore)
    await jobEnd(page).getByText('1 shard restored.').waitFor()
    await aside.getByText('2 files in quarantine').waitFor()
    // A short job ends before the window has disabled the button.
    await isOn(list.or(restore))
    await list.focus()
    await page.keyboard.press('Home')
    await expect.poll(() => list.getByRole('row', { selected: true }).getAttribute('aria-rowindex'), POLL).toBe('2')
    await expect.poll(() => aside.getByRole('button', { name: 'Restore all' }).isEnabled(), POLL).toBe(true)
    await press(page, aside.getByRole('button', { name: 'Restore all' }))
    await aside.getByText('Nothing is in quarantine.').waitFor()
    await jobEnd(page).getByText('2 shards restored').waitFor()
    await isOn(page.getByRole('tab', { name: /^Quarantine/, selected: true }))

    await showTab(page, 'Index')
    const rebuild = panel(page, 'Index').getByRole('button', { name: 'Rebuild the index…' })
    await press(page, rebuild)
    await press(page, page.getByRole('dialog').getByRole('button', { name: /^Rebuild the index from/ }))
    await jobEnd(page)
      .getByText(/The index was rebuilt/)
      .waitFor()
    // On the button again, or on its tab if the button was disabled meanwhile.
    await isOn(rebuild.or(page.getByRole('tab', { name: /^Index/, selected: true })))
    await press(page, rebuild)
    await page.getByRole('dialog').waitFor()
    await page.keyboard.press('Escape')
    await isOn(rebuild)
  })

  test('is in the list of jobs after a job was cancelled', { timeout: TEST_MS }, async () => {
    const { page } = await open(makeManyShards(MANY))
    await shardsShown(page, MANY)
    const verify = page.getByRole('banner').getByRole('button', { name: 'Verify', exact: true })
    const jobs = panel(page, 'Jobs')
    await press(page, verify)
    await jobs.getByText(/^Reading [1-9][\d,]* of 5,000 shards$/).waitFor()
    await isOn(verify)
    await press(page, jobs.getByRole('button', { name: 'Cancel' }))
    await jobEnd(page)
      .getByText(/^Cancelled/)
      .waitFor()
    await isOn(jobs.getByRole('grid', { name: 'Jobs' }))
  })

  test('is not moved while the user types, or after a click has dropped it', { timeout: TEST_MS }, async () => {
    const { page } = await open(makeManyShards(MANY))
    await shardsShown(page, MANY)
    const jobs = panel(page, 'Jobs')
    const verify = page.getByRole('banner').getByRole('button', { name: 'Verify', exact: true })
    const cancel = jobs.getByRole('button', { name: 'Cancel' })
    await verify.click()
    await jobs.getByText(/^Reading [1-9][\d,]* of 5,000 shards$/).waitFor()
    await cancel.focus()
    await type(page, 'kmer')
    // While the list of the box is open, the rest of the window has no roles.
    await page.locator('button', { hasText: /^Cancel$/ }).evaluate(button => button instanceof HTMLElement && button.click())
    await page.getByText(/^Cancelled( after|\.)/).waitFor()
    const box = page.getByRole('combobox', { name: /^Look up/ })
    await isOn(box)
    await page.keyboard.press('Escape')
    await page.keyboard.press('Escape')

    await verify.click()
    await jobs.getByText(/^Reading [1-9][\d,]* of 5,000 shards$/).waitFor()
    await cancel.focus()
    await jobs.getByRole('heading').click()
    await cancel.evaluate(button => button instanceof HTMLElement && button.click())
    await jobEnd(page)
      .getByText(/^Cancelled/)
      .waitFor()
    await page.waitForTimeout(REST)
    expect(await page.evaluate(() => document.activeElement === document.body)).toBe(true)
  })
})

inChromium('the focus', open => {
  test('is in the path field after “Open a cache…”, unless the user has moved it', { timeout: TEST_MS }, async () => {
    const { page } = await open(damagedSample())
    await shardsShown(page, 59)
    await tree(page).getByRole('row', { name: 'layer 4' }).click()
    await shardsShown(page, 9)
    await page.waitForTimeout(REST)
    expect(await tree(page).evaluate(element => element.contains(document.activeElement))).toBe(true)
    await runCommand(page, 'Open a cache')
    const field = page.getByRole('textbox', { name: /^Path of a cache folder/ })
    await isOn(field)
    await page.keyboard.insertText(damagedSample())
    await page.keyboard.press('Enter')
    await shardsShown(page, 59)
    await isOn(shardGrid(page))
  })
})

/** The first control of the start page: the path field, or the button for the operating system's dialog. */
const firstOfWelcome = (page: Page): Locator =>
  page
    .getByRole('region', { name: 'Open a cache' })
    .getByRole('textbox')
    .or(page.getByRole('button', { name: 'Open a folder…' }))

/** It has the focus (one of them has), and keeps it. */
async function isOn(place: Locator): Promise<void> {
  const where = (): Promise<string> =>
    place.evaluateAll(those => {
      const { activeElement } = document
      return those.some(each => each === activeElement) ? 'there' : `on ${activeElement?.outerHTML.slice(0, 200)}`
    })
  await expect.poll(where, POLL).toBe('there')
  await place.page().waitForTimeout(REST)
  expect(await where()).toBe('there')
}

/** By keyboard. */
async function press(page: Page, button: Locator): Promise<void> {
  await button.focus()
  await page.keyboard.press('Enter')
}

async function runCommand(page: Page, name: string): Promise<void> {
  await type(page, `>${name}`)
  await page.keyboard.press('Enter')
}

async function confirmReason(page: Page): Promise<void> {
  await page.getByRole('dialog').getByRole('textbox', { name: 'Reason' }).fill('not needed now')
  await page.keyboard.press('Enter')
}

/** Like a link that the user follows. */
async function goTo(page: Page, folder: string): Promise<void> {
  await page.evaluate(path => {
    location.hash = new URLSearchParams({ open: path }).toString()
  }, folder)
}
