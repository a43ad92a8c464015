/** A failed part of the window says so, and the rest of the window keeps working. Answers of the service are made unusable on their way. */
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { inChromium, TEST_MS } from '../support/carriers.ts'
import { damagedSample } from '../support/inspector.ts'
import { inspectorPane, panel, shardGrid, shardsShown, showTab } from '../support/window.ts'

const SHARD = 'chrNC_001416.1_0.parquet'

inChromium('a failed part', open => {
  test('a view reports its failure, other views work, and it can be tried again', { timeout: TEST_MS }, async () => {
    const { page, complaints } = await open(damagedSample())
    const broken = await breakable(page)
    await shardsShown(page, 59)
    broken.add('/quarantine')
    await showTab(page, 'Quarantine')
    const alert = panel(page, 'Quarantine').getByRole('alert')
    await alert.getByText('The view “Quarantine” failed. The rest of the window still works.').waitFor()
    await alert.getByText(/^TypeError/).waitFor()

    await showTab(page, 'Index')
    await panel(page, 'Index').getByText('embeddings/index.sqlite').waitFor()
    await showTab(page, 'Shards')
    await shardGrid(page).getByText(SHARD).first().click()
    await inspectorPane(page).getByRole('heading', { name: SHARD }).waitFor()
    await showTab(page, 'Quarantine')
    await alert.waitFor()

    broken.clear()
    await alert.getByRole('button', { name: 'Try again' }).click()
    await panel(page, 'Quarantine').getByText('Nothing is in quarantine.').waitFor()
    taken(complaints, /TypeError/)
  })

  test('the inspector fails alone, and another selection shows it again', { timeout: TEST_MS }, async () => {
    const { page, complaints } = await open(damagedSample())
    const broken = await breakable(page)
    await shardsShown(page, 59)
    broken.add('/shards/describe')
    await shardGrid(page).getByText(SHARD).first().click()
    const alert = inspectorPane(page).getByRole('alert')
    await alert.getByText('The inspector failed. The rest of the window still works.').waitFor()
    expect(await shardGrid(page).getAttribute('aria-rowcount')).toBe('60')
    broken.clear()
    await page.keyboard.press('ArrowDown')
    await inspectorPane(page).getByRole('heading', { name: 'Actions' }).waitFor()
    expect(await alert.count()).toBe(0)
    taken(complaints, /TypeError/)
  })

  test('a panel of the drawer fails alone', { timeout: TEST_MS }, async () => {
    const { page, complaints } = await open(damagedSample())
    const broken = await breakable(page)
    await shardsShown(page, 59)
    broken.add('/program/log')
    await showTab(page, 'Log')
    await panel(page, 'Log').getByRole('alert').getByText('The panel “Log” failed. The rest of the window still works.').waitFor()
    await showTab(page, 'Jobs')
    await showTab(page, 'Log')
    broken.clear()
    await panel(page, 'Log').getByRole('button', { name: 'Try again' }).click()
    await panel(page, 'Log').getByRole('log').waitFor()
    taken(complaints, /TypeError/)
  })

  test('a sheet whose code cannot be loaded can be tried again', { timeout: TEST_MS }, async () => {
    const { page, complaints } = await open(damagedSample())
    const code = '**/assets/AboutSheet-*.js'
    await page.route(code, route => route.abort())
    await page.reload()
    await shardsShown(page, 59)
    await page.keyboard.press('Control+k')
    await page.keyboard.insertText('>about')
    await page.keyboard.press('Enter')
    const sheet = page.getByRole('dialog')
    await sheet.getByText('This sheet failed. The rest of the window still works.').waitFor()
    await page.unroute(code)
    await sheet.getByRole('button', { name: 'Try again' }).click()
    await sheet.getByText('Apache License 2.0').waitFor()
    taken(complaints, /AboutSheet|ERR_FAILED/)
  })
})

/** Procedures, by path, whose answers are null from now on, after a reload. */
async function breakable(page: Page): Promise<Set<string>> {
  const broken = new Set<string>()
  await page.routeWebSocket('**/rpc', socket => {
    const asked = new Map<string, string>()
    const server = socket.connectToServer()
    socket.onMessage(message => {
      const { i, p } = frameOf(message)
      if (p?.u !== undefined) asked.set(i, p.u)
      server.send(message)
    })
    server.onMessage(message => {
      const { i, t } = frameOf(message)
      const isBroken = t === undefined && broken.has(asked.get(i) ?? '')
      socket.send(isBroken ? JSON.stringify({ i, p: { b: { json: null } } }) : message)
    })
  })
  await page.reload()
  return broken
}

const frame = z.object({ i: z.string(), t: z.number().optional(), p: z.object({ u: z.string().optional() }).optional() })

function frameOf(message: string | Buffer): z.infer<typeof frame> {
  return frame.parse(JSON.parse(typeof message === 'string' ? message : message.toString()))
}

/** Removes the expected errors of the page, of which there must be some. */
function taken(complaints: string[], expected: RegExp): void {
  const all = complaints.splice(0)
  expect(all.some(each => expected.test(each))).toBe(true)
  complaints.push(...all.filter(each => !expected.test(each)))
}
