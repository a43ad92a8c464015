/** Starts the built desktop program in a real Electron, with a separate data folder, and calls the service through its page. */
import { once } from 'node:events'
import { join } from 'node:path'
import { _electron, type ElectronApplication, type Page } from 'playwright-core'
import { z } from 'zod'
import { temporaryFolder } from '../support/temporaryFolder.ts'

export const ROOT = join(import.meta.dirname, '../..')

export type Desktop = { readonly app: ElectronApplication; readonly page: Page; readonly dataFolder: string }

/**
 * Tests run as root in containers, where Chromium's sandbox is unavailable, and without a GPU. The program itself never uses these options.
 */
export const SWITCHES: readonly string[] = ['--no-sandbox', '--disable-gpu']

const ATTEMPTS = 3
const ATTEMPT_MS = 20_000

/** @param executable the Electron */
export async function startDesktop(executable: string, dataFolder = temporaryFolder(), args: readonly string[] = []): Promise<Desktop> {
  // A debugger that attaches to a page during its creation sometimes stops it permanently. This is not an error of the program, but it is
  // reported.
  for (let attempt = 1; ; attempt++) {
    try {
      return await attach(executable, dataFolder, args)
    } catch (error) {
      if (attempt === ATTEMPTS) throw error
      process.stderr.write(`the window did not come up and is started again: ${String(error)}\n`)
    }
  }
}

async function attach(executablePath: string, dataFolder: string, args: readonly string[]): Promise<Desktop> {
  const app = await _electron.launch({
    executablePath,
    args: [...SWITCHES, ROOT, ...args],
    env: environment(dataFolder),
    timeout: ATTEMPT_MS,
    // Otherwise Playwright sets the page to light, whichever theme the program uses.
    colorScheme: null
  })
  try {
    const page = await app.firstWindow({ timeout: ATTEMPT_MS })
    await page.locator('#root > *').first().waitFor({ timeout: ATTEMPT_MS })
    return { app, page, dataFolder }
  } catch (error) {
    const stopped = once(app.process(), 'exit')
    app.process().kill('SIGKILL')
    await stopped
    throw error
  }
}

/** The environment variables that the program gets. */
export function environment(dataFolder: string): Record<string, string> {
  const { PATH = '', DISPLAY = '', XAUTHORITY = '' } = process.env
  return { PATH, DISPLAY, XAUTHORITY, HOME: dataFolder, LEWM_CACHE_DATA: dataFolder }
}

const answer = z.object({ p: z.object({ s: z.number().default(200), b: z.object({ json: z.unknown() }) }) })
export type Answer = { readonly status: number; readonly json: unknown; readonly bytes: number }

/**
 * One call of the contract over a separate port, in oRPC's wire format.
 * @param path `/caches/openSample`
 * @returns the answer. `bytes` are those after the text
 */
export async function call(page: Page, path: string, input?: unknown): Promise<Answer> {
  const message = JSON.stringify({ i: '1', p: { u: path, b: { json: input } } })
  const { text, bytes } = await page.evaluate(
    message =>
      new Promise<{ text: string; bytes: number }>(resolve => {
        const receive = (event: MessageEvent): void => {
          const [port] = event.ports
          if (event.source !== window || event.data !== 'lewm:port' || port === undefined) return
          window.removeEventListener('message', receive)
          port.onmessage = async ({ data }) => {
            port.close()
            if (typeof data === 'string') return resolve({ text: data, bytes: 0 })
            const all = new Uint8Array(data)
            const end = all.indexOf(255)
            resolve({ text: new TextDecoder().decode(all.subarray(0, end)), bytes: all.length - end - 1 })
          }
          port.postMessage(message)
        }
        window.addEventListener('message', receive)
        window.lewmDesktop?.requestPort()
      }),
    message
  )
  if (bytes > 0) return { status: 200, json: JSON.parse(text), bytes }
  const { s: status, b } = answer.parse(JSON.parse(text)).p
  return { status, json: b.json, bytes }
}

const info = z.object({ pid: z.number(), node: z.string(), dataFolder: z.string() })

/** The process of the service, according to its own information. */
export async function serviceInfo(page: Page): Promise<z.infer<typeof info>> {
  return info.parse((await call(page, '/program/info')).json)
}
