/** A selected shard that is moved or removed: every view says so in one sentence, and leads to it or to the others. */
import { readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { inTheWindow, TEST_MS } from '../support/carriers.ts'
import { damagedSample } from '../support/inspector.ts'
import { inspectorPane, panel, shardGrid, shardsShown } from '../support/window.ts'

const MOVED = /This shard was moved to quarantine just now\./
const REMOVED = 'This shard no longer exists here. It was deleted or moved by another program.'

async function openRow(page: Page): Promise<void> {
  await shardsShown(page, 59)
  await page.getByRole('searchbox', { name: /in their path$/ }).fill('5/global_mean_0/chrNC_001416.1_0')
  await shardsShown(page, 1)
  await shardGrid(page).locator('[aria-rowindex="2"]').dblclick()
  await page.getByRole('grid', { name: 'Rows of the shard' }).locator('[aria-rowindex="3"]').click()
  await inspectorPane(page).getByRole('heading', { name: 'Row 1 (32 rows)' }).waitFor()
}

/** No raw errors: no path in an error sentence, no message about an unreadable footer. */
async function toldEverywhere(page: Page, sentence: string | RegExp): Promise<void> {
  await inspectorPane(page).getByText(sentence).waitFor()
  await panel(page, 'Rows').getByText(sentence).waitFor()
  await page.getByRole('tab', { name: 'Heat map' }).click()
  await panel(page, 'Heat map').getByText(sentence).waitFor()
  for (const text of [/there is no shard/i, /cannot be read/, /can be drawn/]) expect(await page.getByText(text).count()).toBe(0)
}

inTheWindow('a shard that no longer exists', open => {
  test('in quarantine, the button leads there', { timeout: TEST_MS }, async () => {
    const { page } = await open(damagedSample())
    await openRow(page)
    await inspectorPane(page).getByRole('button', { name: 'chrNC_001416.1_0.parquet' }).click()
    await inspectorPane(page).getByRole('button', { name: 'Quarantine…' }).click()
    await page.getByRole('dialog').getByRole('textbox', { name: 'Reason' }).fill('wrong revision of the encoder')
    await page.keyboard.press('Enter')
    await toldEverywhere(page, MOVED)
    await page.getByRole('button', { name: 'Back', exact: true }).click()
    await page.getByRole('button', { name: 'Back', exact: true }).click()
    await inspectorPane(page)
      .getByRole('heading', { name: /^Row 1 / })
      .waitFor()
    await inspectorPane(page).getByText(MOVED).waitFor()
    await inspectorPane(page).getByRole('button', { name: 'Show quarantine' }).click()
    const facts = panel(page, 'Quarantine').getByRole('region', { name: 'Selected file' })
    await facts.getByText('Wrong revision of the encoder').waitFor()
  })

  test('if removed, the button leads to the other shards', { timeout: TEST_MS }, async () => {
    const root = damagedSample()
    const { page } = await open(root)
    await openRow(page)
    const gone = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter(name =>
      /5.global_mean_0.chrNC_001416\.1_0\.parquet$/.test(name)
    )
    expect(gone).toHaveLength(1)
    for (const name of gone) rmSync(join(root, name))
    await toldEverywhere(page, REMOVED)
    await inspectorPane(page).getByRole('button', { name: 'Show shards' }).click()
    await inspectorPane(page).getByRole('heading', { name: 'Whole cache' }).waitFor()
  })
})
