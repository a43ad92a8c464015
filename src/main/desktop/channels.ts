/** The names of all messages between the page's preload script and the main process. */
export const CHANNELS = {
  requestPort: 'lewm:request-port',
  /** Sends a MessagePort to the page. */
  port: 'lewm:port',
  serviceGone: 'lewm:service-gone',
  restartService: 'lewm:restart-service',
  chooseFolder: 'lewm:choose-folder',
  saveFile: 'lewm:save-file',
  menuCommand: 'lewm:menu-command',
  openFolder: 'lewm:open-folder',
  setProgress: 'lewm:set-progress',
  recentChanged: 'lewm:recent-changed'
} as const
