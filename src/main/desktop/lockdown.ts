/** What no page may do, ours or any other: go elsewhere, open windows, embed, ask for permissions, or reach for other addresses. */
import { app, type Session, shell } from 'electron'
import { isPageUrl, PAGE_URL } from './appProtocol.ts'
import { DEV_PAGE } from './devPage.ts'
import { LINKS } from './links.ts'

/** For the Chromium around the pages, which would otherwise ask its makers for this and that. Has to come before Electron is ready. */
export function blockDns(): void {
  app.commandLine.appendSwitch('disable-background-networking')
  if (DEV_PAGE !== null) return
  // No name of a host leads anywhere; the page's own address is answered before any is asked for.
  app.commandLine.appendSwitch('host-resolver-rules', 'MAP * ~NOTFOUND')
}

/** For every page that is ever made. */
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

/** Copying is the one thing that needs a permission and that our page does. */
const GRANTED = 'clipboard-sanitized-write'

/** For everything that pages of a session ask for. */
export function blockNetwork(session: Session): void {
  session.setPermissionRequestHandler((contents, permission, answer) => answer(permission === GRANTED && isPageUrl(contents.getURL())))
  session.setPermissionCheckHandler(
    (_contents, permission, origin) => permission === GRANTED && `${origin.replace(/[/]$/, '')}/` === PAGE_URL
  )
  // It fetches its dictionaries from Google, even where no page asks for them.
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
