/** Missing windows are exported to a file: keys or windows, with a sentence about its contents, or about the reason why there are none. */
import { renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { LAB_SHARD, labCache, pathOf, ROWS, recordsOf } from '../../core/evidence/labCache.ts'
import { onBothCarriers, TEST_MS } from '../support/carriers.ts'
import { inspectorPane, showTab } from '../support/window.ts'

const PATH = pathOf(LAB_SHARD)
const PRESENCE = 'chrX block 1: present in 3 of 4 configurations'

onBothCarriers('a missing shard', open => {
  test('names the configurations that hold its block, and is exported as keys or windows', { timeout: TEST_MS }, async () => {
    const root = await labCache()
    rmSync(join(root, PATH))
    const { page, saved } = await open(root)
    await page.getByRole('banner').getByText('4 windows missing (1 shard)').waitFor()
    await showTab(page, 'Problems')
    await page
      .getByRole('listbox', { name: 'Causes' })
      .getByRole('option', { name: /^Missing shard/ })
      .click()
    const cause = page.getByRole('region', { name: 'Missing shard', exact: true })
    await cause.getByRole('row', { name: new RegExp(PRESENCE) }).click()
    await inspectorPane(page).getByText(`It was deleted or moved by another program. ${PRESENCE}.`).waitFor()

    await cause.getByRole('button', { name: 'Export list…' }).click()
    const sheet = page.getByRole('dialog', { name: 'Export missing windows' })
    const save = () => saved(() => sheet.getByRole('button', { name: 'Export' }).click())
    const keys = Buffer.from(await save())
      .toString()
      .trimEnd()
      .split('\n')
    expect(keys.map(line => JSON.parse(line).shard_path)).toEqual(Array.from({ length: ROWS }, () => PATH))
    await sheet.getByRole('status').getByText('4 keys of 1 shard saved.').waitFor()

    await sheet.getByRole('radio', { name: /^Windows \(BED\)/ }).check()
    const [line = ''] = Buffer.from(await save())
      .toString()
      .split('\n')
    const [first] = recordsOf(LAB_SHARD)
    expect(line.split('\t').slice(0, 3)).toEqual([first?.chrom, String(first?.startBp), String(first?.endBp)])
    await sheet.getByRole('status').getByText('4 windows of 1 shard saved.').waitFor()

    renameSync(join(root, 'embeddings'), join(root, 'away'))
    await sheet.getByRole('button', { name: 'Export' }).click()
    await sheet.getByRole('alert').getByText('The list was not saved.').waitFor()
    await sheet.getByRole('button', { name: 'Cancel' }).click()
    await sheet.waitFor({ state: 'detached' })
  })
})
