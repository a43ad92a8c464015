/**
 * axe finds nothing on any view, in light and in dark. Both carriers show the same page. In Electron only the dark theme of the operating
 * system differs, so it is checked on a healthy cache.
 */
import { mkdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { AxeBuilder } from '@axe-core/playwright'
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { LAB_SHARD, labCache, pathOf } from '../../core/evidence/labCache.ts'
import { newerCache } from '../../support/newer.ts'
import { temporaryFolder } from '../../support/temporaryFolder.ts'
import { inChromium, inElectron, type Open, TEST_MS } from '../support/carriers.ts'
import { damagedSample, type Inspector } from '../support/inspector.ts'
import { inspectorPane, jobEnd, panel, shardGrid, shardsShown, showTab, type, verifyAll } from '../support/window.ts'

const TABS = ['Shards', 'Map', 'Rows', 'Heat map', 'Index', 'Quarantine', 'Problems', 'Jobs', 'Log']

/**
 * While a combo box is open, React Aria hides the rest of the window from screen readers. The focus stays in the input and cannot get there.
 * axe sees only hidden elements that could have the focus.
 */
const HIDDEN_BY_LIST = ['aria-hidden-focus', 'landmark-one-main', 'page-has-heading-one']

type Scheme = 'light' | 'dark'

inChromium('axe', open => {
  findsNothing(open, ['light', 'dark'])
  findsNothingOnDamage(open, ['light', 'dark'])
})
inElectron('axe', open => findsNothing(open, ['dark']))

function findsNothing(open: Open, schemes: readonly Scheme[]): void {
  const look = (inspector: Inspector, view: string): Promise<void> => expectNoFaults(inspector, view, schemes)

  test('finds nothing without a cache', { timeout: TEST_MS }, async () => {
    const inspector = await open(null)
    const { page } = inspector
    await page.getByRole('region', { name: 'Open a cache' }).waitFor()
    await look(inspector, 'the welcome')
    const wrong = join(temporaryFolder(), 'wrong')
    mkdirSync(wrong)
    await page.evaluate(path => {
      location.hash = new URLSearchParams({ open: path }).toString()
    }, wrong)
    await page.getByRole('heading', { name: 'This folder cannot be opened as a cache' }).waitFor()
    await look(inspector, 'a wrong folder')
    await page.evaluate(path => {
      location.hash = new URLSearchParams({ open: path }).toString()
    }, damagedSample())
    await shardsShown(page, 59)
    await page.getByRole('button', { name: /^Cache / }).click()
    await page.getByRole('menuitem', { name: 'Close this cache' }).click()
    await page.getByRole('button', { name: /^Pin / }).click()
    await page.getByRole('button', { name: /^Pinned /, pressed: true }).waitFor()
    await look(inspector, 'recent caches')
  })

  test('finds nothing on a newly opened cache: on every tab, in the search box and on the sheets', { timeout: 2 * TEST_MS }, async () => {
    const inspector = await open(damagedSample())
    const { page } = inspector
    await shardsShown(page, 59)
    for (const name of TABS) {
      await showTab(page, name)
      await look(inspector, `${name}, nothing selected`)
    }
    await type(page, 'lambda__kmer-spectrum/4/')
    await page.keyboard.press('Enter')
    await page.getByText('9 matches').waitFor()
    await expectNoFaults(inspector, 'the box with its matches', schemes, HIDDEN_BY_LIST)
    await page.keyboard.press('Escape')
    await page.keyboard.press('Escape')
    for (const [command, heading] of [
      ['Keyboard shortcuts', 'Keyboard shortcuts'],
      ['About this program', 'GenoLeWM Cache Inspector'],
      ['Rebuild the index', 'Rebuild the index']
    ] as const) {
      await type(page, `>${command}`)
      await page.keyboard.press('Enter')
      await page.getByRole('dialog').getByRole('heading', { name: heading }).waitFor()
      await look(inspector, command)
      await page.keyboard.press('Escape')
      await page.getByRole('dialog').waitFor({ state: 'detached' })
    }
  })

  test('finds nothing on the line about a lost service', { timeout: TEST_MS }, async () => {
    const inspector = await open(null)
    await inspector.page.getByRole('region', { name: 'Open a cache' }).waitFor()
    await inspector.killService()
    await inspector.page.getByRole('alert').waitFor()
    await look(inspector, 'a lost service')
  })
}

function findsNothingOnDamage(open: Open, schemes: readonly Scheme[]): void {
  const look = (inspector: Inspector, view: string): Promise<void> => expectNoFaults(inspector, view, schemes)

  test('finds nothing on a shard of another layout', { timeout: TEST_MS }, async () => {
    const inspector = await open(newerCache('layout3a'))
    const { page } = inspector
    await shardGrid(page).getByText('.parquet').first().click()
    await inspectorPane(page).getByText('ARROW:schema').click()
    await showTab(page, 'Rows')
    await page.getByRole('grid', { name: 'Rows of the file as they are stored' }).getByText('3.0.0').first().waitFor()
    await look(inspector, 'rows as they are stored')
  })

  test('finds nothing on missing shards, their list and their sheets', { timeout: TEST_MS }, async () => {
    const root = await labCache()
    rmSync(join(root, pathOf(LAB_SHARD)))
    const inspector = await open(root)
    const { page } = inspector
    await page.getByRole('banner').getByText('4 windows missing (1 shard)').waitFor()
    await showTab(page, 'Problems')
    const cause = page.getByRole('region', { name: 'Missing shard', exact: true })
    await cause.getByRole('row', { name: /present in 3 of 4 configurations/ }).click()
    await inspectorPane(page)
      .getByText(/present in 3 of 4 configurations/)
      .waitFor()
    await look(inspector, 'a missing shard and its place')
    await cause.getByRole('button', { name: 'Export list…' }).click()
    const sheet = page.getByRole('dialog')
    await sheet.getByRole('radio').first().waitFor()
    await look(inspector, 'the export of what is missing')
    renameSync(join(root, 'embeddings'), join(root, 'away'))
    await sheet.getByRole('button', { name: 'Export' }).click()
    await sheet.getByRole('alert').waitFor()
    await look(inspector, 'an export that failed')
    renameSync(join(root, 'away'), join(root, 'embeddings'))
    await page.keyboard.press('Escape')
    await cause.getByRole('button', { name: 'Forget…' }).click()
    await sheet.getByRole('checkbox').waitFor()
    await look(inspector, 'forgetting what is missing')
  })

  test('finds nothing after a verification: shards, rows, problems, repair and its report', { timeout: 2 * TEST_MS }, async () => {
    const inspector = await open(damagedSample())
    const { page } = inspector
    await verifyAll(page)
    await look(inspector, 'the report of a job')
    await page.getByRole('button', { name: 'Verify options' }).click()
    await page.getByRole('menu').getByText('Reader threads').waitFor()
    await look(inspector, 'the menu of what to verify')
    await page.keyboard.press('Escape')
    await showTab(page, 'Problems')
    await page
      .getByRole('listbox', { name: 'Causes' })
      .getByRole('option', { name: /^Page checksum/ })
      .click()
    await page
      .getByRole('region', { name: 'Page checksum' })
      .getByRole('row', { name: /chrpage-checksum_0\.parquet/ })
      .first()
      .click()
    await inspectorPane(page)
      .getByRole('heading', { name: /chrpage-checksum_0\.parquet/ })
      .waitFor()
    await inspectorPane(page).getByText('1 finding').waitFor()
    await look(inspector, 'a cause, and a damaged shard in the inspector')
    for (const name of ['Rows', 'Heat map', 'Index', 'Map']) {
      await showTab(page, name)
      await look(inspector, `${name} of a damaged shard`)
    }
    await type(page, 'NC_001416.1:513-1536')
    await page.keyboard.press('Enter')
    await page
      .getByRole('option', { name: /NC_001416/ })
      .first()
      .waitFor()
    await page.keyboard.press('Enter')
    await inspectorPane(page).getByRole('heading', { name: /^Row / }).waitFor()
    await inspectorPane(page).getByRole('button', { name: 'Copy vector' }).waitFor()
    await look(inspector, 'a row in the inspector')
    await showTab(page, 'Heat map')
    await look(inspector, 'the heat map of a whole shard')

    await showTab(page, 'Shards')
    await shardGrid(page).locator('[aria-rowindex="2"]').click()
    await page.keyboard.press('Shift+F10')
    await page.getByRole('menuitem', { name: 'Open the rows' }).waitFor()
    await look(inspector, 'the menu of a shard')
    await page.keyboard.press('Escape')
    await inspectorPane(page).getByRole('button', { name: 'Quarantine…' }).click()
    const sheet = page.getByRole('dialog')
    await sheet.getByRole('textbox', { name: 'Reason' }).waitFor()
    await look(inspector, 'quarantine by hand')
    await page.keyboard.press('Escape')
    await page.getByRole('banner').getByRole('button', { name: 'Repair…' }).click()
    await sheet.getByRole('button', { name: /^Quarantine 23 shards/ }).waitFor()
    await look(inspector, 'the plan of a repair')
    await sheet.getByRole('button', { name: /^Quarantine 23 shards/ }).click()
    await sheet.getByRole('status').getByText('23 shards quarantined').waitFor()
    await look(inspector, 'a repair that was done')
    await sheet.getByRole('button', { name: 'Close', exact: true }).last().click()
    await showTab(page, 'Quarantine')
    await panel(page, 'Quarantine').getByRole('grid').locator('[aria-rowindex="2"]').click()
    await page.getByRole('region', { name: 'Selected file' }).waitFor()
    await look(inspector, 'the quarantine')
    await panel(page, 'Quarantine').getByRole('button', { name: 'Restore all' }).click()
    await jobEnd(page).getByText('23 shards restored').waitFor()
  })
}

/** Checks all rules in the first colour scheme, then those that the other scheme can affect. */
async function expectNoFaults(
  { page, wear }: Inspector,
  view: string,
  schemes: readonly Scheme[],
  without: readonly string[] = []
): Promise<void> {
  for (const [index, scheme] of schemes.entries()) {
    await settle(page, wear, scheme)
    const axe = new AxeBuilder({ page }).setLegacyMode().options({ resultTypes: ['violations'] })
    expect(
      await faults(index === 0 ? axe.disableRules([...without]) : axe.withRules(['color-contrast', 'link-in-text-block'])),
      `${view}, ${scheme}`
    ).toEqual([])
  }
}

/** Colours are animated, and must not be checked half-way. */
async function settle(page: Page, wear: Inspector['wear'], scheme: Scheme): Promise<void> {
  await wear(scheme)
  await page.waitForFunction(scheme => matchMedia(`(prefers-color-scheme: ${scheme})`).matches, scheme)
  await page.evaluate(() => Promise.all(document.getAnimations().map(animation => animation.finished.catch(() => null))))
}

/** One line for each element that axe reports. */
async function faults(axe: AxeBuilder): Promise<readonly string[]> {
  const { violations } = await axe.analyze()
  return violations.flatMap(({ id, nodes }) => nodes.map(({ html, failureSummary }) => `${id}: ${html}: ${failureSummary}`))
}
