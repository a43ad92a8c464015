/** The page's requests to the main process. The sender and the contents of every message are checked. */
import { basename } from 'node:path'
import { BrowserWindow, dialog, type IpcMainEvent, type IpcMainInvokeEvent, ipcMain } from 'electron'
import { instanceof as instanceOf, maximum, maxLength, minimum, minLength, number, string, tuple } from 'zod/mini'
import { destinationOf, saveFile } from '../core/index.ts'
import { isPageUrl } from './appProtocol.ts'
import { CHANNELS } from './channels.ts'

export type Requests = {
  requestPort(window: BrowserWindow): void
  restartService(): void
  recentChanged(): void
}

const fileArguments = tuple([string().check(minLength(1), maxLength(255)), instanceOf(Uint8Array)])
const progressArguments = tuple([number().check(minimum(-1), maximum(1))])

/** Handles the bridge's messages. */
export function handleBridge({ requestPort, restartService, recentChanged }: Requests): void {
  listen(CHANNELS.requestPort, requestPort)
  listen(CHANNELS.restartService, restartService)
  listen(CHANNELS.recentChanged, recentChanged)
  listen(CHANNELS.setProgress, (window, given) => window.setProgressBar(progressArguments.parse(given)[0]))
  ipcMain.handle(CHANNELS.chooseFolder, async event => {
    const { canceled, filePaths } = await dialog.showOpenDialog(windowOf(event), { properties: ['openDirectory', 'showHiddenFiles'] })
    return canceled ? null : (filePaths[0] ?? null)
  })
  ipcMain.handle(CHANNELS.saveFile, async (event, ...given) => {
    const window = windowOf(event)
    const [name, bytes] = fileArguments.parse(given)
    const { canceled, filePath } = await dialog.showSaveDialog(window, { defaultPath: basename(name) })
    if (canceled || filePath === '') return false
    const to = destinationOf(filePath)
    if (to.kind === 'stdout') throw new Error('a dialog names a file')
    await saveFile(to, bytes)
    return true
  })
}

/** A message that is refused or fails is one line on standard error, because the page expects no reply. */
function listen(channel: string, follow: (window: BrowserWindow, given: readonly unknown[]) => void): void {
  ipcMain.on(channel, (event, ...given) => {
    try {
      follow(windowOf(event), given)
    } catch (error) {
      process.stderr.write(`${channel}: ${String(error)}\n`)
    }
  })
}

/**
 * The window whose page sent a message.
 * @throws Error if it was not the main frame of the program's page
 */
function windowOf({ sender, senderFrame }: IpcMainEvent | IpcMainInvokeEvent): BrowserWindow {
  const window = BrowserWindow.fromWebContents(sender)
  if (window === null || senderFrame === null || senderFrame !== sender.mainFrame || !isPageUrl(senderFrame.url)) {
    throw new Error('refused: a message from another page')
  }
  return window
}
