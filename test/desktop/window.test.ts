/** The window is an isolated page: it reaches the service through its port, and nothing else on the machine. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { BrowserWindow } from 'electron'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { describeWith } from '../support/capabilities.ts'
import { temporaryFolder } from '../support/temporaryFolder.ts'
import { call, type Desktop, ROOT, serviceInfo, startDesktop } from './desktop.ts'

declare global {
  /** Events that a test in the main process has seen. */
  var seen: unknown[]
}

describeWith('electron', 'the window', executable => {
  let desktop: Desktop
  beforeAll(async () => {
    desktop = await startDesktop(executable)
    await desktop.app.evaluate(() => {
      globalThis.seen = []
    })
  })
  afterAll(() => desktop.app.close())
  const seen = () => desktop.app.evaluate(() => globalThis.seen.splice(0))

  test('calls the service, a separate process, over a port', async () => {
    const { page, app, dataFolder } = desktop
    const info = await serviceInfo(page)
    expect(info.dataFolder).toBe(dataFolder)
    expect(info.pid).not.toBe(app.process().pid)
    const { pid } = await app.evaluate(() => ({ pid: process.pid }))
    expect(info.pid).not.toBe(pid)
  })

  test('gets bytes as bytes, and errors by their code', async () => {
    const { page } = desktop
    const { json } = await call(page, '/caches/openSample', { damaged: false })
    expect(json).toMatchObject({ root: join(desktop.dataFolder, 'sample') })
    const cacheId = Object.entries(Object(json)).find(([name]) => name === 'cacheId')?.[1]
    const shardPath = await firstShard(cacheId)
    const map = await call(page, '/shards/heatMap', { cacheId, shardPath, width: 16, height: 8 })
    expect(map.bytes).toBeGreaterThan(16 * 8)
    const refused = await call(page, '/caches/open', { path: temporaryFolder() })
    expect(refused).toMatchObject({ status: 400, json: { code: 'INPUT.GENERIC', defined: true } })
  })

  /** The scan may still be running. */
  async function firstShard(cacheId: unknown): Promise<string> {
    const sort = { by: 'shardPath', descending: false }
    for (;;) {
      const { json } = await call(desktop.page, '/shards/page', { cacheId, scope: {}, text: '', health: [], sort, offset: 0, limit: 1 })
      const path = /"shardPath":"([^"]+)"/.exec(JSON.stringify(json))?.[1]
      if (path !== undefined) return path
    }
  }

  test('releases memory when it is idle', async () => {
    const session = await desktop.page.context().newCDPSession(desktop.page)
    const usedMiB = async (): Promise<number> => (await session.send('Runtime.getHeapUsage')).usedSize / 2 ** 20
    const held = await desktop.page.evaluateHandle(() => Array.from({ length: 200 }, () => new Array(30_000).fill(1.5)))
    const before = await usedMiB()
    expect(before).toBeGreaterThan(45)
    await held.dispose()
    await desktop.page.evaluate(() => window.lewmDesktop?.rest())
    // V8 alone would do this later.
    await expect.poll(usedMiB, { timeout: 2000 }).toBeLessThan(before - 40)
    await session.detach()
  })

  test('has no access to Node, and only the bridge to Electron', async () => {
    const found = await desktop.page.evaluate(() => ({
      node: ['require', 'process', 'Buffer', 'module', 'global', '__dirname', 'setImmediate', 'electron'].filter(name => name in window),
      bridge: Object.keys(window.lewmDesktop ?? {}).sort()
    }))
    expect(found.node).toEqual([])
    expect(found.bridge).toEqual([
      'chooseFolder',
      'onMenuCommand',
      'onOpenFolder',
      'onServiceGone',
      'pathOfDropped',
      'platform',
      'recentChanged',
      'requestPort',
      'rest',
      'restartService',
      'saveFile',
      'setProgress'
    ])
    // Without the sandbox, the preload script would have Node's modules.
    const preload = readFileSync(join(ROOT, 'out/desktop/preload.cjs'), 'utf8')
    expect([...preload.matchAll(/require\("([^"]+)"\)/g)].map(([, name]) => name)).toEqual(['electron'])
  })

  test.each([
    [
      'an inline script',
      "const s = document.createElement('script'); s.textContent = 'window.ran = 1'; document.head.append(s)",
      'script-src-elem'
    ],
    ['an inline handler', "document.body.insertAdjacentHTML('beforeend', '<img src=x onerror=\"window.ran = 1\">')", 'script-src-attr'],
    [
      'a script from elsewhere',
      "const s = document.createElement('script'); s.src = 'https://example.org/a.js'; document.head.append(s)",
      'script-src-elem'
    ],
    ['a request elsewhere', "fetch('https://example.org/').catch(() => {})", 'connect-src'],
    ['a file', "fetch('file:///etc/passwd').catch(() => {})", 'connect-src'],
    ['a socket', "new WebSocket('ws://127.0.0.1:9')", 'connect-src'],
    ['a frame', "const f = document.createElement('iframe'); f.src = 'https://example.org/'; document.body.append(f)", 'frame-src'],
    [
      'a form',
      "document.body.insertAdjacentHTML('beforeend', '<form action=\"https://example.org/\" id=f></form>'); document.querySelector('#f').submit()",
      'form-action'
    ],
    ['another base', "const b = document.createElement('base'); b.href = 'https://example.org/'; document.head.append(b)", 'base-uri']
  ])('its policy refuses %s', async (_name, script, directive) => {
    const violated = await desktop.page
      .evaluate(
        script =>
          new Promise<string>(resolve => {
            document.addEventListener('securitypolicyviolation', event => resolve(event.effectiveDirective), { once: true })
            // The debugger may evaluate code that the page may not.
            Object(window).eval(script)
          }),
        script
      )
      .catch(String)
    expect(violated).toBe(directive)
    expect(await desktop.page.evaluate(() => 'ran' in window)).toBe(false)
  })

  test('reaches no file by any form of an address', async () => {
    const below = [
      '../main/cli.cjs',
      '..%2fmain%2fcli.cjs',
      '%2e%2e/main/cli.cjs',
      '..\\main\\cli.cjs',
      'assets/../../main/cli.cjs',
      '/etc/passwd',
      'package.json'
    ]
    const answers = await desktop.page.evaluate(
      paths => Promise.all(paths.map(async path => (await fetch(`${location.origin}/${path}`)).status)),
      below
    )
    expect(answers).toEqual(below.map(() => 404))
    expect(await desktop.page.evaluate(async () => (await fetch(location.href)).headers.get('content-security-policy'))).toContain(
      "default-src 'none'; script-src 'self'"
    )
  })

  test('navigates nowhere else', async () => {
    const { app, page } = desktop
    const before = page.url()
    await app.evaluate(({ BrowserWindow }) => {
      BrowserWindow.getAllWindows()[0]?.webContents.on('will-frame-navigate', event =>
        globalThis.seen.push([event.url.replace(/#.*/, ''), event.defaultPrevented])
      )
    })
    const targets = ['https://example.org/', pathToFileURL(join(ROOT, 'package.json')).href, `${new URL('.', before).href}assets/`]
    for (const target of targets) {
      await page.evaluate(target => {
        location.href = target
      }, target)
    }
    await expect.poll(() => app.evaluate(() => globalThis.seen.length)).toBeGreaterThanOrEqual(1)
    for (const attempt of await seen())
      expect(attempt).toEqual([expect.stringMatching(/^(https:\/\/example\.org\/|file:|.*assets\/)/), true])
    expect(page.url()).toBe(before)
  })

  test('opens no window, and only links of the project open in the browser', async () => {
    const { app, page } = desktop
    await app.evaluate(({ shell }) => {
      shell.openExternal = async url => {
        globalThis.seen.push(url)
      }
    })
    const urls = [
      'https://example.org/',
      'https://github.com/AbdelStark/GenoLeWM/../other',
      'file:///etc/passwd',
      'https://github.com/AbdelStark/GenoLeWM',
      page.url()
    ]
    expect(await page.evaluate(urls => urls.map(url => window.open(url)), urls)).toEqual(urls.map(() => null))
    expect(await seen()).toEqual(['https://github.com/AbdelStark/GenoLeWM'])
    expect(app.windows()).toHaveLength(1)
  })

  test('is granted only copying', async () => {
    const refused = await desktop.page.evaluate(async () => ({
      notification: await Notification.requestPermission(),
      microphone: await navigator.mediaDevices.getUserMedia({ audio: true }).then(
        () => 'granted',
        error => error.name
      ),
      place: await new Promise(resolve =>
        navigator.geolocation.getCurrentPosition(
          () => resolve('granted'),
          error => resolve(error.code)
        )
      ),
      read: await navigator.clipboard.readText().then(
        () => 'granted',
        error => error.name
      )
    }))
    expect(refused).toEqual({
      notification: 'denied',
      microphone: expect.stringMatching(/NotAllowedError|NotFoundError/),
      place: 1,
      read: 'NotAllowedError'
    })
    const granted = await desktop.page.evaluate(
      async () => (await navigator.permissions.query({ name: 'clipboard-write' as PermissionName })).state
    )
    expect(granted).toBe('granted')
  })

  test('is the only page whose messages are accepted', async () => {
    const preload = join(ROOT, 'out/desktop/preload.cjs')
    const answer = await desktop.app.evaluate(async ({ BrowserWindow, dialog }, preload) => {
      dialog.showOpenDialog = async () => ({ canceled: false, filePaths: ['/etc'] })
      const foreign: BrowserWindow = new BrowserWindow({ show: false, webPreferences: { preload, sandbox: true } })
      try {
        await foreign.loadURL('data:text/html,<title>foreign</title>')
        const code = 'window.lewmDesktop.chooseFolder().then(String, error => "refused: " + error.message)'
        return await foreign.webContents.executeJavaScript(code)
      } finally {
        foreign.destroy()
      }
    }, preload)
    expect(answer).toMatch(/^refused: .*a message from another page/)
    expect(await desktop.page.evaluate(() => window.lewmDesktop?.chooseFolder())).toBe('/etc')
  })

  test('saves to the path that the user chose, and only then', async () => {
    const file = join(temporaryFolder(), 'report.json')
    writeFileSync(file, 'before')
    const save = () => desktop.page.evaluate(() => window.lewmDesktop?.saveFile('../../report.json', new TextEncoder().encode('after')))
    await desktop.app.evaluate(({ dialog }) => {
      dialog.showSaveDialog = async (...given: unknown[]) => {
        globalThis.seen.push(Object(given[1]).defaultPath)
        return { canceled: true, filePath: '' }
      }
    })
    expect(await save()).toBe(false)
    expect(readFileSync(file, 'utf8')).toBe('before')
    expect(await seen()).toEqual(['report.json'])
    await desktop.app.evaluate(({ dialog }, filePath) => {
      dialog.showSaveDialog = async () => ({ canceled: false, filePath })
    }, file)
    expect(await save()).toBe(true)
    expect(readFileSync(file, 'utf8')).toBe('after')
    await desktop.app.evaluate(({ dialog }, filePath) => {
      dialog.showSaveDialog = async () => ({ canceled: false, filePath })
    }, `${file}.parquet`)
    expect(await save()?.catch(String)).toMatch(/^Error: .*report\.json\.parquet is not written: it has the name of a shard$/)
  })
})
