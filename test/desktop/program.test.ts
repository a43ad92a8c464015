/** The program around the window: a single instance, menus, the window position, and a service that may end and restart. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { MENU_COMMANDS } from '../../src/shared/desktopBridge.ts'
import { describeWith } from '../support/capabilities.ts'
import { referenceCache } from '../support/reference.ts'
import { temporaryFolder } from '../support/temporaryFolder.ts'
import { type Desktop, environment, ROOT, SWITCHES, serviceInfo, startDesktop } from './desktop.ts'

declare global {
  interface Window {
    /** Events that a test in the page has received. */
    heard: unknown[]
  }
}

describeWith('electron', 'the program', executable => {
  describe('while it runs', () => {
    let desktop: Desktop
    beforeAll(async () => {
      desktop = await startDesktop(executable)
      await desktop.page.evaluate(() => {
        window.heard = []
        window.lewmDesktop?.onOpenFolder(path => window.heard.push(path))
        window.lewmDesktop?.onMenuCommand((...command) => window.heard.push(command))
      })
    })
    afterAll(() => desktop.app.close())
    const heard = () => desktop.page.evaluate(() => window.heard.splice(0))

    test('a second start passes its folder on, and ends', async () => {
      const folder = temporaryFolder()
      const second = spawn(executable, [...SWITCHES, ROOT, `--open=${folder}`], { env: environment(desktop.dataFolder), stdio: 'ignore' })
      expect(await once(second, 'exit')).toEqual([0, null])
      await expect.poll(heard).toEqual([folder])
      expect(desktop.app.windows()).toHaveLength(1)
    })

    test('the menu sends every command', async () => {
      const arguments_: Partial<Record<string, string>> = { 'open-sample': 'damaged' }
      for (const command of MENU_COMMANDS.filter(command => command !== 'open-recent' && command !== 'open')) {
        const argument = arguments_[command] ?? null
        await desktop.app.evaluate(
          ({ Menu }, id) => Menu.getApplicationMenu()?.getMenuItemById(id)?.click(),
          argument === null ? command : `${command}:${argument}`
        )
        await expect.poll(heard).toEqual([[command, argument]])
      }
    })

    test('the menu knows the recent caches', async () => {
      const root = referenceCache('healthy')
      await desktop.page.evaluate(path => {
        location.hash = new URLSearchParams({ open: path }).toString()
      }, root)
      const open = () =>
        desktop.app.evaluate(({ Menu }, id) => {
          const item = Menu.getApplicationMenu()?.getMenuItemById(id)
          item?.click()
          return item?.label
        }, `open-recent:${root}`)
      await expect.poll(open).toBe(root)
      await expect.poll(heard, { timeout: 10_000 }).toContainEqual(['open-recent', root])
    })

    test('the menu zooms the page, and resets the zoom', async () => {
      const { app, page } = desktop
      const zoom = (role: string) =>
        app.evaluate(({ BrowserWindow, Menu }, role) => {
          const [window] = BrowserWindow.getAllWindows()
          const view = Menu.getApplicationMenu()?.items.find(({ label }) => label === '&View')
          // Without a window manager nothing has the focus, which a menu role uses to find its page.
          view?.submenu?.items.find(item => item.role === role)?.click(undefined, window, window?.webContents)
        }, role)
      const width = () => page.evaluate(() => window.innerWidth)
      const before = await width()
      await zoom('zoomin')
      await expect.poll(width).toBeLessThan(before)
      await zoom('resetzoom')
      await expect.poll(width).toBe(before)
      await zoom('zoomout')
      await expect.poll(width).toBeGreaterThan(before)
      await zoom('resetzoom')
      await expect.poll(width).toBe(before)
    })

    test('a killed service is reported, and a new one replaces it', async () => {
      const { page } = desktop
      const { pid } = await serviceInfo(page)
      const gone = page.evaluate(() => new Promise<void>(resolve => window.lewmDesktop?.onServiceGone(() => resolve())))
      process.kill(pid, 'SIGKILL')
      await gone
      await page.evaluate(() => window.lewmDesktop?.restartService())
      const after = await serviceInfo(page)
      expect(after.pid).not.toBe(pid)
      expect(existsSync(`/proc/${pid}`)).toBe(false)
    })

    test('a listener that is added after the end is still notified', async () => {
      const { page } = desktop
      const { pid } = await serviceInfo(page)
      const first = page.evaluate(() => new Promise<void>(resolve => window.lewmDesktop?.onServiceGone(() => resolve())))
      process.kill(pid, 'SIGKILL')
      await first
      const late = page.evaluate(() => new Promise<string>(resolve => window.lewmDesktop?.onServiceGone(() => resolve('notified'))))
      const never = pause(10_000, 'never notified', { ref: false })
      await expect(Promise.race([late, never])).resolves.toBe('notified')
    })
  })

  test('the menu lists the recent caches like the start page, also after one was pinned there', async () => {
    const dataFolder = temporaryFolder()
    const caches = [referenceCache('healthy'), referenceCache('damaged')]
    const list = caches.map((path, n) => ({ path, openedMs: 2 - n, pinned: false }))
    writeFileSync(join(dataFolder, 'recent.json'), JSON.stringify(list))
    const { app, page } = await startDesktop(executable, dataFolder)
    const listed = () =>
      app.evaluate(({ Menu }) => {
        const file = Menu.getApplicationMenu()?.items.find(({ label }) => label === '&File')
        return file?.submenu?.items.find(({ label }) => label === 'Open Recent')?.submenu?.items.map(({ label }) => label)
      })
    // Without a window manager nothing gets the focus, so nothing requested the list before.
    await page.getByRole('button', { name: `Pin ${caches[1]}` }).click()
    await expect.poll(listed).toEqual(caches.toReversed())
    await page.getByRole('button', { name: `Forget ${caches[1]}` }).click()
    await expect.poll(listed).toEqual([caches[0]])
    await app.close()
  })

  test('opens the folder that it was started with', async () => {
    const folder = temporaryFolder()
    const { app, page } = await startDesktop(executable, temporaryFolder(), [`--open=${folder}`])
    expect(await page.evaluate(() => new URLSearchParams(location.hash.slice(1)).get('open'))).toBe(folder)
    await app.close()
  })

  test('ends its service when it ends, and restores the position of its window', async () => {
    const first = await startDesktop(executable)
    const { pid } = await serviceInfo(first.page)
    const place = { x: 40, y: 60, width: 900, height: 600 }
    await first.app.evaluate(({ BrowserWindow }, place) => BrowserWindow.getAllWindows()[0]?.setBounds(place), place)
    await first.app.close()
    for (let i = 0; existsSync(`/proc/${pid}`) && i < 100; i++) await pause(50)
    expect(existsSync(`/proc/${pid}`)).toBe(false)
    const second = await startDesktop(executable, first.dataFolder)
    expect(await second.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.getBounds())).toEqual(place)
    await second.app.close()
  })

  test('lewm-cache open starts it, a second one finds it, and Ctrl-C ends it', async () => {
    const dataFolder = temporaryFolder()
    const env = {
      ...environment(dataFolder),
      ELECTRON_OVERRIDE_DIST_PATH: process.env.ELECTRON_OVERRIDE_DIST_PATH ?? '',
      ELECTRON_DISABLE_SANDBOX: '1'
    }
    const open = () => spawn(join(ROOT, 'bin/lewm-cache'), ['open', dataFolder], { env, stdio: 'ignore' })
    const first = open()
    const ended = once(first, 'exit')
    const place = join(dataFolder, 'inspector.log')
    while (!existsSync(place)) await pause(50)
    expect(await once(open(), 'exit')).toEqual([0, null])
    expect(first.exitCode).toBe(null)
    first.kill('SIGINT')
    expect(await ended).toEqual([0, null])
  })
})
