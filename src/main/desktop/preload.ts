/**
 * Runs in the sandbox before the page and provides `window.lewmDesktop`: the functions of the bridge, and no other part of Electron.
 * Messages that arrive before the page listens are kept until it does.
 */
import { contextBridge, ipcRenderer, webFrame, webUtils } from 'electron'
import type { DesktopBridge, MenuCommand } from '../../shared/desktopBridge.ts'
import { CHANNELS } from './channels.ts'

let gone = false
const waitingForEnd = new Set<() => void>()
const ofMenu = new Set<(command: MenuCommand, argument: string | null) => void>()
const ofFolders = new Set<(path: string) => void>()
let unopened: string | null = null

ipcRenderer.on(CHANNELS.port, event => window.postMessage('lewm:port', location.origin, event.ports))
ipcRenderer.on(CHANNELS.serviceGone, () => {
  gone = true
  for (const listener of waitingForEnd) listener()
  waitingForEnd.clear()
})
ipcRenderer.on(CHANNELS.menuCommand, (_event, command: MenuCommand, argument: string | null) => {
  for (const listener of ofMenu) listener(command, argument)
})
ipcRenderer.on(CHANNELS.openFolder, (_event, path: string) => {
  if (ofFolders.size === 0) unopened = path
  for (const listener of ofFolders) listener(path)
})

/** The prefix that Electron adds to errors of the main process. */
const AROUND = /^Error invoking remote method '[^']*': (\w*Error: )?/

async function invoke<T>(channel: string, ...given: readonly unknown[]): Promise<T> {
  try {
    return await ipcRenderer.invoke(channel, ...given)
  } catch (error) {
    throw new Error(error instanceof Error ? error.message.replace(AROUND, '') : String(error))
  }
}

const bridge: DesktopBridge = {
  platform: process.platform,
  requestPort: () => {
    gone = false
    ipcRenderer.send(CHANNELS.requestPort)
  },
  onServiceGone: listener => {
    if (gone) listener()
    else waitingForEnd.add(listener)
  },
  restartService: () => ipcRenderer.send(CHANNELS.restartService),
  chooseFolder: () => invoke(CHANNELS.chooseFolder),
  saveFile: (name, bytes) => invoke(CHANNELS.saveFile, name, bytes),
  pathOfDropped: file => webUtils.getPathForFile(file),
  onMenuCommand: listener => {
    ofMenu.add(listener)
    return () => ofMenu.delete(listener)
  },
  onOpenFolder: listener => {
    ofFolders.add(listener)
    if (unopened !== null) listener(unopened)
    unopened = null
    return () => ofFolders.delete(listener)
  },
  setProgress: fraction => ipcRenderer.send(CHANNELS.setProgress, fraction),
  recentChanged: () => ipcRenderer.send(CHANNELS.recentChanged),
  rest: () => webFrame.clearCache()
}

contextBridge.exposeInMainWorld('lewmDesktop', bridge)
