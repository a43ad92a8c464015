/** The installed program: built with the runtime of this machine, and started from its archive. */
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { type Browser, chromium } from 'playwright-core'
import { beforeAll, expect, test } from 'vitest'
import { describeWith } from '../support/capabilities.ts'
import { temporaryFolder } from '../support/temporaryFolder.ts'
import { environment, ROOT, SWITCHES, serviceInfo } from './desktop.ts'

const NODE = join(ROOT, 'node_modules/.bin/node')
const bin = (name: string): string => join(ROOT, 'node_modules/.bin', name)

describeWith('electron', 'the package', () => {
  let folder = ''
  let program = ''
  beforeAll(() => {
    const output = temporaryFolder()
    const built = spawnSync(NODE, [bin('electron-builder'), '--dir', `-c.directories.output=${output}`], { cwd: ROOT, encoding: 'utf8' })
    if (built.status !== 0) throw new Error(built.stdout + built.stderr)
    folder = join(output, readdirSync(output).find(name => name.endsWith('unpacked')) ?? '')
    program = join(folder, 'geno-lewm-cache-inspector')
  }, 300_000)

  test('is an archive, with only native code beside it', () => {
    const listed = spawnSync(NODE, [bin('asar'), 'list', join(folder, 'resources/app.asar')], { encoding: 'utf8' }).stdout.split('\n')
    for (const file of ['/out/desktop/main.cjs', '/out/desktop/preload.cjs', '/out/renderer/index.html', '/out/main/serviceProcess.cjs']) {
      expect(listed).toContain(file)
    }
    const packages = listed.map(path => /^\/node_modules\/([^/]+)$/.exec(path)?.[1]).filter(name => name !== undefined)
    expect(packages).toEqual(['better-sqlite3'])
    expect(existsSync(join(folder, 'resources/app.asar.unpacked/node_modules/better-sqlite3/prebuilds'))).toBe(true)
  })

  test('cannot be made to run other code', () => {
    const { stdout } = spawnSync(NODE, [bin('electron-fuses'), 'read', '--app', program], { encoding: 'utf8' })
    const fuses = Object.fromEntries([...stdout.matchAll(/(\w+) is (\w+)/g)].map(([, name, state]) => [name, state]))
    expect(fuses).toMatchObject({
      RunAsNode: 'Disabled',
      EnableNodeOptionsEnvironmentVariable: 'Disabled',
      EnableNodeCliInspectArguments: 'Disabled',
      EnableEmbeddedAsarIntegrityValidation: 'Enabled',
      OnlyLoadAppFromAsar: 'Enabled',
      GrantFileProtocolExtraPrivileges: 'Disabled'
    })
  })

  test('starts, and its page can call its service', async () => {
    const dataFolder = temporaryFolder()
    const child = spawn(program, [...SWITCHES, '--remote-debugging-port=0'], {
      env: environment(dataFolder),
      stdio: ['ignore', 'ignore', 'pipe']
    })
    const ended = once(child, 'exit')
    const address = await new Promise<string>((resolve, reject) => {
      let said = ''
      child.stderr.setEncoding('utf8').on('data', text => {
        said += text
        const found = /DevTools listening on ws:\/\/([^/]+)/.exec(said)?.[1]
        if (found !== undefined) resolve(found)
      })
      child.once('exit', () => reject(new Error(said)))
    })
    const pages = async (): Promise<string> => (await fetch(`http://${address}/json/list`)).text()
    await expect.poll(pages, { timeout: 30_000 }).toContain('lewm://app/')
    const browser = await attached(address)
    const [context] = browser.contexts()
    const page = context?.pages()[0] ?? (await context?.waitForEvent('page'))
    if (page === undefined) throw new Error('no window came up')
    await page.locator('#root > *').first().waitFor()
    expect(page.url()).toBe('lewm://app/')
    expect(await serviceInfo(page)).toMatchObject({ dataFolder })
    await browser.close()
    child.kill('SIGTERM')
    expect(await ended).toEqual([0, null])
  })
})

/** A debugger that attaches to a page during its creation sometimes waits for it forever. Then another one attaches. */
async function attached(address: string): Promise<Browser> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await chromium.connectOverCDP(`http://${address}`, { timeout: 15_000 })
    } catch (error) {
      if (attempt === 4) throw error
      process.stderr.write(`the page does not answer and is asked again: ${String(error)}\n`)
    }
  }
}
