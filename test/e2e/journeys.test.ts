/** What a person does with a damaged cache, from opening it to having everything back, in a real browser on the real program. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { AxeBuilder } from '@axe-core/playwright'
import type { Locator, Page } from 'playwright-core'
import { afterEach, expect, test } from 'vitest'
import { describeWith } from '../support/capabilities.ts'
import { temporaryFolder } from '../support/temporaryFolder.ts'
import { damagedSample, type Inspector, PATIENCE_MS, startInspector } from './inspector.ts'

const TEST_MS = 4 * PATIENCE_MS
const POLL = { timeout: PATIENCE_MS }
const LAMBDA = join(import.meta.dirname, '../../resources/lambda_phage.fa')

describeWith('chromium', 'journeys', chromium => {
  let running: Inspector | null = null
  const opened = async (folder: string): Promise<Page> => {
    running = await startInspector(chromium, folder)
    return running.page
  }
  afterEach(async () => {
    const complaints = running?.complaints ?? []
    await running?.stop()
    running = null
    expect(complaints).toEqual([])
  })

  test('open and browse: the tree, the table, sorted by size, and the rows of one shard', { timeout: TEST_MS }, async () => {
    const page = await opened(damagedSample())
    const tree = page.getByRole('treegrid')
    await tree.getByRole('row', { name: 'All shards' }).getByText('59', { exact: true }).waitFor()
    const shards = page.getByRole('grid', { name: 'Shards' })
    await expect.poll(() => shards.getAttribute('aria-rowcount'), POLL).toBe('60')

    const first = shards.locator('[aria-rowindex="2"]')
    const byBytes = shards.getByRole('columnheader', { name: 'Bytes' })
    await byBytes.getByRole('button').click()
    await first.getByText('chrempty-file_0.parquet').waitFor()
    expect(await byBytes.getAttribute('aria-sort')).toBe('ascending')
    await first.getByText('0 B', { exact: true }).waitFor()
    await byBytes.getByRole('button').click()
    await first.getByText('chrtwo-files_0.parquet').waitFor()
    expect(await byBytes.getAttribute('aria-sort')).toBe('descending')

    await tree.getByRole('row', { name: 'layer 4' }).click()
    await expect.poll(() => shards.getAttribute('aria-rowcount'), POLL).toBe('10')
    await first.click()
    await page.keyboard.press('Control+3')
    const rows = page.getByRole('grid', { name: 'Rows of the shard' })
    await rows.getByText('NC_001416.1').first().waitFor()
  })

  test('look up a locus, a hash prefix and DNA from the keyboard', { timeout: TEST_MS }, async () => {
    const page = await opened(damagedSample())
    await page.getByRole('grid', { name: 'Shards' }).getByText('chrNC_001416.1_0.parquet').first().waitFor()
    const options = page.getByRole('listbox', { name: 'Matches' }).getByRole('option')
    const found = async (query: string): Promise<string[]> => {
      await page.keyboard.press('Control+k')
      await page.keyboard.insertText(query)
      await page.keyboard.press('Enter')
      await options.filter({ hasText: 'NC_001416.1:' }).first().waitFor()
      return options.allTextContents()
    }
    const byLocus = await found('NC_001416.1:1,600-1,700')
    expect(byLocus.every(text => /^NC_001416\.1:(1,025.2,048|1,537.2,560)/.test(text))).toBe(true)
    await page.keyboard.press('Escape')

    const genome = readFileSync(LAMBDA, 'utf8')
      .replace(/^>.*\n/, '')
      .replace(/\s/g, '')
    const byDna = await found(genome.slice(512, 1536))
    expect(byDna.every(text => /^NC_001416\.1:513.1,536/.test(text))).toBe(true)
    await page.keyboard.press('Escape')

    expect(await found('5dcbede4d14b')).toEqual(byDna)
    await page.keyboard.press('Enter')
    await page.getByRole('tab', { name: 'Rows', selected: true }).waitFor()
    const inspector = page.getByRole('region', { name: 'Inspector' })
    await inspector
      .getByText(/NC_001416\.1:513.1,536/)
      .first()
      .waitFor()
  })

  test('verify all, and read a finding among the problems', { timeout: TEST_MS }, async () => {
    const page = await opened(damagedSample())
    await verifyAll(page)
    await page.getByRole('banner').getByText('27/59 verified · 23 damaged · 8 suspect').waitFor()
    await page.getByRole('tab', { name: /^Problems/ }).click()
    await page
      .getByRole('listbox', { name: 'Causes' })
      .getByRole('option', { name: /^Page checksum/ })
      .click()
    const cause = page.getByRole('region', { name: 'Page checksum' })
    const place = cause.getByRole('option', { name: /chrpage-checksum_0\.parquet/ })
    expect(await place.textContent()).toMatch(/The page of embedding at byte \d+ has the checksum/)
    await place.click()
    await page
      .getByRole('region', { name: 'Inspector' })
      .getByRole('heading', { name: /chrpage-checksum_0\.parquet/ })
      .waitFor()
  })

  test('repair all but one, restore all, and rebuild the index', { timeout: TEST_MS }, async () => {
    const page = await opened(damagedSample())
    await page.getByRole('banner').getByRole('button', { name: 'Repair…' }).click()
    const sheet = page.getByRole('dialog')
    await sheet.getByRole('button', { name: 'Quarantine 23 shards and rebuild the index' }).waitFor()
    const ticked = sheet.getByRole('checkbox', { name: /\.parquet$/, checked: true })
    expect(await ticked.count()).toBe(23)
    await sheet.getByText('chrpage-checksum_0.parquet').click()
    await sheet.getByText('22 shards,').waitFor()
    expect(await ticked.count()).toBe(22)
    await sheet.getByRole('button', { name: 'Quarantine 22 shards and rebuild the index' }).click()
    await sheet.getByRole('status').getByText('22 shards quarantined').waitFor()
    await sheet.getByRole('button', { name: 'Close', exact: true }).last().click()

    const shards = page.getByRole('grid', { name: 'Shards' })
    await expect.poll(() => shards.getAttribute('aria-rowcount'), POLL).toBe('38')
    const tab = page.getByRole('tab', { name: /^Quarantine/ })
    await expect.poll(() => tab.textContent(), POLL).toBe('Quarantine22')
    await tab.click()
    const panel = page.getByRole('tabpanel', { name: /^Quarantine/ })
    await panel.getByText('22 files in quarantine').waitFor()
    expect(await panel.getByRole('grid', { name: 'Files in quarantine' }).getAttribute('aria-rowcount')).toBe('23')
    expect(await panel.getByText('chrpage-checksum_0.parquet').count()).toBe(0)

    await panel.getByRole('button', { name: 'Restore all' }).click()
    await panel.getByText('Nothing is in quarantine.').waitFor()
    await expect.poll(() => tab.textContent(), POLL).toBe('Quarantine')
    await jobEnd(page).getByText('22 shards brought back').waitFor()

    await page.getByRole('tab', { name: /^Index/ }).click()
    await page
      .getByRole('tabpanel', { name: /^Index/ })
      .getByRole('button', { name: 'Rebuild the index…' })
      .click()
    await sheet.getByRole('button', { name: 'Rebuild the index from 59 shards' }).click()
    await jobEnd(page)
      .getByText(/The index was rebuilt with [\d,]+ rows of \d+ shards/)
      .waitFor()
  })

  test('a folder that is no cache says what was found, and leads to the nearest one', { timeout: TEST_MS }, async () => {
    const folder = join(damagedSample(), 'embeddings/lambda__kmer-spectrum')
    const page = await opened(folder)
    await page.getByRole('heading', { name: 'This folder cannot be opened as a cache' }).waitFor()
    await page.getByText(folder, { exact: true }).waitFor()
    expect(await page.getByRole('alert').textContent()).not.toBe('')
    await page.getByRole('button', { name: 'Open the nearest cache' }).click()
    await expect.poll(() => page.getByRole('grid', { name: 'Shards' }).getAttribute('aria-rowcount'), POLL).toBe('60')
  })

  test('a folder of something else is named for what it is', { timeout: TEST_MS }, async () => {
    const folder = join(temporaryFolder(), 'photos')
    mkdirSync(folder)
    writeFileSync(join(folder, 'cat.jpg'), 'no shard')
    const page = await opened(folder)
    await page.getByRole('heading', { name: 'This folder cannot be opened as a cache' }).waitFor()
    await page.getByRole('alert').getByText('it has no folder "embeddings", it holds "cat.jpg"').waitFor()
    await page.getByRole('button', { name: 'Back to the start' }).click()
    await page.getByRole('region', { name: 'Open a cache' }).waitFor()
  })

  test('no tab has a serious fault of accessibility', { timeout: TEST_MS }, async () => {
    const page = await opened(damagedSample())
    await page.getByRole('grid', { name: 'Shards' }).getByText('chrNC_001416.1_0.parquet').first().waitFor()
    for (const name of ['Shards', 'Map', 'Rows', 'Heat map', 'Index', 'Quarantine', 'Problems', 'Jobs', 'Log']) {
      await page.getByRole('tab', { name: new RegExp(`^${name}`) }).click()
      await page.getByRole('tabpanel', { name: new RegExp(`^${name}`) }).waitFor()
      expect(await faults(page), name).toEqual([])
    }
  })
})

async function verifyAll(page: Page): Promise<void> {
  await page.getByRole('banner').getByRole('button', { name: 'Verify', exact: true }).click()
  await jobEnd(page).getByText('59 shards with 1,373 rows checked').waitFor()
}

/** Where the drawer says what a job came to. */
function jobEnd(page: Page): Locator {
  return page.getByRole('tabpanel', { name: 'Jobs' }).getByRole('status')
}

/** What axe finds that keeps people out, one line for each element. */
async function faults(page: Page): Promise<readonly string[]> {
  const { violations } = await new AxeBuilder({ page }).analyze()
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) => nodes.map(({ html, failureSummary }) => `${id}: ${html}: ${failureSummary}`))
}
