/** What the desktop's preload script gives the page, and nothing more. */

/** Commands of the application menu; the page does them. */
export const MENU_COMMANDS = [
  'open',
  'open-recent',
  'open-sample',
  'lookup',
  'back',
  'forward',
  'verify',
  'repair',
  'reindex',
  'shortcuts',
  'about',
  'log',
  'close-cache'
] as const
export type MenuCommand = (typeof MENU_COMMANDS)[number]

export type DesktopBridge = {
  readonly platform: string
  /** Asks the main process for a port to the service; it arrives as a window message `lewm:port`. */
  requestPort(): void
  onServiceGone(listener: () => void): void
  restartService(): void
  /** The native folder dialog; null when it was cancelled. */
  chooseFolder(): Promise<string | null>
  /** The native save dialog, and the file written; false when it was cancelled. */
  saveFile(name: string, bytes: Uint8Array): Promise<boolean>
  /** Path of a file or folder dropped on the window. */
  pathOfDropped(file: File): string
  onMenuCommand(listener: (command: MenuCommand, argument: string | null) => void): () => void
  /** A folder that the command line or a second start asked for. */
  onOpenFolder(listener: (path: string) => void): () => void
  /** Progress in the taskbar or dock, 0 to 1; −1 for none. */
  setProgress(fraction: number): void
  /** A recent cache was pinned, let go or forgotten: the application menu lists them too. */
  recentChanged(): void
  /** Gives back what memory the page does not need now; worth it only when nobody is using it, as it may take a frame or two. */
  rest(): void
}

declare global {
  interface Window {
    readonly lewmDesktop?: DesktopBridge
  }
}
