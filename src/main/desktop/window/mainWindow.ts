/** The window: a sandboxed page without Node, at its last position. */
import { BrowserWindow, dialog, nativeTheme } from 'electron'
import { installedFile } from '../../page/installedFile.ts'
import { PAGE_URL } from '../appProtocol.ts'
import { keepPlace, readPlace } from './windowPlace.ts'

const PRELOAD = 'out/desktop/preload.cjs'

/**
 * @param placeFile the file with the window's position
 * @param folder the folder that the page opens first
 */
export function openWindow(placeFile: string, folder: string | null): BrowserWindow {
  const preload = installedFile(PRELOAD)
  if (preload === null) throw new Error(`this installation has no ${PRELOAD}`)
  const { bounds, maximized } = readPlace(placeFile)
  const window = new BrowserWindow({
    ...bounds,
    minWidth: 720,
    minHeight: 480,
    show: false,
    backgroundColor: nativeTheme.shouldUseDarkColors ? '#1e1f22' : '#ffffff',
    webPreferences: {
      preload,
      contextIsolation: true,
      sandbox: true,
      nodeIntegration: false,
      webSecurity: true,
      webviewTag: false,
      spellcheck: false,
      navigateOnDragDrop: false
    }
  })
  if (maximized) window.maximize()
  window.once('ready-to-show', () => window.show())
  window.on('close', () => keepPlace(window, placeFile))
  window.webContents.on('render-process-gone', (_event, { reason }) => void offerReload(window, reason))
  void window.loadURL(folder === null ? PAGE_URL : `${PAGE_URL}#open=${encodeURIComponent(folder)}`)
  return window
}

async function offerReload(window: BrowserWindow, reason: string): Promise<void> {
  if (reason === 'clean-exit' || window.isDestroyed()) return
  const { response } = await dialog.showMessageBox(window, {
    type: 'error',
    message: 'The page of this window has stopped.',
    detail: `The operating system reports: ${reason}. This did not change the cache.`,
    buttons: ['Reload', 'Close']
  })
  if (response === 0) window.reload()
  else window.destroy()
}
