/** The service or the connection to it ends: one line says so, and one button restores it if the window can. */
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { inChromium, inElectron, TEST_MS } from '../support/carriers.ts'
import { damagedSample } from '../support/inspector.ts'
import { POLL, panel, shardsShown, showTab, tree, verifyAll } from '../support/window.ts'

inElectron('a lost service', open => {
  test('is reported in one line. Restart shows the same cache, and everything works again', { timeout: TEST_MS }, async () => {
    const { page, killService } = await open(damagedSample())
    await shardsShown(page, 59)
    await tree(page).getByRole('row', { name: 'layer 4' }).click()
    await shardsShown(page, 9)
    await showTab(page, 'Log')
    await panel(page, 'Log').getByText('the service is up').waitFor()
    const reported = async (): Promise<number> =>
      ((await panel(page, 'Log').textContent()) ?? '').split('an earlier service ended without closing').length - 1
    // A window that failed to start and was started again has already lost a service.
    const before = await reported()
    // The selection is saved a moment later.
    await page.waitForTimeout(600)
    await killService()
    await lost(page).getByText('The connection to the service was lost').waitFor()
    expect(await page.getByRole('grid').count()).toBe(0)
    await lost(page).getByRole('button', { name: 'Restart' }).click()
    await shardsShown(page, 9)
    await verifyAll(page)
    await killService()
    await lost(page).getByRole('button', { name: 'Restart' }).click()
    await page.getByRole('banner').getByText('27/59 verified · 23 damaged · 1 unsupported').waitFor()
    await showTab(page, 'Log')
    await expect.poll(reported, POLL).toBe(before + 2)
  })
})

inChromium('a lost service', open => {
  test('is reported in one line, and an interrupted connection is opened again', { timeout: TEST_MS }, async () => {
    const { page } = await open(null)
    await page.getByRole('region', { name: 'Open a cache' }).waitFor()
    const cut: (() => Promise<void>)[] = []
    await page.routeWebSocket('**/rpc', socket => {
      socket.connectToServer()
      cut.push(() => socket.close())
    })
    await page.goto(`${new URL('/', page.url())}#${new URLSearchParams({ open: damagedSample() })}`)
    await page.reload()
    await shardsShown(page, 59)
    await cut.at(-1)?.()
    await lost(page).getByText('The connection to the service was lost').waitFor()
    await lost(page).getByRole('button', { name: 'Connect again' }).click()
    await shardsShown(page, 59)
    await verifyAll(page)
  })

  test('that has ended cannot be restarted by a page, which says what to do', { timeout: TEST_MS }, async () => {
    const { page, complaints, killService } = await open(damagedSample())
    await shardsShown(page, 59)
    await killService()
    await lost(page).getByText('The connection to the service was lost').waitFor()
    await lost(page).getByText('start it again and open the address that it prints').waitFor()
    await lost(page).getByRole('button', { name: 'Connect again' }).click()
    await expect.poll(() => lost(page).textContent(), POLL).toContain('the service cannot be reached')
    expect(complaints.splice(0)).toEqual([expect.stringContaining('ERR_CONNECTION_REFUSED')])
  })
})

const lost = (page: Page) => page.getByRole('alert')
