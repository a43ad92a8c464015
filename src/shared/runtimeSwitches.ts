/**
 * How Electron's runtime is started, so that it holds no memory for what this program never does. Whoever starts it says so, and the
 * program itself once more, for when it was started by hand. The numbers are proportional set sizes, on Linux without a GPU.
 */

/** Chromium's, without the leading `--`. */
export const RUNTIME_SWITCHES: Readonly<Record<string, string>> = {
  // The page is served from memory and nothing else is asked for: 12 MiB for a process of the network's own.
  'enable-features': 'NetworkServiceInProcess2'
}

/** GTK, which is there for its dialogs alone, otherwise loads OpenGL and its compiler to look at the screen: 25 MiB. */
export const RUNTIME_ENVIRONMENT: Readonly<Record<string, string>> = { GDK_GL: 'disable' }

/** The switches as arguments. */
export function runtimeArguments(): string[] {
  return Object.entries(RUNTIME_SWITCHES).map(([name, value]) => `--${name}=${value}`)
}
