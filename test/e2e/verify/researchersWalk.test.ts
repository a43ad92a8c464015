/** A user's session in the window: damage, verify, plan, repair, losses, and restore. */
import { cpSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { lewmCacheProcess } from '../../cli/lewmCache.ts'
import { labCache, ROWS } from '../../core/evidence/labCache.ts'
import { damageForWalk, WALK } from '../../support/researchersWalk.ts'
import { temporaryFolder } from '../../support/temporaryFolder.ts'
import { onBothCarriers, TEST_MS } from '../support/carriers.ts'
import { jobEnd, POLL, panel, showTab } from '../support/window.ts'

onBothCarriers("a user's session", open => {
  test('missing windows stay in the summary until they are forgotten or restored', { timeout: 2 * TEST_MS }, async () => {
    const root = await labCache()
    const backup = join(temporaryFolder(), 'backup')
    cpSync(root, backup, { recursive: true })
    await damageForWalk(root)
    const { page } = await open(root)
    const banner = page.getByRole('banner')
    // Known before any verification.
    await banner.getByText('4 windows missing (1 shard)').waitFor()
    await banner.getByRole('button', { name: 'Verify', exact: true }).click()
    await jobEnd(page)
      .getByText(/^16 shards with 56 rows checked: \d+ findings, 4 windows missing \(1 shard\)\.$/)
      .waitFor()

    await showTab(page, 'Problems')
    const causes = page.getByRole('listbox', { name: 'Causes' })
    for (const name of ['Missing shard', 'Cut off', 'Changed since indexed', 'Window hash disagrees', 'Duplicate key']) {
      await causes.getByRole('option', { name: new RegExp(`^${name}`) }).waitFor()
    }

    await banner.getByRole('button', { name: 'Repair…' }).click()
    const sheet = page.getByRole('dialog')
    await sheet.getByText('8 keys (8 of unreadable shards, according to the index)').waitFor()
    await sheet.getByText('4 windows missing (1 shard). A repair does not restore them.').waitFor()
    await sheet.getByRole('button', { name: 'Quarantine 2 shards and rebuild the index' }).click()
    await sheet
      .getByRole('status')
      .getByText(/^2 shards quarantined; .* 12 windows missing \(3 shards\)\.$/i)
      .waitFor()
    await sheet.getByRole('button', { name: 'Close', exact: true }).last().click()
    await banner.getByText('12 windows missing (3 shards)').waitFor()
    await banner.getByRole('button', { name: 'Verify', exact: true }).click()
    await jobEnd(page)
      .getByText(/^14 shards with 56 rows checked: .* 12 windows missing \(3 shards\)\.$/)
      .waitFor()
    await banner.getByText('12 windows missing (3 shards)').waitFor()
    const { rows } = lewmCacheProcess(['lost', '--cache', root, '--json']).json()
    // The earlier key of the changed row is lost as well, and its shard is suspect, not missing.
    expect(rows).toBe(3 * ROWS + 1)

    await showTab(page, 'Problems')
    await causes.getByRole('option', { name: /^Missing shard/ }).click()
    await page.getByRole('region', { name: 'Missing shard' }).getByRole('button', { name: 'Forget…' }).click()
    expect(await sheet.getByRole('button', { name: /^Forget/ }).isDisabled()).toBe(true)
    await sheet.getByRole('checkbox', { name: WALK.cutOff[0] }).check()
    await sheet.getByRole('button', { name: 'Forget 1 shard' }).click()
    await jobEnd(page).getByText('1 missing shard forgotten.').waitFor()
    await banner.getByText('8 windows missing (2 shards)').waitFor()

    for (const path of [WALK.deleted, WALK.flipped, ...WALK.cutOff]) cpSync(join(backup, path), join(root, path))
    await expect.poll(() => banner.getByText(/missing/).count(), POLL).toBe(0)
    await showTab(page, 'Index')
    await panel(page, 'Index').getByRole('button', { name: 'Rebuild the index…' }).click()
    await sheet.getByRole('button', { name: 'Rebuild the index from 17 shards' }).click()
    await jobEnd(page)
      .getByText(/^The index was rebuilt with \d+ rows of 17 shards/)
      .waitFor()
    expect(lewmCacheProcess(['lost', '--cache', root, '--json']).json()).toEqual({ lost: [], rows: 0 })
  })
})
