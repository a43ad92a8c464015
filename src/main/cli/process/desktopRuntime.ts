/** Decides whether a window is possible, without starting Electron: its launcher would download a missing runtime. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { installedFile } from '../../page/installedFile.ts'

export type Runtime = { readonly executable: string } | { readonly missing: string }

const EXECUTABLES: Readonly<Record<string, string>> = {
  darwin: 'Electron.app/Contents/MacOS/Electron',
  win32: 'electron.exe'
}

/** The Electron executable, or a short reason why no window is possible. */
export function findRuntime(env: NodeJS.ProcessEnv = process.env): Runtime {
  const executable = electronExecutable(env)
  if (executable === null) return { missing: withoutRuntime(env) }
  if (process.platform !== 'linux') return { executable }
  if (!env.DISPLAY && !env.WAYLAND_DISPLAY) return { missing: 'there is no display' }
  // Chromium would exit at once. The user can override this with the variable.
  if (process.getuid?.() === 0 && !env.ELECTRON_DISABLE_SANDBOX) {
    return { missing: 'no sandbox as root; set ELECTRON_DISABLE_SANDBOX=1 to run without one' }
  }
  return { executable }
}

function withoutRuntime({ ELECTRON_OVERRIDE_DIST_PATH: dist }: NodeJS.ProcessEnv): string {
  return dist
    ? 'no Electron runtime in the folder that ELECTRON_OVERRIDE_DIST_PATH names'
    : 'no Electron runtime; `npx install-electron` downloads one'
}

function electronExecutable({ ELECTRON_OVERRIDE_DIST_PATH: dist }: NodeJS.ProcessEnv): string | null {
  const name = EXECUTABLES[process.platform] ?? 'electron'
  if (!dist) return installedFile(`node_modules/electron/dist/${name}`)
  const executable = join(dist, name)
  return existsSync(executable) ? executable : null
}
