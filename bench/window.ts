/**
 * Measures the desktop window on a cache of 100,000 shards: start-up time, scrolling and memory. On Linux, after `npm run build`, with an
 * Electron runtime at $ELECTRON_OVERRIDE_DIST_PATH: `xvfb-run -a node_modules/.bin/node bench/window.ts [--shards 100000]`. Asserts
 * outcomes, never times.
 */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { _electron, type ElectronApplication, type Page } from 'playwright-core'
import { RUNTIME_ENVIRONMENT, runtimeArguments } from '../src/shared/runtimeSwitches.ts'
import { linkShards } from './linkShards.ts'
import { describeMachine } from './machine.ts'
import { makeCache } from './makeCache.ts'
import { expectOutcome, medianOf } from './measure.ts'
import { processTree } from './processMemory.ts'

const ROOT = join(import.meta.dirname, '..')
const PATIENCE_MS = 300_000
const MODELS = 4
const OPENINGS = 50
const FRAMES = 1200
const IDLE_MS = 15_000
/** Longer than the window keeps the answers of views that are no longer shown. */
const FORGOTTEN_MS = 75_000

const { values: options } = parseArgs({ options: { shards: { type: 'string', default: '100000' } } })
const shards = Number(options.shards)
const folder = mkdtempSync(join(tmpdir(), 'lewm-window-'))
try {
  for (const [name, value] of describeMachine()) say(`${name}: ${value}`)
  const { dir } = await makeCache(folder, 'models', { shards: MODELS, rows: 1024, values: 1024 })
  const root = join(folder, 'many')
  linkShards(root, shardsBelow(dir), shards)
  await measure('first start', root)
  await measure('second start', root)
} finally {
  rmSync(folder, { recursive: true, force: true })
}

async function measure(name: string, root: string): Promise<void> {
  const started = performance.now()
  const since = (): string => `${((performance.now() - started) / 1000).toFixed(2)} s`
  const { app, page } = await start(root)
  try {
    const grid = page.getByRole('grid', { name: 'Shards' })
    await grid.locator('[data-line]').getByText('.parquet').first().waitFor()
    say(`${name}: first rows after ${since()}`)
    await page
      .getByRole('treegrid')
      .getByRole('row', { name: 'All shards' })
      .getByText(shards.toLocaleString('en'), { exact: true })
      .waitFor()
    say(`${name}: tree complete after ${since()}`)
    await page
      .getByRole('contentinfo')
      .getByText(/^(Listing the folders|Reading footers)/)
      .waitFor({ state: 'detached' })
    say(`${name}: every footer read after ${since()}`)
    expectOutcome('lines of the table', await grid.getAttribute('aria-rowcount'), String(shards + 1))
    say(`${name}: ${await scrollThrough(page)}`)
    const memory = (): string => processTree(app.process().pid ?? 0)
    await pause(IDLE_MS)
    say(`${name}: memory when idle: ${memory()}`)
    say(`${name}: ${await openMany(page)}`)
    say(`${name}: memory when idle after that: ${memory()}`)
  } finally {
    await app.close()
  }
}

async function start(root: string): Promise<{ app: ElectronApplication; page: Page }> {
  const { ELECTRON_OVERRIDE_DIST_PATH: runtime = '', PATH = '', DISPLAY = '', XAUTHORITY = '' } = process.env
  const data = join(folder, 'data')
  const app = await _electron.launch({
    executablePath: join(runtime, 'electron'),
    args: ['--no-sandbox', '--disable-gpu', ...runtimeArguments(), ROOT, `--open=${root}`],
    env: { ...RUNTIME_ENVIRONMENT, PATH, DISPLAY, XAUTHORITY, HOME: data, LEWM_CACHE_DATA: data }
  })
  const page = await app.firstWindow()
  page.setDefaultTimeout(PATIENCE_MS)
  return { app, page }
}

/** Scrolls from the first line to the last in equal steps, one per frame. */
async function scrollThrough(page: Page): Promise<string> {
  const from = performance.now()
  const frames = await page.getByRole('grid', { name: 'Shards' }).evaluate(async (grid, count) => {
    const next = (): Promise<number> => new Promise(resolve => requestAnimationFrame(resolve))
    const times: number[] = []
    let before = await next()
    for (let frame = 1; frame <= count; frame++) {
      grid.scrollTop = ((grid.scrollHeight - grid.clientHeight) * frame) / count
      const now = await next()
      times.push(now - before)
      before = now
    }
    return times
  }, FRAMES)
  const total = performance.now() - from
  await page
    .getByRole('grid', { name: 'Shards' })
    .locator(`[aria-rowindex="${shards + 1}"]`)
    .getByText('.parquet')
    .waitFor()
  const [median, longest] = [medianOf({ unit: 'ms', values: frames }), Math.max(...frames)]
  return `scrolled end to end in ${FRAMES} frames, ${(total / 1000).toFixed(1)} s: frame ${median.toFixed(1)} ms (median), ${longest.toFixed(0)} ms at most`
}

/** Opens the rows of one shard after another, and measures the heap of the page after every tenth. */
async function openMany(page: Page): Promise<string> {
  const session = await page.context().newCDPSession(page)
  const heap = async (): Promise<string> => {
    await session.send('HeapProfiler.collectGarbage')
    return ((await session.send('Runtime.getHeapUsage')).usedSize / 2 ** 20).toFixed(1)
  }
  const grid = page.getByRole('grid', { name: 'Shards' })
  await grid.focus()
  await page.keyboard.press('Home')
  const sizes = [await heap()]
  for (let opened = 1; opened <= OPENINGS; opened++) {
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Enter')
    await page.getByRole('grid', { name: 'Rows of the shard' }).locator('[aria-rowindex="2"]').getByText('bench:').first().waitFor()
    await page
      .getByRole('region', { name: 'Inspector' })
      .getByRole('heading', { name: /\.parquet$/ })
      .waitFor()
    await page.getByRole('tab', { name: 'Shards', exact: true }).click()
    await grid.focus()
    if (opened % 10 === 0) sizes.push(await heap())
  }
  await pause(FORGOTTEN_MS)
  const last = await heap()
  await session.detach()
  return `the page's heap before, and after every ten of ${OPENINGS} shards opened: ${sizes.join(', ')} MiB; ${FORGOTTEN_MS / 1000} s later ${last} MiB`
}

function shardsBelow(root: string): string[] {
  return readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter(name => name.endsWith('.parquet'))
    .map(name => join(root, name))
}

function say(text: string): void {
  process.stdout.write(`${text}\n`)
}
