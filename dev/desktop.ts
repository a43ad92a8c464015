/**
 * `npm run dev [-- DIR]`: the window in Electron, from its sources. A change of the page is shown at once; a change of anything else
 * rebuilds it and restarts the program.
 */
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'

const ROOT = join(import.meta.dirname, '..')
const { ELECTRON_OVERRIDE_DIST_PATH: runtime, ...env } = process.env
const executable = join(runtime ?? '', process.platform === 'win32' ? 'electron.exe' : 'electron')
const [folder] = process.argv.slice(2)

const args = ['dev', '--watch', '--ignoreConfigWarning', ...(folder === undefined ? [] : ['--', `--open=${folder}`])]
const vite = spawn(process.execPath, [join(ROOT, 'node_modules/electron-vite/bin/electron-vite.js'), ...args], {
  cwd: ROOT,
  // The runtime that tests take is taken here too.
  env: { ...env, ...(runtime !== undefined && existsSync(executable) && { ELECTRON_EXEC_PATH: executable }) },
  stdio: 'inherit'
})
vite.on('exit', code => process.exit(code ?? 1))
