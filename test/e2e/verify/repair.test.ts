/** From a damaged cache to a healthy one and back: verify, read, repair, undo, quarantine by hand, rebuild the index. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { repairCache } from '../../../src/main/core/index.ts'
import { makeManyShards } from '../../support/manyShards.ts'
import { onBothCarriers, TEST_MS } from '../support/carriers.ts'
import { damagedSample } from '../support/inspector.ts'
import { inspectorPane, jobEnd, POLL, panel, shardGrid, shardsShown, showTab, verifyAll } from '../support/window.ts'

const MANY = 5_000

onBothCarriers('triage and repair', open => {
  test('verify all, and read a finding among the problems', { timeout: TEST_MS }, async () => {
    const { page, saved } = await open(damagedSample())
    await verifyAll(page)
    await page.getByRole('banner').getByText('27/59 verified · 23 damaged · 1 unsupported · 8 suspect').waitFor()
    const report = await saved(() => panel(page, 'Jobs').getByRole('button', { name: 'Save report…' }).click())
    expect(JSON.parse(Buffer.from(report).toString())).toMatchObject({ checked_shards: 59, checked_rows: 1436 })
    await showTab(page, 'Problems')
    await page
      .getByRole('listbox', { name: 'Causes' })
      .getByRole('option', { name: /^Page checksum/ })
      .click()
    const cause = page.getByRole('region', { name: 'Page checksum' })
    const place = cause.getByRole('row', { name: /chrpage-checksum_0\.parquet/ })
    expect(await place.textContent()).toMatch(/The page of embedding at byte [\d,]+ has the checksum/)
    await place.click()
    await inspectorPane(page)
      .getByRole('heading', { name: /chrpage-checksum_0\.parquet/ })
      .waitFor()
  })

  test('repair all but one, restore all, and rebuild the index', { timeout: TEST_MS }, async () => {
    const { page } = await open(damagedSample())
    await page.getByRole('banner').getByText('READ-ONLY').waitFor()
    await page.getByRole('banner').getByRole('button', { name: 'Repair…' }).click()
    const sheet = page.getByRole('dialog')
    await sheet.getByRole('button', { name: 'Quarantine 23 shards and rebuild the index' }).waitFor()
    await sheet.getByText('84 differences fixed').waitFor()
    const ticked = sheet.getByRole('checkbox', { name: /\.parquet$/, checked: true })
    expect(await ticked.count()).toBe(23)
    await sheet.getByText('chrpage-checksum_0.parquet').click()
    await sheet.getByText('22 shards,').waitFor()
    expect(await ticked.count()).toBe(22)
    const meaning = sheet.getByText('including those of 1 damaged shard that stays')
    await meaning.waitFor()
    // Even if the list is scrolled down.
    expect((await meaning.boundingBox())?.y).toBeGreaterThan(0)
    await sheet.getByRole('button', { name: 'Quarantine 22 shards and rebuild the index' }).click()
    await sheet.getByRole('status').getByText('22 shards quarantined').waitFor()
    // For the one that stays, the report also says why its rows are not found.
    await sheet.getByText(/chrpage-checksum_0\.parquet: The page of embedding/i).waitFor()
    await sheet.getByRole('button', { name: 'Close', exact: true }).last().click()
    expect(await page.getByRole('banner').getByText('READ-ONLY').count()).toBe(0)

    await shardsShown(page, 37)
    const tab = page.getByRole('tab', { name: /^Quarantine/ })
    await expect.poll(() => tab.textContent(), POLL).toBe('Quarantine22 files')
    await tab.click()
    const aside = panel(page, 'Quarantine')
    await aside.getByText('22 files in quarantine').waitFor()
    expect(await aside.getByRole('grid', { name: 'Files in quarantine' }).getAttribute('aria-rowcount')).toBe('23')
    expect(await aside.getByText('chrpage-checksum_0.parquet').count()).toBe(0)

    await aside.getByRole('button', { name: 'Restore all' }).click()
    await aside.getByText('Nothing is in quarantine.').waitFor()
    await expect.poll(() => tab.textContent(), POLL).toBe('Quarantine')
    await jobEnd(page).getByText('22 shards restored').waitFor()

    await showTab(page, 'Index')
    await panel(page, 'Index').getByRole('button', { name: 'Rebuild the index…' }).click()
    await sheet.getByRole('button', { name: 'Rebuild the index from 59 shards' }).click()
    await jobEnd(page)
      .getByText(/The index was rebuilt with [\d,]+ rows of \d+ shards/)
      .waitFor()
  })

  test('quarantine two shards by hand, with a reason, and restore one', { timeout: TEST_MS }, async () => {
    const folder = damagedSample()
    const { page } = await open(folder)
    await shardsShown(page, 59)
    await page.getByRole('searchbox', { name: /in their path$/ }).fill('/4/')
    await shardsShown(page, 9)
    const grid = shardGrid(page)
    await grid.locator('[aria-rowindex="2"]').click()
    await page.keyboard.press('Shift+ArrowDown')
    await page.getByText('2 selected').waitFor()
    await panel(page, 'Shards').getByRole('button', { name: 'Quarantine…' }).click()
    const sheet = page.getByRole('dialog')
    const paths = await sheet.getByRole('listitem').allTextContents()
    expect(paths).toHaveLength(2)
    const reason = sheet.getByRole('textbox', { name: 'Reason' })
    await reason.fill('  ')
    await page.keyboard.press('Enter')
    expect(await sheet.getByRole('button', { name: 'Quarantine 2 shards' }).isDisabled()).toBe(true)
    expect(paths.map(path => existsSync(join(folder, path)))).toEqual([true, true])
    await reason.fill('encoded with the wrong weights')
    await page.keyboard.press('Enter')

    await jobEnd(page).getByText('2 shards quarantined.').waitFor()
    await shardsShown(page, 7)
    await inspectorPane(page)
      .getByText(/This shard was moved to quarantine/)
      .waitFor()
    expect(paths.map(path => existsSync(join(folder, path)))).toEqual([false, false])
    const reasons = readdirSync(join(folder, 'embeddings/.quarantine'), { recursive: true, encoding: 'utf8' })
      .filter(name => name.endsWith('.json'))
      .map(name => readFileSync(join(folder, 'embeddings/.quarantine', name), 'utf8'))
    expect(reasons).toHaveLength(2)
    for (const reason of reasons) expect(reason).toContain('encoded with the wrong weights')

    await showTab(page, 'Quarantine')
    const aside = panel(page, 'Quarantine')
    const lines = aside.getByRole('row', { name: /encoded with the wrong weights/i })
    await expect.poll(() => lines.count(), POLL).toBe(2)
    await lines.first().click()
    await aside.getByRole('region', { name: 'Selected file' }).getByText('encoded with the wrong weights').waitFor()
    await aside.getByRole('button', { name: 'Restore', exact: true }).click()
    await jobEnd(page).getByText('1 shard restored.').waitFor()
    await aside.getByText('1 file in quarantine').waitFor()
    expect(paths.filter(path => existsSync(join(folder, path)))).toHaveLength(1)
  })

  test('a cache without a recorded change asks for confirmation before a restore', { timeout: TEST_MS }, async () => {
    const folder = damagedSample()
    const { quarantined } = await repairCache(folder)
    const { page } = await open(folder)
    await shardsShown(page, 59 - quarantined.length)
    await showTab(page, 'Quarantine')
    const restoreAll = panel(page, 'Quarantine').getByRole('button', { name: 'Restore all' })
    await restoreAll.click()
    const sheet = page.getByRole('dialog', { name: `Restore ${quarantined.length} files` })
    await sheet.getByText('No earlier change to this cache is on record').waitFor()
    await page.keyboard.press('Escape')
    await sheet.waitFor({ state: 'detached' })
    await page.getByRole('banner').getByText('READ-ONLY').waitFor()
    expect(quarantined.some(({ shardPath }) => existsSync(join(folder, shardPath)))).toBe(false)

    await restoreAll.click()
    await sheet.getByRole('button', { name: `Restore ${quarantined.length} files` }).click()
    await jobEnd(page).getByText(`${quarantined.length} shards restored`).waitFor()
    expect(await page.getByRole('banner').getByText('READ-ONLY').count()).toBe(0)
    expect(quarantined.every(({ shardPath }) => existsSync(join(folder, shardPath)))).toBe(true)
  })

  test('cancel a verification half-way: its progress is reported and kept', { timeout: TEST_MS }, async () => {
    const { page } = await open(many)
    await shardsShown(page, MANY)
    await page.getByRole('banner').getByRole('button', { name: 'Verify', exact: true }).click()
    const jobs = panel(page, 'Jobs')
    await jobs.getByRole('progressbar', { name: /^Verify/ }).waitFor()
    await jobs.getByText(/^Reading [1-9][\d,]* of 5,000 shards$/).waitFor()
    await jobs.getByRole('button', { name: 'Cancel' }).click()
    const end = await jobEnd(page)
      .getByText(/^Cancelled/)
      .textContent()
    const done = Number(/^Cancelled after ([\d,]+) of 5,000 shards/.exec(end ?? '')?.[1]?.replaceAll(',', ''))
    expect(done).toBeGreaterThan(0)
    expect(done).toBeLessThan(MANY)
    await jobs
      .getByRole('row', { name: /Verify/ })
      .getByText(/^cancelled/)
      .waitFor()
    await page
      .getByRole('banner')
      .getByText(/\/5,000 verified/)
      .waitFor()
    expect(await jobs.getByRole('button', { name: 'Cancel' }).count()).toBe(0)
  })
})

const many = makeManyShards(MANY)
