/** Makes docs/screenshots: every view of the built program on the damaged sample, in light and in dark. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Locator, Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { damagedSample, startInspector } from '../e2e/support/inspector.ts'
import { requireChromium } from '../support/capabilities.ts'
import { smallPng } from './smallPng.ts'

const FOLDER = process.env.SCREENSHOTS ?? join(import.meta.dirname, '../../docs/screenshots')
const WIDTH = Number(process.env.SCREENSHOT_WIDTH ?? 1440)
const HEIGHT = Number(process.env.SCREENSHOT_HEIGHT ?? 900)
const MOST_BYTES = 6 * 1024 * 1024
/** Longer than animations and delays in the window, ms. */
const SETTLED = 500

test('pictures of every view', async () => {
  const chromium = requireChromium()
  if (chromium === null) throw new Error('no pictures without Chromium')
  rmSync(FOLDER, { recursive: true, force: true })
  mkdirSync(FOLDER, { recursive: true })
  const { page, complaints, killService, stop } = await startInspector(chromium, damagedSample())
  let bytes = 0
  const picture = async (name: string): Promise<void> => {
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
      await page.waitForTimeout(SETTLED)
      const png = smallPng(await page.screenshot())
      writeFileSync(join(FOLDER, `${name}-${colorScheme}.png`), png)
      bytes += png.length
    }
  }
  try {
    await page.setViewportSize({ width: WIDTH, height: HEIGHT })
    const address = page.url()
    await verified(page)
    await tabs(page, picture)
    await drawers(page, picture)
    await sheets(page, picture)
    await starts(page, picture)
    await lostService(page, address, killService, picture)
  } finally {
    await stop()
  }
  expect(complaints).toEqual([])
  expect(bytes).toBeLessThan(MOST_BYTES)
})

type Picture = (name: string) => Promise<void>

async function verified(page: Page): Promise<void> {
  await page.getByRole('banner').getByRole('button', { name: 'Verify', exact: true }).click()
  await page.getByRole('banner').getByText('27/59 verified').waitFor()
}

function tab(page: Page, name: string): Locator {
  return page.getByRole('tab', { name: new RegExp(`^${name}`) })
}

async function tabs(page: Page, picture: Picture): Promise<void> {
  await tab(page, 'Problems').click()
  const shards = page.getByRole('grid', { name: 'Shards' })
  await shards.getByText('chrNC_001416.1_0.parquet').first().click()
  await picture('shards')
  await tab(page, 'Map').click()
  await picture('map')
  await tab(page, 'Rows').click()
  await page.getByRole('grid', { name: 'Rows of the shard' }).locator('[aria-rowindex="4"]').click()
  await picture('rows')
  await tab(page, 'Heat map').click()
  await picture('heat-map')
  await tab(page, 'Index').click()
  await picture('index')
}

async function drawers(page: Page, picture: Picture): Promise<void> {
  await tab(page, 'Shards').click()
  await page.getByRole('listbox', { name: 'Causes' }).getByRole('option').first().click()
  await page.keyboard.type('page')
  await page.keyboard.press('Enter')
  await page
    .getByRole('region', { name: 'Page checksum' })
    .getByRole('row', { name: /chrpage-checksum_0/ })
    .click()
  await picture('problems')
  await tab(page, 'Jobs').click()
  await picture('jobs')
  await tab(page, 'Log').click()
  await picture('log')
}

async function sheets(page: Page, picture: Picture): Promise<void> {
  const sheet = page.getByRole('dialog')
  await tab(page, 'Problems').click()
  await page.keyboard.press('Control+k')
  await page.keyboard.insertText('NC_001416.1:1,600-1,700')
  await page.keyboard.press('Enter')
  await page.getByRole('listbox', { name: 'Matches' }).getByRole('option').first().waitFor()
  await picture('search')
  await page.keyboard.press('Escape')
  await page.keyboard.press('Escape')

  await page.getByRole('grid', { name: 'Shards' }).focus()
  await page.keyboard.press('?')
  await sheet.waitFor()
  await picture('shortcuts')
  await page.keyboard.press('Escape')

  await page.keyboard.press('Control+k')
  await page.keyboard.insertText('about')
  await page.getByRole('option', { name: /^About/ }).click()
  await sheet.waitFor()
  await picture('about')
  await page.keyboard.press('Escape')

  await page.getByRole('grid', { name: 'Shards' }).focus()
  await page.keyboard.press('Home')
  await page.getByRole('tabpanel', { name: 'Shards' }).getByRole('button', { name: 'Quarantine…' }).click()
  await sheet.getByRole('textbox', { name: 'Reason' }).fill('wrong revision of the encoder')
  await picture('quarantine-sheet')
  await page.keyboard.press('Escape')

  await page.getByRole('banner').getByRole('button', { name: 'Repair…' }).click()
  const apply = sheet.getByRole('button', { name: /^Quarantine 23 shards/ })
  await apply.waitFor()
  await picture('repair')
  await apply.click()
  await sheet.getByRole('status').getByText('23 shards quarantined').waitFor()
  await picture('repair-report')
  await sheet.getByRole('button', { name: 'Close', exact: true }).last().click()

  await tab(page, 'Quarantine').click()
  await page.getByRole('grid', { name: 'Files in quarantine' }).locator('[aria-rowindex="3"]').click()
  await picture('quarantine')
}

async function starts(page: Page, picture: Picture): Promise<void> {
  const cache = page.getByRole('banner').getByRole('button', { name: /^Cache/ })
  const root = decodeURIComponent(new URL(page.url()).hash)
  await cache.click()
  await page.getByRole('menuitem', { name: 'Close this cache' }).click()
  await page.getByRole('region', { name: 'Open a cache' }).waitFor()
  await picture('welcome')
  await page.getByRole('textbox', { name: /^Path/ }).fill(`${root.replace(/^#[^/]*/, '')}/embeddings/lambda__kmer-spectrum`)
  await page.getByRole('button', { name: 'Open', exact: true }).click()
  await page.getByRole('heading', { name: 'This folder cannot be opened as a cache' }).waitFor()
  await picture('wrong-folder')
}

async function lostService(page: Page, address: string, killService: () => Promise<void>, picture: Picture): Promise<void> {
  await page.goto(address)
  await page.reload()
  await page.getByRole('treegrid').getByText('layer 3').waitFor()
  await killService()
  await page.getByRole('alert').getByText('The connection to the service was lost').waitFor()
  await picture('lost-service')
}
