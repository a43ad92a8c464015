/** Before any verification: findings of the initial scan are in the inspector, among the problems, and in the state of the cache. */
import { expect, test } from 'vitest'
import { inTheWindow, TEST_MS } from '../support/carriers.ts'
import { damagedSample } from '../support/inspector.ts'
import { inspectorPane, jobEnd, POLL, panel, shardGrid, shardsShown, showTab } from '../support/window.ts'

inTheWindow('the initial scan', open => {
  test('reports its findings everywhere as not verified, and they can be verified', { timeout: TEST_MS }, async () => {
    const { page } = await open(damagedSample())
    await shardsShown(page, 59)
    await showTab(page, 'Problems')
    const state = page.getByRole('banner').getByRole('button', { name: /not verified yet/ })
    const looks = async (): Promise<number> => Number(/(\d+) look wrong/.exec((await state.textContent()) ?? '')?.[1] ?? 0)
    const counted = async (): Promise<number> =>
      Number(/(\d+) shards/.exec((await page.getByRole('tab', { name: /^Problems/ }).textContent()) ?? '')?.[1] ?? 0)
    await expect.poll(looks, POLL).toBeGreaterThan(0)
    const before = await looks()
    expect(await counted()).toBe(before)
    const causes = page.getByRole('listbox', { name: 'Causes' })
    expect(await causes.getByRole('option').allTextContents()).toEqual(
      expect.arrayContaining([expect.stringMatching(/^Cut off.*not verified/), expect.stringMatching(/^Bad footer.*not verified/)])
    )

    // A footer says nothing about its pages. Opening the shard does.
    await page.getByRole('searchbox', { name: /in their path$/ }).fill('page-checksum')
    await shardsShown(page, 1)
    await shardGrid(page).locator('[aria-rowindex="2"]').click()
    await inspectorPane(page).getByText('1 finding in the initial scan').waitFor()
    await expect.poll(looks, POLL).toBe(before + 1)
    expect(await counted()).toBe(before + 1)
    await causes.getByRole('option', { name: /^Page checksum/ }).click()
    const cause = panel(page, 'Problems').getByRole('region', { name: 'Page checksum' })
    await cause.getByText('Found in the initial scan, not verified.').waitFor()
    await cause.getByRole('button', { name: 'Verify it' }).click()
    await jobEnd(page).getByText('1 shard with').waitFor()
    await expect.poll(() => page.getByRole('banner').textContent(), POLL).toContain(`1 damaged · ${before} look wrong`)
  })
})
