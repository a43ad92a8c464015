/** The search box: every kind of query, the sentence about it, and where it leads. */
import { join } from 'node:path'
import type { Locator, Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { find } from '../../../src/main/core/index.ts'
import { inChromium, onBothCarriers, TEST_MS } from '../support/carriers.ts'
import { damagedSample } from '../support/inspector.ts'
import { GENOME, inspectorPane, POLL, shardGrid, tree, type } from '../support/window.ts'

const POOL = 'embeddings/lambda__kmer-spectrum/3/global_mean_0'
const WINDOW = GENOME.slice(512, 1536)
const LOCUS = /^NC_001416\.1:513.1,536/

onBothCarriers('looking up', open => {
  test('a hash, its prefix, a locus and DNA lead to rows', { timeout: TEST_MS }, async () => {
    const folder = damagedSample()
    const { page } = await open(folder)
    await ready(page)
    const { rows } = await find(folder, WINDOW)
    const hash = Buffer.from(rows[0]?.windowHash ?? []).toString('hex')
    const count = `${rows.length} rows`

    await type(page, WINDOW)
    await says(page, `DNA sequence, 1,024 bp → found, ${count}`)
    const byDna = await matches(page)
    expect(byDna).toHaveLength(rows.length)
    expect(byDna.every(text => LOCUS.test(text))).toBe(true)
    await page.keyboard.press('Escape')

    await type(page, hash)
    await says(page, `SHA-256, ${count}`)
    expect(await matches(page)).toEqual(byDna)
    await page.keyboard.press('Escape')

    const byLocus = await find(folder, 'NC_001416.1:1,600-1,700')
    const windows = new Set(byLocus.rows.map(row => Buffer.from(row.windowHash).toString('hex'))).size
    await type(page, '1:1')
    await says(page, '1:1 → no shard of this contig')
    await page.keyboard.press('Escape')
    await type(page, 'NC_001416.1:1,600-1,700')
    await says(page, new RegExp(`^NC_001416\\.1:1,600–1,700 → ${windows} windows of \\d+ configurations$`))
    const found = await matches(page)
    expect(found).toHaveLength(byLocus.rows.length)
    expect(found.every(text => /^NC_001416\.1:(1,025.2,048|1,537.2,560)/.test(text))).toBe(true)
    await page.keyboard.press('Escape')

    await type(page, hash.slice(0, 12))
    await says(page, `SHA-256 prefix, ${count}`)
    // Ambiguous: all of them are listed, the arrows select, Enter opens.
    expect(await matches(page)).toEqual(byDna)
    await page.keyboard.press('ArrowDown')
    const chosen = options(page).nth(1)
    expect(await chosen.getAttribute('data-focused')).toBe('true')
    const layer = / layer (\d+) /.exec((await chosen.textContent()) ?? '')?.[1]
    await page.keyboard.press('Enter')
    await page.getByRole('tab', { name: 'Rows', selected: true }).waitFor()
    await inspectorPane(page).getByText(LOCUS).first().waitFor()
    await inspectorPane(page).getByText(hash.slice(0, 6)).first().waitFor()
    // The focus continues in the rows, at the found row.
    await inRows(page)
    expect(await rowGrid(page).getByRole('row', { selected: true }).textContent()).toContain('NC_001416.1:513')
    await inspectorPane(page)
      .getByRole('definition')
      .filter({ hasText: new RegExp(`^${layer}`) })
      .first()
      .waitFor()
  })

  test('the focus continues in the rows, from any earlier place, even in another shard', { timeout: TEST_MS }, async () => {
    const { page } = await open(damagedSample())
    await ready(page)
    await tree(page).getByRole('row', { name: 'All shards' }).click()
    // Two shards, and finally the row that is already shown.
    for (const position of [1600, 30_000, 1600, 1600]) {
      await type(page, `NC_001416.1:${position}`)
      const [first = ''] = await matches(page)
      await page.keyboard.press('Enter')
      const row = rowGrid(page).getByRole('row', { selected: true })
      await row.getByText(/^NC_001416\.1:[0-9,]+/.exec(first)?.[0] ?? 'no locus').waitFor()
      await inRows(page)
    }
    await page.keyboard.press('Control+1')
    await shardGrid(page).focus()
    await page.keyboard.press('Control+3')
    await inRows(page)
  })

  test('a path leads to its shard, and a part of several paths lists them', { timeout: TEST_MS }, async () => {
    const { page } = await open(damagedSample())
    await ready(page)
    const shard = join(POOL, 'chrNC_001416.1_0.parquet')
    await type(page, shard)
    await says(page, `1 shard whose path holds “${shard}”`)
    await page.keyboard.press('Enter')
    const heading = inspectorPane(page).getByRole('heading', { level: 2 })
    await expect.poll(() => heading.textContent(), POLL).toBe('chrNC_001416.1_0.parquet')
    await inspectorPane(page).getByText(shard, { exact: true }).waitFor()

    await type(page, 'lambda__kmer-spectrum/4/')
    await says(page, '9 shards whose paths hold “lambda__kmer-spectrum/4/”')
    expect(await matches(page)).toHaveLength(9)
    await says(page, '9 matches')
    await page.keyboard.press('Escape')
  })

  test('a command runs by its name, and an invalid query explains why', { timeout: TEST_MS }, async () => {
    const { page } = await open(damagedSample())
    await ready(page)
    await type(page, 'keyboard short')
    await says(page, 'Enter: Keyboard shortcuts')
    await page.keyboard.press('Enter')
    await page.getByRole('dialog').getByRole('heading', { name: 'Keyboard shortcuts' }).waitFor()
    await page.keyboard.press('Escape')
    await type(page, '>heat')
    await says(page, 'Enter: Go to Heat map')
    await page.keyboard.press('Enter')
    await page.getByRole('tab', { name: 'Heat map', selected: true }).waitFor()
    await type(page, 'fff')
    await says(page, /3 digits are too few for a hash, which needs at least 4/)
    await page.keyboard.press('Escape')
    await type(page, 'fffffffffffe')
    await says(page, 'SHA-256 prefix, no row')
    await page.keyboard.press('Enter')
    await says(page, 'Nothing was found.')
  })
})

inChromium('a search that ends late', open => {
  test('does not move a user who has gone elsewhere', { timeout: TEST_MS }, async () => {
    const { page } = await open(damagedSample())
    const held: (() => void)[] = []
    let holding = false
    await page.routeWebSocket('**/rpc', socket => {
      const server = socket.connectToServer()
      server.onMessage(message => {
        if (holding) held.push(() => socket.send(message))
        else socket.send(message)
      })
    })
    await page.reload()
    await ready(page)
    await shardGrid(page).locator('[aria-rowindex="2"]').click()
    await type(page, join(POOL, 'chrNC_001416.1_0.parquet'))
    await says(page, /^1 shard whose path holds/)
    holding = true
    await page.keyboard.press('Enter')
    await says(page, 'Looking…')
    await page.keyboard.press('Control+3')
    await page.getByRole('tab', { name: 'Rows', selected: true }).waitFor()
    await expect.poll(() => held.length, POLL).toBeGreaterThan(0)
    holding = false
    for (const send of held) send()
    await rowGrid(page).waitFor()
    await page.waitForTimeout(300)
    await page.getByRole('tab', { name: 'Rows', selected: true }).waitFor()
  })
})

const rowGrid = (page: Page): Locator => page.getByRole('grid', { name: 'Rows of the shard' })

/** The focus is in the rows, however long they take to load. */
async function inRows(page: Page): Promise<void> {
  await expect.poll(() => rowGrid(page).evaluate(grid => grid === document.activeElement), POLL).toBe(true)
}

const options = (page: Page): Locator => page.getByRole('listbox', { name: 'Matches' }).getByRole('option')

async function ready(page: Page): Promise<void> {
  await shardGrid(page).getByText('chrNC_001416.1_0.parquet').first().waitFor()
}

/** The sentence below the search box. */
async function says(page: Page, sentence: string | RegExp): Promise<void> {
  const status = page
    .getByRole('combobox', { name: /^Look up/ })
    .locator('xpath=..')
    .getByRole('status')
  await expect.poll(() => status.textContent(), POLL).toEqual(typeof sentence === 'string' ? sentence : expect.stringMatching(sentence))
}

/** The matches that Enter lists. */
async function matches(page: Page): Promise<readonly string[]> {
  await page.keyboard.press('Enter')
  await options(page)
    .and(page.locator('[data-focused]'))
    .filter({ hasText: /\.parquet|NC_001416/ })
    .first()
    .waitFor()
  return (await options(page).allTextContents()).filter(text => /\.parquet|NC_001416/.test(text))
}
