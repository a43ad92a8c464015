/** `lewm-cache serve`, and `open` where no window is possible: one address on standard output, until Ctrl-C. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { chromium } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { SERVICE_SWITCHES } from '../../src/main/page/serviceSwitches.ts'
import { lewmCacheProcess, startLewmCache } from '../cli/lewmCache.ts'
import { describeWith } from '../support/capabilities.ts'
import { referenceCache } from '../support/reference.ts'
import { temporaryFolder } from '../support/temporaryFolder.ts'
import { ask } from './pageRequest.ts'

const ROOT = join(import.meta.dirname, '../..')
const ADDRESS = /^http:\/\/127\.0\.0\.1:(\d+)\/\?token=[\w-]{43}$/

type Running = {
  readonly child: ChildProcess
  readonly line: string
  readonly end: () => Promise<{ code: number | null; stdout: string; stderr: string }>
}

/** Waits for the first line on standard output. `end` interrupts, like Ctrl-C. */
async function running(child: ChildProcess): Promise<Running> {
  let stdout = ''
  let stderr = ''
  const closed = once(child, 'close')
  child.stderr?.setEncoding('utf8').on('data', text => {
    stderr += text
  })
  const line = await new Promise<string>((resolve, reject) => {
    child.stdout?.setEncoding('utf8').on('data', text => {
      stdout += text
      if (stdout.includes('\n')) resolve(stdout.slice(0, stdout.indexOf('\n')))
    })
    child.once('close', () => reject(new Error(`ended without an address: ${stderr}`)))
  })
  const end = async () => {
    child.kill('SIGINT')
    const [code] = await closed
    return { code: typeof code === 'number' ? code : null, stdout, stderr }
  }
  return { child, line, end }
}

/** The page at the address. */
async function locationOf(url: string): Promise<string | undefined> {
  const { port, pathname, search } = new URL(url)
  return (await ask(Number(port), pathname + search)).headers.location
}

describe('serve', () => {
  test('prints one address, and Ctrl-C ends it with 0', async () => {
    const { line, end } = await running(startLewmCache(['serve']))
    expect(line).toMatch(ADDRESS)
    expect(await locationOf(line)).toBe('/')
    expect(await end()).toEqual({ code: 0, stdout: `${line}\n`, stderr: '' })
  })

  test('--json prints a document, and the page opens DIR', async () => {
    const cache = referenceCache('healthy')
    const { line, end } = await running(startLewmCache(['serve', cache, '--json']))
    const { url } = JSON.parse(line)
    expect(url).toMatch(ADDRESS)
    expect(await locationOf(url)).toBe(`/#open=${cache}`)
    expect((await end()).code).toBe(0)
  })

  test.runIf(process.platform === 'linux')('is the process that was started, with a Node whose nursery stays small', async () => {
    const { child, end } = await running(startLewmCache(['serve']))
    const words = readFileSync(`/proc/${child.pid}/cmdline`, 'utf8').split('\0')
    expect(words.slice(1, 1 + SERVICE_SWITCHES.length)).toEqual(SERVICE_SWITCHES)
    expect((await end()).code).toBe(0)
  })

  test.runIf(process.platform === 'linux').each([
    ['by its launcher', () => spawn(join(ROOT, 'bin/lewm-cache'), ['serve'], { env: ownEnvironment() })],
    ['by a Node without switches', () => startLewmCache(['serve'])]
  ])('started %s, it opens no debugger on SIGUSR1', async (_name, start) => {
    const { child, line, end } = await running(start())
    const before = listeningPorts(child.pid)
    expect(before).toEqual([Number(new URL(line).port)])
    for (let i = 0; i < 3; i++) child.kill('SIGUSR1')
    expect(await locationOf(line)).toBe('/')
    expect(listeningPorts(child.pid)).toEqual(before)
    expect(await end()).toEqual({ code: 0, stdout: `${line}\n`, stderr: '' })
  })

  test('--port is used, and is a system error if it is in use', async () => {
    const taken = createServer()
    await new Promise<void>(resolve => taken.listen(0, '127.0.0.1', resolve))
    const address = taken.address()
    const port = typeof address === 'object' && address !== null ? String(address.port) : ''
    const { code, stdout, stderr } = lewmCacheProcess(['serve', '--port', port])
    expect({ code, stdout }).toEqual({ code: 6, stdout: '' })
    expect(stderr).toMatch(new RegExp(`^lewm-cache: cannot listen on 127\\.0\\.0\\.1:${port}: [^\\n]*\\n$`))
    await new Promise(resolve => taken.close(resolve))
    const { line, end } = await running(startLewmCache(['serve', '--port', port]))
    expect(ADDRESS.exec(line)?.[1]).toBe(port)
    await end()
  })

  test.each(['serve', 'open'])('%s refuses a path that is not a folder', command => {
    const file = join(temporaryFolder(), 'file')
    writeFileSync(file, '')
    for (const path of [file, join(file, 'below'), `${file}.not`]) {
      const { code, stdout, stderr } = lewmCacheProcess([command, path])
      expect({ code, stdout, stderr }).toEqual({ code: 2, stdout: '', stderr: `lewm-cache: there is no folder ${path}\n` })
    }
  })
})

