/** The desktop program: one instance, one window, one service. All restrictions are set up before the first page is created. */
import { dirname, join } from 'node:path'
import { app, type BrowserWindow, dialog, session } from 'electron'
import { nullable, object, string } from 'zod/mini'
import type { MenuCommand } from '../../shared/desktopBridge.ts'
import { dataFolder, makeFolder, makeTemporaryFolder } from '../core/index.ts'
import { listAssets } from '../page/assets.ts'
import { installedFile, PAGE } from '../page/installedFile.ts'
import { ignoreDebuggerSignal } from '../page/noDebugger.ts'
import { announceScheme, serveApp } from './appProtocol.ts'
import { handleBridge } from './bridgeHandlers.ts'
import { CHANNELS } from './channels.ts'
import { blockDns, blockNavigation, blockNetwork } from './lockdown.ts'
import { reduceMemory } from './reduceMemory.ts'
import { requestedFolder } from './requestedFolder.ts'
import { type ServiceHost, startService } from './serviceHost.ts'
import { openWindow } from './window/mainWindow.ts'
import { showMenu } from './window/menu.ts'
import { recentCaches } from './window/recentCaches.ts'

const profile = profileFolder()
const placeFile = join(profile, 'window.json')
/** The message from a second start to the first. */
const asked = object({ folder: nullable(string()) })

let window: BrowserWindow | null = null
let service: ServiceHost | null = null
let folder = requestedFolder(process.argv, app.isPackaged, process.cwd())

ignoreDebuggerSignal()
app.setPath('userData', profile)
announceScheme()
reduceMemory()
blockDns()
blockNavigation()
if (app.requestSingleInstanceLock({ folder })) run().catch(giveUp)
else app.exit(0)

/** Without a writable folder, the window's position and settings last until the program ends. */
function profileFolder(): string {
  try {
    const wanted = join(dataFolder(), 'desktop')
    makeFolder(wanted)
    return wanted
  } catch {
    return makeTemporaryFolder('lewm-cache-desktop-')
  }
}

async function run(): Promise<void> {
  app.on('second-instance', (_event, _argv, _cwd, data) => {
    const second = asked.safeParse(data)
    showFolder(second.success ? second.data.folder : null)
  })
  app.on('open-file', (event, path) => {
    event.preventDefault()
    showFolder(path)
  })
  app.on('activate', () => showFolder(null))
  app.on('window-all-closed', () => process.platform !== 'darwin' && app.quit())
  app.on('will-quit', endService)
  app.on('browser-window-focus', () => void refreshMenu())
  const page = installedFile(PAGE)
  if (page === null) throw new Error('the page has not been built')
  const assets = await listAssets(dirname(page))
  await app.whenReady()
  serveApp(assets)
  blockNetwork(session.defaultSession)
  handleBridge({
    requestPort: from => {
      const port = runningService().connect()
      from.webContents.postMessage(CHANNELS.port, null, [port])
    },
    restartService: () => runningService(),
    recentChanged: () => void refreshMenu()
  })
  runningService()
  showMenu(sendCommand, [])
  showFolder(folder)
}

/** An error that prevents the start is shown in a dialog, because there is no window yet. */
function giveUp(error: unknown): void {
  dialog.showErrorBox('GenoLeWM Cache Inspector cannot start', error instanceof Error ? error.message : String(error))
  app.exit(1)
}

/** Shows the window, and opens a folder in it on request. */
function showFolder(path: string | null): void {
  // Requested before a window is possible: the first window shows it.
  if (!app.isReady()) {
    folder = path ?? folder
    return
  }
  if (window === null) {
    const made = openWindow(placeFile, path)
    made.on('closed', () => {
      window = null
    })
    // The page keeps the open cache in its address.
    made.webContents.on('did-navigate-in-page', () => void refreshMenu())
    window = made
    return
  }
  if (path !== null) window.webContents.send(CHANNELS.openFolder, path)
  if (window.isMinimized()) window.restore()
  window.show()
  window.focus()
}

/** The service; a new one if the last has ended. */
function runningService(): ServiceHost {
  if (service !== null) return service
  const started = startService()
  service = started
  void started.gone.then(() => {
    if (service === started) service = null
    window?.webContents.send(CHANNELS.serviceGone)
  })
  return started
}

function sendCommand(command: MenuCommand, argument: string | null): void {
  window?.webContents.send(CHANNELS.menuCommand, command, argument)
}

async function refreshMenu(): Promise<void> {
  if (service !== null) showMenu(sendCommand, await recentCaches(service.connect()))
}

/** The program ends when its service has. */
function endService(event: { preventDefault(): void }): void {
  if (service === null) return
  event.preventDefault()
  const ending = service
  service = null
  void ending.stop().then(() => app.quit())
}
