/**
 * Whether a window can be had here, decided without trying: starting Electron's own launcher without a runtime would download one.
 */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { installedFile } from '../../page/installedFile.ts'

export type Runtime = { readonly executable: string } | { readonly missing: string }

const EXECUTABLES: Readonly<Record<string, string>> = {
  darwin: 'Electron.app/Contents/MacOS/Electron',
  win32: 'electron.exe'
}

/** The Electron to start, or in a few words why there can be no window. */
export function findRuntime(env: NodeJS.ProcessEnv = process.env): Runtime {
  const executable = electronExecutable(env)
  if (executable === null) return { missing: withoutRuntime(env) }
  if (process.platform !== 'linux') return { executable }
  if (!env.DISPLAY && !env.WAYLAND_DISPLAY) return { missing: 'there is no display' }
  // Chromium would end at once; whoever wants it all the same tells Electron so.
  if (process.getuid?.() === 0 && !env.ELECTRON_DISABLE_SANDBOX) {
    return { missing: 'root cannot have its sandbox (ELECTRON_DISABLE_SANDBOX=1 does without)' }
  }
  return { executable }
}

function withoutRuntime({ ELECTRON_OVERRIDE_DIST_PATH: dist }: NodeJS.ProcessEnv): string {
  return dist
    ? 'there is no Electron runtime in the folder that ELECTRON_OVERRIDE_DIST_PATH names'
    : 'there is no Electron runtime (`npx install-electron` gets one)'
}

function electronExecutable({ ELECTRON_OVERRIDE_DIST_PATH: dist }: NodeJS.ProcessEnv): string | null {
  const name = EXECUTABLES[process.platform] ?? 'electron'
  if (!dist) return installedFile(`node_modules/electron/dist/${name}`)
  const executable = join(dist, name)
  return existsSync(executable) ? executable : null
}
