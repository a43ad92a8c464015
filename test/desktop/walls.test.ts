/** The isolation of the window from inside: frames and embedded pages get nothing, and no message ends the service. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { filesBelow } from '../core/cacheFiles.ts'
import { random } from '../faults/extent.ts'
import { fuzzedMessage } from '../service/fuzzMessages.ts'
import { describeWith } from '../support/capabilities.ts'
import { referenceCache } from '../support/reference.ts'
import { call, type Desktop, serviceInfo, startDesktop } from './desktop.ts'

const MESSAGES = 1000
/** Number of messages sent through the debugger at once. */
const AT_ONCE = 100

const opened = z.object({ cacheId: z.string() })

describeWith('electron', 'the isolation of the window', executable => {
  let desktop: Desktop
  beforeAll(async () => {
    desktop = await startDesktop(executable)
  })
  afterAll(() => desktop.app.close())

  test.each([
    ['a page of data', 'data:text/html,<title>foreign</title>'],
    ['a page of a blob', 'blob'],
    ['a page of its own text', 'srcdoc'],
    ['the page itself', 'self'],
    ['a page of another origin', 'https://example.org/']
  ])('a frame with %s gets no bridge and no port', async (_name, source) => {
    const { app, page } = desktop
    await page.evaluate(async source => {
      const frame = document.createElement('iframe')
      if (source === 'srcdoc') frame.srcdoc = '<title>foreign</title>'
      else if (source === 'blob') frame.src = URL.createObjectURL(new Blob(['<title>foreign</title>'], { type: 'text/html' }))
      else frame.src = source === 'self' ? location.href : source
      const loaded = new Promise(resolve => frame.addEventListener('load', resolve, { once: true }))
      document.body.append(frame)
      await Promise.race([loaded, new Promise(resolve => setTimeout(resolve, 2000))])
    }, source)
    // From the main process, because no page can access a frame of another origin.
    const frames = await app.evaluate(async ({ BrowserWindow }) => {
      const below = BrowserWindow.getAllWindows()[0]?.webContents.mainFrame.frames ?? []
      return Promise.all(below.map(frame => frame.executeJavaScript('typeof window.lewmDesktop')))
    })
    await page.evaluate(() => document.querySelector('iframe')?.remove())
    expect(frames).toEqual(['undefined'])
  })

  test('a message from a frame is ignored', async () => {
    const { app } = desktop
    const answer = await app.evaluate(async ({ BrowserWindow, ipcMain }) => {
      const contents = BrowserWindow.getAllWindows()[0]?.webContents
      if (contents === undefined) throw new Error('no window')
      await contents.executeJavaScript("document.body.append(document.createElement('iframe')); 0")
      let ports = 0
      const post = contents.postMessage
      contents.postMessage = () => {
        ports += 1
      }
      const portsFor = (senderFrame: unknown): number => {
        ports = 0
        ipcMain.emit('lewm:request-port', { sender: contents, senderFrame })
        return ports
      }
      const given = { frame: portsFor(contents.mainFrame.frames[0]), gone: portsFor(null), page: portsFor(contents.mainFrame) }
      contents.postMessage = post
      return given
    })
    expect(answer).toEqual({ frame: 0, gone: 0, page: 1 })
  })

  test('a webview is not attached', async () => {
    const { app, page } = desktop
    const tag = await page.evaluate(() => {
      const view = document.createElement('webview')
      view.setAttribute('src', 'data:text/html,<title>foreign</title>')
      view.setAttribute('nodeintegration', '')
      document.body.append(view)
      return [view.constructor.name, 'getWebContentsId' in view]
    })
    expect(tag).toEqual(['HTMLElement', false])
    // Even in a window that was made with the tag enabled, nothing can be attached.
    const made = await app.evaluate(async ({ BrowserWindow, webContents }) => {
      const window = new BrowserWindow({ show: false, webPreferences: { webviewTag: true, sandbox: true } })
      try {
        await window.loadURL('data:text/html,<body></body>')
        const before = webContents.getAllWebContents().length
        const known = await window.webContents.executeJavaScript(
          `(async () => {
            const view = document.createElement('webview')
            view.src = 'data:text/html,<title>foreign</title>'
            document.body.append(view)
            await new Promise(resolve => setTimeout(resolve, 1000))
            return 'getWebContentsId' in view
          })()`
        )
        return { known, more: webContents.getAllWebContents().filter(contents => contents.getType() === 'webview').length, before }
      } finally {
        window.destroy()
      }
    })
    expect(made).toMatchObject({ known: true, more: 0 })
  })

  test('a port accepts any message', { timeout: 120_000 }, async () => {
    const { page, app, dataFolder } = desktop
    const root = referenceCache('damaged')
    const { cacheId } = opened.parse((await call(page, '/caches/open', { path: root })).json)
    const before = filesBelow(root)
    const { pid } = await serviceInfo(page)
    const known = { cacheId, root, jobId: '', shardPath: Object.keys(before).find(path => path.endsWith('.parquet')) ?? '' }
    const chance = random()
    await page.evaluate(
      () =>
        new Promise<void>(resolve => {
          window.addEventListener('message', function taken(event) {
            const [port] = event.ports
            if (event.data !== 'lewm:port' || port === undefined) return
            window.removeEventListener('message', taken)
            port.start()
            Object.assign(window, { fuzzed: port })
            resolve()
          })
          window.lewmDesktop?.requestPort()
        })
    )
    for (let serial = 0; serial < MESSAGES; serial += AT_ONCE) {
      const messages = Array.from({ length: AT_ONCE }, (_, i) => fuzzedMessage(chance, known, serial + i)).map(message =>
        typeof message === 'string' ? message : [...message]
      )
      await page.evaluate(messages => {
        const port: MessagePort = Object(window).fuzzed
        for (const message of messages) port.postMessage(typeof message === 'string' ? message : Uint8Array.from(message))
        // Values other than text and bytes that a port can transfer.
        for (const other of [null, undefined, 1, {}, { i: '1', p: { u: '/program/info' } }, [], new Map(), new Blob(['x']), new Date()]) {
          port.postMessage(other)
        }
      }, messages)
      expect((await serviceInfo(page)).pid).toBe(pid)
    }
    expect(app.process().exitCode).toBe(null)
    expect(filesBelow(root)).toEqual(before)
    const log = readFileSync(join(dataFolder, 'inspector.log'), 'utf8').trimEnd().split('\n')
    expect(log.filter(line => Object(JSON.parse(line)).level >= 50)).toEqual([])
  })
})
