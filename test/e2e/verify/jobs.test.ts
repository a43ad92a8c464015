/** A running job in all places that show it. */
import { expect, test } from 'vitest'
import { makeManyShards } from '../../support/manyShards.ts'
import { inTheWindow, TEST_MS } from '../support/carriers.ts'
import { jobEnd, panel, shardsShown } from '../support/window.ts'

const MANY = 3000

inTheWindow('a running job', open => {
  test('shows the same progress in the list, in its details and in the status bar', { timeout: TEST_MS }, async () => {
    const { page } = await open(makeManyShards(MANY))
    await shardsShown(page, MANY)
    await page.getByRole('banner').getByRole('button', { name: 'Verify', exact: true }).click()
    await panel(page, 'Jobs').getByRole('progressbar').waitFor()
    const reported = await page.evaluate(async () => {
      const shares: string[][] = []
      const frame = (): Promise<number> => new Promise(resolve => requestAnimationFrame(resolve))
      const share = (element: Element | null | undefined): string => /\d+ %/.exec(element?.textContent ?? '')?.[0] ?? 'none'
      for (;;) {
        await frame()
        const bar = document.querySelector('[role=progressbar]')
        if (bar === null) return shares
        shares.push([
          share(bar.nextElementSibling),
          share(document.querySelector('[role=listbox][aria-label=Jobs] [aria-selected=true]')),
          share(document.querySelector('footer'))
        ])
      }
    })
    await jobEnd(page).getByText('checked').waitFor()
    const running = reported.filter(([details]) => details !== 'none')
    expect(running.length).toBeGreaterThan(10)
    // When it has ended, the details and the list show this one after the other.
    const apart = running.filter(shares => !shares.includes('none') && new Set(shares).size > 1)
    expect(apart).toEqual([])
    expect(new Set(running.map(([details]) => details)).size).toBeGreaterThan(3)
  })
})
