/** The inspector in a real Electron, with the same interface as the one in Chromium. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'vitest'
import { serviceInfo, startDesktop } from '../../desktop/desktop.ts'
import { temporaryFolder } from '../../support/temporaryFolder.ts'
import { type Inspector, listen, PATIENCE_MS } from './inspector.ts'

/**
 * Starts the program on a folder.
 * @param executable the Electron
 * @param folder the folder to open. Null for the start page
 */
export async function startDesktopInspector(executable: string, folder: string | null, dataFolder?: string): Promise<Inspector> {
  const { app, page, ...desktop } = await startDesktop(executable, dataFolder, folder === null ? [] : [`--open=${folder}`])
  return {
    page,
    complaints: listen(page),
    dataFolder: desktop.dataFolder,
    wear: scheme =>
      app.evaluate(({ nativeTheme }, scheme) => {
        nativeTheme.themeSource = scheme
      }, scheme),
    copied: () => app.evaluate(({ clipboard }) => clipboard.readText()),
    saved: async act => {
      const file = join(temporaryFolder(), 'saved')
      // No user is present to choose a path in the operating system's dialog.
      await app.evaluate(({ dialog }, filePath) => {
        dialog.showSaveDialog = async () => ({ canceled: false, filePath })
      }, file)
      await act()
      await expect.poll(() => readFileSync(file).length, { timeout: PATIENCE_MS }).toBeGreaterThan(0)
      return readFileSync(file)
    },
    killService: async () => {
      process.kill((await serviceInfo(page)).pid, 'SIGKILL')
    },
    stop: () => app.close()
  }
}
