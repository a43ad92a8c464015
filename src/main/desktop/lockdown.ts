/** Blocks pages from navigating, opening windows, embedding, requesting permissions, and reaching other addresses. */
import { app, type Session, shell } from 'electron'
import { isPageUrl, PAGE_URL } from './appProtocol.ts'
import { DEV_PAGE } from './devPage.ts'
import { LINKS } from './links.ts'

/** For Chromium itself, which would otherwise contact its vendor. Must be called before Electron is ready. */
export function blockDns(): void {
  app.commandLine.appendSwitch('disable-background-networking')
  if (DEV_PAGE !== null) return
  // No host name resolves. The page's own address is served before any resolution.
  app.commandLine.appendSwitch('host-resolver-rules', 'MAP * ~NOTFOUND')
}

/** For every page that is created. */
export function blockNavigation(): void {
  app.on('web-contents-created', (_created, contents) => {
    contents.on('will-attach-webview', event => event.preventDefault())
    contents.on('will-frame-navigate', event => {
      if (!event.isMainFrame || !isPageUrl(event.url)) event.preventDefault()
    })
    contents.on('will-redirect', event => event.preventDefault())
    contents.setWindowOpenHandler(({ url }) => {
      if (Object.values(LINKS).includes(url)) void shell.openExternal(url)
      return { action: 'deny' }
    })
  })
}

/** Copying is the only operation of the page that needs a permission. */
const GRANTED = 'clipboard-sanitized-write'

/** For all requests of a session's pages. */
export function blockNetwork(session: Session): void {
  session.setPermissionRequestHandler((contents, permission, answer) => answer(permission === GRANTED && isPageUrl(contents.getURL())))
  session.setPermissionCheckHandler(
    (_contents, permission, origin) => permission === GRANTED && `${origin.replace(/[/]$/, '')}/` === PAGE_URL
  )
  // It downloads its dictionaries from Google, even if no page requests them.
  session.setSpellCheckerLanguages([])
  session.setSpellCheckerEnabled(false)
  session.setDevicePermissionHandler(() => false)
  session.on('will-download', event => event.preventDefault())
  session.webRequest.onBeforeRequest(({ url }, answer) => answer({ cancel: !isAllowed(url) }))
}

function isAllowed(url: string): boolean {
  const allowed = [PAGE_URL, 'devtools://', 'data:', 'blob:']
  if (DEV_PAGE !== null) allowed.push(DEV_PAGE.replace('http', 'ws'))
  return allowed.some(start => url.startsWith(start))
}