describe('open, where no window is possible', () => {
  test('without a display it says so in one line, and serves the sample', async () => {
    const { line, end } = await running(startLewmCache(['open'], { env: { ELECTRON_OVERRIDE_DIST_PATH: pretendedRuntime() } }))
    expect(line).toMatch(ADDRESS)
    expect(await locationOf(line)).toMatch(/^\/#open=\/.*sample/)
    const { code, stderr } = await end()
    expect(code).toBe(0)
    expect(stderr).toBe('lewm-cache: cannot open a window (there is no display). Open this URL in a browser; press Ctrl-C to stop\n')
  })

  test('passes the limits on to the window', () => {
    const runtime = temporaryFolder()
    writeFileSync(join(runtime, 'electron'), '#!/bin/sh\necho "limits: $LEWM_CACHE_LIMITS" >&2\n', { mode: 0o755 })
    const env = {
      ELECTRON_OVERRIDE_DIST_PATH: runtime,
      DISPLAY: ':99',
      ELECTRON_DISABLE_SANDBOX: '1',
      LEWM_CACHE_LIMITS: 'rows=5 page=1MiB'
    }
    const { code, stderr } = lewmCacheProcess(['open', '--read-limit', 'page=128MiB', '--read-limit', 'time=10m'], { env })
    expect({ code, stderr }).toEqual({ code: 0, stderr: 'limits: page=128MiB,rows=5,time=10m\n' })
  })

  test('without a runtime it says so, and serves the folder', async () => {
    const cache = referenceCache('healthy')
    const env = { ELECTRON_OVERRIDE_DIST_PATH: temporaryFolder(), DISPLAY: ':99' }
    const { line, end } = await running(startLewmCache(['open', cache, '--json'], { env }))
    expect(await locationOf(JSON.parse(line).url)).toBe(`/#open=${cache}`)
    const { code, stderr } = await end()
    expect(code).toBe(0)
    const why = 'no Electron runtime in the folder that ELECTRON_OVERRIDE_DIST_PATH names'
    expect(stderr).toBe(`lewm-cache: cannot open a window (${why}). Open this URL in a browser; press Ctrl-C to stop\n`)
  })

  test.runIf(process.platform === 'linux')('npm start prints the address', async () => {
    const home = temporaryFolder()
    const { PATH = '' } = process.env
    const child = spawn('npm', ['start', '--silent', '--', referenceCache('healthy')], {
      cwd: ROOT,
      env: { PATH, HOME: home, XDG_DATA_HOME: home },
      stdio: ['ignore', 'pipe', 'pipe'],
      // Ctrl-C in a terminal reaches npm, its shell, and the program.
      detached: true
    })
    const { line } = await running(child)
    expect(line).toMatch(ADDRESS)
    const closed = once(child, 'close')
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGINT')
    await closed
  })
})

describeWith('chromium', 'in a browser', path => {
  test('the page loads with its policy, without a visible token', async () => {
    const { line, end } = await running(startLewmCache(['serve']))
    const browser = await chromium.launch({ executablePath: path, args: ['--no-sandbox', '--disable-gpu', '--disable-quic'] })
    try {
      const page = await browser.newPage()
      const complaints: string[] = []
      page.on('console', message => message.type() === 'error' && complaints.push(message.text()))
      page.on('pageerror', error => complaints.push(String(error)))
      await page.goto(line)
      await page.locator('#root > *').first().waitFor()
      expect(complaints).toEqual([])
      expect(await page.evaluate(() => [location.search, document.cookie, document.referrer])).toEqual(['', '', ''])
      const refused = await page.evaluate(
        () =>
          new Promise<string>(resolve => {
            document.addEventListener('securitypolicyviolation', event => resolve(event.effectiveDirective))
            const script = document.createElement('script')
            script.textContent = 'document.title = "run"'
            document.head.append(script)
          })
      )
      expect(refused).toBe('script-src-elem')
      expect(await page.title()).not.toBe('run')
    } finally {
      await browser.close()
      await end()
    }
  })
})

function ownEnvironment(): NodeJS.ProcessEnv {
  const home = temporaryFolder()
  return { PATH: process.env.PATH, HOME: home, XDG_DATA_HOME: home }
}

/** The TCP ports on which a process listens, from /proc. */
function listeningPorts(pid: number | undefined): number[] {
  const folder = `/proc/${pid}/fd`
  const links = readdirSync(folder).flatMap(fd => {
    try {
      return [readlinkSync(join(folder, fd))]
    } catch {
      // Closed since it was listed.
      return []
    }
  })
  const lines = ['tcp', 'tcp6'].flatMap(name => readFileSync(`/proc/${pid}/net/${name}`, 'utf8').split('\n').slice(1))
  return lines.flatMap(line => {
    const [, address = '', , state, , , , , , inode] = line.trim().split(/\s+/)
    return state === '0A' && links.includes(`socket:[${inode}]`) ? [Number.parseInt(address.split(':')[1] ?? '', 16)] : []
  })
}

/** A folder that looks like a runtime and must not be started. */
function pretendedRuntime(): string {
  const folder = temporaryFolder()
  writeFileSync(join(folder, 'electron'), '')
  return folder
}
