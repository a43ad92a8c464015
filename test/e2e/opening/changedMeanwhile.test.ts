/** A verification while another process writes: findings in changed files are one cause, and verifying those files again resolves it. */
import { copyFileSync, cpSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { flippedHash, replaceShard } from '../../core/cacheFiles.ts'
import { LAB_SHARD, labCache, labShards, optionsOf, pathOf, recordsOf } from '../../core/evidence/labCache.ts'
import { makeManyShards } from '../../support/manyShards.ts'
import { temporaryFolder } from '../../support/temporaryFolder.ts'
import { onBothCarriers, TEST_MS } from '../support/carriers.ts'
import { jobEnd, POLL, panel, shardsShown, showTab } from '../support/window.ts'

const FILLERS = 600
const OWN = labShards().filter(({ encoder, layer }) => encoder === 'lab/alpha' && layer === 5)
/** Has other rows while it is read, and its original rows again before the verification ends. */
const REWRITTEN = pathOf(LAB_SHARD)
/** Does not exist when the shards are listed. */
const LATE = pathOf({ ...LAB_SHARD, block: 0 })

/** A cache that takes a while to verify. Two of its shards are not yet in their final state. */
async function slowCache() {
  const root = await labCache(OWN)
  const whole = join(temporaryFolder(), 'whole')
  cpSync(root, whole, { recursive: true })
  renameSync(join(makeManyShards(FILLERS), 'embeddings/encoder-0'), join(root, 'embeddings/the-last-encoder'))
  await replaceShard(root, REWRITTEN, { ...optionsOf(LAB_SHARD), records: recordsOf(LAB_SHARD).map(record => flippedHash(record)) })
  rmSync(join(root, LATE))
  return { root, write: (path: string) => copyFileSync(join(whole, path), join(root, path)) }
}

/** Waits until at least this number of shards was read. */
async function shardsRead(page: Page, count: number): Promise<void> {
  const read = async (): Promise<number> => {
    const text = (await panel(page, 'Jobs').textContent()) ?? ''
    return text.includes('rows checked') ? FILLERS : Number(/Reading ([\d,]+) of/.exec(text)?.[1]?.replace(',', '') ?? 0)
  }
  await expect.poll(read, POLL).toBeGreaterThanOrEqual(count)
}

onBothCarriers('files that change during a verification', open => {
  test('are one cause, which another verification of them resolves', { timeout: 2 * TEST_MS }, async () => {
    const { root, write } = await slowCache()
    const { page } = await open(root)
    await shardsShown(page, FILLERS + OWN.length - 1)
    await page.getByRole('banner').getByRole('button', { name: 'Verify', exact: true }).click()
    await shardsRead(page, OWN.length)
    write(REWRITTEN)
    await jobEnd(page)
      .getByText(/^603 shards with [\d,]+ rows checked: /)
      .waitFor()
    write(LATE)
    await shardsShown(page, FILLERS + OWN.length)

    await showTab(page, 'Problems')
    const changed = page.getByRole('listbox', { name: 'Causes' }).getByRole('option', { name: /^Changed meanwhile/ })
    await changed.click()
    const cause = page.getByRole('region', { name: 'Changed meanwhile', exact: true })
    await cause.getByRole('button', { name: 'Verify these 2 shards' }).waitFor()
    await cause.getByText('Another process wrote to these shards or to the index').waitFor()
    const places = await cause.getByRole('row').allTextContents()
    expect(places.filter(text => text.includes('chrX_0.parquet'))).toHaveLength(1)
    expect(places.filter(text => text.includes('chrX_1.parquet')).length).toBeGreaterThan(0)
    // None of them can be moved, and the index need not be rebuilt.
    expect(await cause.getByRole('button', { name: /^(Quarantine|Repair|Rebuild|Forget)/ }).count()).toBe(0)

    await cause.getByRole('button', { name: 'Verify these 2 shards' }).click()
    // The second time, its bytes certainly differ.
    await jobEnd(page).getByText('2 shards with 8 rows checked: 1 finding.').waitFor()
    await showTab(page, 'Problems')
    await expect.poll(() => changed.count(), POLL).toBe(0)
    await page.getByRole('treegrid').getByText('lab__alpha').click()
    await page.getByRole('button', { name: /^Only in lab__alpha/ }).click()
    const causes = page.getByRole('listbox', { name: 'Causes' }).getByRole('option')
    await expect.poll(() => causes.allTextContents(), POLL).toEqual(['Changed bytes1 shard1 finding'])
  })
})
