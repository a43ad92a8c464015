/** The inspector as a person has it: the built program serves a folder, Chromium shows it; a data folder of its own, and nothing left running. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { chromium, type Page } from 'playwright-core'
import { z } from 'zod'
import { temporaryFolder } from '../support/temporaryFolder.ts'

const ROOT = join(import.meta.dirname, '../..')
const PROGRAM = join(ROOT, 'bin/lewm-cache')
const SWITCHES = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-sync']
/** Long enough for the slowest machine: it only ends tests that hang. */
export const PATIENCE_MS = 30_000

export type Inspector = {
  readonly page: Page
  /** What the page complained of on its console, or threw. */
  readonly complaints: readonly string[]
  readonly stop: () => Promise<void>
}

/** Builds the sample with one shard for each kind of damage; returns its folder. */
export function damagedSample(): string {
  const folder = join(temporaryFolder(), 'sample')
  const { status, stderr } = spawnSync(process.execPath, [PROGRAM, 'sample', folder, '--damaged'], { env: environment(), encoding: 'utf8' })
  if (status !== 0) throw new Error(`no sample: ${stderr}`)
  return folder
}

/**
 * Serves a folder and opens the page.
 * @param executablePath the Chromium
 */
export async function startInspector(executablePath: string, folder: string): Promise<Inspector> {
  const server = spawn(process.execPath, [PROGRAM, 'serve', '--json', folder], { env: environment(), stdio: ['ignore', 'pipe', 'inherit'] })
  const closed = once(server, 'close')
  const interrupt = async (): Promise<void> => {
    server.kill('SIGINT')
    await closed
  }
  try {
    const url = await addressOf(server)
    const browser = await chromium.launch({ executablePath, args: SWITCHES })
    const stop = async (): Promise<void> => {
      await browser.close()
      await interrupt()
    }
    try {
      const context = await browser.newContext({ viewport: { width: 1440, height: 900 } })
      const page = await context.newPage()
      page.setDefaultTimeout(PATIENCE_MS)
      const complaints: string[] = []
      page.on('console', message => message.type() === 'error' && complaints.push(message.text()))
      page.on('pageerror', error => complaints.push(String(error)))
      await page.goto(url)
      return { page, complaints, stop }
    } catch (error) {
      await browser.close()
      throw error
    }
  } catch (error) {
    await interrupt()
    throw error
  }
}

async function addressOf({ stdout }: ChildProcess): Promise<string> {
  if (stdout === null) throw new Error('the server has no standard output')
  for await (const line of createInterface(stdout)) return z.object({ url: z.string() }).parse(JSON.parse(line)).url
  throw new Error('the server ended without an address')
}

function environment(): NodeJS.ProcessEnv {
  const { PATH = '', LANG = 'C.UTF-8' } = process.env
  const home = temporaryFolder()
  return { PATH, LANG, HOME: home, USERPROFILE: home, LEWM_CACHE_DATA: home }
}
