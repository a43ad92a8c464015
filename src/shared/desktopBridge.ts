/** The functions that the desktop's preload script exposes to the page. */

/** Commands of the application menu, which the page executes. */
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
  /** Requests a port to the service from the main process. It arrives as a window message `lewm:port`. */
  requestPort(): void
  onServiceGone(listener: () => void): void
  restartService(): void
  /** The native folder dialog; null if it was cancelled. */
  chooseFolder(): Promise<string | null>
  /** The native save dialog. Writes the file; false if it was cancelled. */
  saveFile(name: string, bytes: Uint8Array): Promise<boolean>
  /** Path of a file or folder dropped on the window. */
  pathOfDropped(file: File): string
  onMenuCommand(listener: (command: MenuCommand, argument: string | null) => void): () => void
  /** A folder requested by the command line or by a second start. */
  onOpenFolder(listener: (path: string) => void): () => void
  /** Progress in the taskbar or dock, 0 to 1; −1 for none. */
  setProgress(fraction: number): void
  /** A recent cache was pinned, unpinned or removed. The application menu lists them too. */
  recentChanged(): void
  /** Releases memory that the page does not need now. Call it only when the window is idle, because it may take a frame or two. */
  rest(): void
}

declare global {
  interface Window {
    readonly lewmDesktop?: DesktopBridge
  }
}
