/**
 * Switches that keep Electron's runtime from allocating memory for unused features. The parent process sets them, and the program sets them
 * again in case it was started directly. The numbers are proportional set sizes, on Linux without a GPU.
 */

/** Switches of Chromium, without the leading `--`. */
export const RUNTIME_SWITCHES: Readonly<Record<string, string>> = {
  // The page is served from memory, and nothing else is requested. Saves 12 MiB for a separate network process.
  'enable-features': 'NetworkServiceInProcess2'
}

/** GTK is needed only for its dialogs. Otherwise it loads OpenGL and its compiler to query the screen: 25 MiB. */
export const RUNTIME_ENVIRONMENT: Readonly<Record<string, string>> = { GDK_GL: 'disable' }

/** The switches as arguments. */
export function runtimeArguments(): string[] {
  return Object.entries(RUNTIME_SWITCHES).map(([name, value]) => `--${name}=${value}`)
}
