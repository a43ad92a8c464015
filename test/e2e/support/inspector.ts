/**
 * The inspector as the user sees it, on any carrier. Here in Chromium: the built program serves a folder, and the browser shows it, with a
 * separate data folder and no process left behind.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { cpSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { type Browser, chromium, type Page } from 'playwright-core'
import { afterAll } from 'vitest'
import { z } from 'zod'
import { temporaryFolder } from '../../support/temporaryFolder.ts'

const ROOT = join(import.meta.dirname, '../../..')
const PROGRAM = join(ROOT, 'bin/lewm-cache')
const SWITCHES = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-sync']
/** Long enough for the slowest machine. It only ends tests that hang. */
export const PATIENCE_MS = 30_000

export type Inspector = {
  readonly page: Page
  /** Errors of the page, logged or thrown. A test removes those that it expects. */
  readonly complaints: string[]
  /** The program's data folder. */
  readonly dataFolder: string
  /** Light or dark, as set in the operating system. */
  readonly wear: (scheme: 'light' | 'dark') => Promise<void>
  /** The text in the clipboard. */
  readonly copied: () => Promise<string>
  /** The file that `act` makes the window save. */
  readonly saved: (act: () => Promise<void>) => Promise<Uint8Array>
  /** Kills the service process. */
  readonly killService: () => Promise<void>
  readonly stop: () => Promise<void>
}

let sample: string | null = null
/** One per test file. Each test has a separate context, with its own storage and windows. */
let browser: Promise<Browser> | undefined

afterAll(async () => (await browser)?.close())

/** A copy of the sample with one shard for each kind of damage, built once per test file. Returns its folder. */
export function damagedSample(): string {
  sample ??= buildSample()
  const copy = join(temporaryFolder(), 'sample')
  cpSync(sample, copy, { recursive: true, preserveTimestamps: true, verbatimSymlinks: true })
  return copy
}

function buildSample(): string {
  const folder = join(temporaryFolder(), 'sample')
  const env = environment(temporaryFolder())
  const { status, stderr } = spawnSync(process.execPath, [PROGRAM, 'sample', folder, '--damaged'], { env, encoding: 'utf8' })
  if (status !== 0) throw new Error(`no sample: ${stderr}`)
  return folder
}

/**
 * Serves a folder and opens the page.
 * @param executablePath the Chromium
 * @param folder the folder to open. Null for the start page
 * @param program the command, if not that of this repository
 */
export async function startInspector(
  executablePath: string,
  folder: string | null,
  dataFolder: string = temporaryFolder(),
  program: string = PROGRAM
): Promise<Inspector> {
  const server = spawn(process.execPath, [program, 'serve', '--json', ...(folder === null ? [] : [folder])], {
    env: environment(dataFolder),
    stdio: ['ignore', 'pipe', 'inherit']
  })
  const closed = once(server, 'close')
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    server.kill(signal)
    await closed
  }
  try {
    const url = await addressOf(server)
    browser ??= chromium.launch({ executablePath, args: SWITCHES })
    const permissions = ['clipboard-read', 'clipboard-write']
    const context = await (await browser).newContext({ viewport: { width: 1440, height: 900 }, permissions })
    try {
      const page = await context.newPage()
      const complaints = listen(page)
      await page.goto(url)
      return {
        page,
        complaints,
        dataFolder,
        wear: colorScheme => page.emulateMedia({ colorScheme }),
        copied: () => page.evaluate(() => navigator.clipboard.readText()),
        saved: async act => {
          const [download] = await Promise.all([page.waitForEvent('download'), act()])
          return readFile(await download.path())
        },
        killService: () => end('SIGKILL'),
        stop: async () => {
          await context.close()
          await end('SIGINT')
        }
      }
    } catch (error) {
      await context.close()
      throw error
    }
  } catch (error) {
    await end('SIGINT')
    throw error
  }
}

/** Collects the errors of the page from now on. */
export function listen(page: Page): string[] {
  const complaints: string[] = []
  page.setDefaultTimeout(PATIENCE_MS)
  page.on('console', message => message.type() === 'error' && complaints.push(message.text()))
  page.on('pageerror', error => complaints.push(String(error)))
  return complaints
}

async function addressOf({ stdout }: ChildProcess): Promise<string> {
  if (stdout === null) throw new Error('the server has no standard output')
  for await (const line of createInterface(stdout)) return z.object({ url: z.string() }).parse(JSON.parse(line)).url
  throw new Error('the server ended without an address')
}

function environment(dataFolder: string): NodeJS.ProcessEnv {
  const { PATH = '', LANG = 'C.UTF-8' } = process.env
  return { PATH, LANG, HOME: dataFolder, USERPROFILE: dataFolder, LEWM_CACHE_DATA: dataFolder }
}
