/** The application's menu. Commands of the page are sent to the page; the rest is built into the platform. */
import { Menu, type MenuItemConstructorOptions, shell } from 'electron'
import type { MenuCommand } from '../../../shared/desktopBridge.ts'
import { LINKS } from '../links.ts'

export type SendCommand = (command: MenuCommand, argument: string | null) => void

const MAC = process.platform === 'darwin'
const SEPARATOR: MenuItemConstructorOptions = { type: 'separator' }

/**
 * Installs the menu in place of the previous one.
 * @param recent absolute paths, in the order of the menu
 */
export function showMenu(send: SendCommand, recent: readonly string[]): void {
  Menu.setApplicationMenu(Menu.buildFromTemplate(menuTemplate(send, recent)))
}

function menuTemplate(send: SendCommand, recent: readonly string[]): MenuItemConstructorOptions[] {
  const item = (label: string, command: MenuCommand, accelerator?: string, argument: string | null = null): MenuItemConstructorOptions => ({
    id: argument === null ? command : `${command}:${argument}`,
    label,
    accelerator,
    click: () => send(command, argument)
  })
  const about = item('About GenoLeWM Cache Inspector', 'about')
  const recents = recent.map(path => item(asLabel(path), 'open-recent', undefined, path))
  const file: MenuItemConstructorOptions[] = [
    item('Open…', 'open', 'CmdOrCtrl+O'),
    { label: 'Open Recent', submenu: recents.length > 0 ? recents : [{ label: 'No Recent Caches', enabled: false }] },
    {
      label: 'Open Sample',
      submenu: [
        item('Healthy', 'open-sample', undefined, 'healthy'),
        item('With Every Kind of Damage', 'open-sample', undefined, 'damaged')
      ]
    },
    SEPARATOR,
    item('Close Cache', 'close-cache', MAC ? 'Shift+Cmd+W' : 'Ctrl+W'),
    ...(MAC ? [{ role: 'close' as const }] : [SEPARATOR, { role: 'quit' as const }])
  ]
  const view: MenuItemConstructorOptions[] = [
    { role: 'resetZoom' },
    { role: 'zoomIn' },
    // The plus key without Shift.
    { role: 'zoomIn', accelerator: 'CmdOrCtrl+=', visible: false, acceleratorWorksWhenHidden: true },
    { role: 'zoomOut' },
    SEPARATOR,
    { role: 'reload' },
    { role: 'togglefullscreen' }
  ]
  const go = [
    item('Back', 'back', MAC ? 'Cmd+[' : 'Alt+Left'),
    item('Forward', 'forward', MAC ? 'Cmd+]' : 'Alt+Right'),
    SEPARATOR,
    item('Find…', 'lookup', 'CmdOrCtrl+K')
  ]
  const cache = [
    item('Verify', 'verify', 'Shift+CmdOrCtrl+V'),
    item('Repair…', 'repair', 'Shift+CmdOrCtrl+R'),
    item('Rebuild Index', 'reindex')
  ]
  const help = [
    item('Keyboard Shortcuts', 'shortcuts', 'F1'),
    item('Log', 'log'),
    SEPARATOR,
    ...Object.entries(LINKS).map(([name, url]) => ({ label: LINK_LABELS[name] ?? url, click: () => void shell.openExternal(url) })),
    ...(MAC ? [] : [SEPARATOR, about])
  ]
  return [
    ...(MAC ? [{ role: 'appMenu' as const, submenu: [about, SEPARATOR, { role: 'services' as const }, SEPARATOR, ...MAC_APP] }] : []),
    { label: '&File', submenu: file },
    { role: 'editMenu' },
    { label: '&View', submenu: view },
    { label: '&Go', submenu: go },
    { label: '&Cache', submenu: cache },
    ...(MAC ? [{ role: 'windowMenu' as const }] : []),
    { role: 'help', label: '&Help', submenu: help }
  ]
}

const MAC_APP: MenuItemConstructorOptions[] = [{ role: 'hide' }, { role: 'hideOthers' }, { role: 'unhide' }, SEPARATOR, { role: 'quit' }]

const LINK_LABELS: Readonly<Record<string, string>> = { documentation: 'GenoLeWM Documentation', source: 'GenoLeWM on GitHub' }

/** A single & would make the next character a keyboard shortcut. */
function asLabel(path: string): string {
  return path.replaceAll('&', '&&')
}
