/** `open`: opens the desktop window, or the page in a browser if no window is possible. */
import { type ChildProcess, spawn } from 'node:child_process'
import { dirname } from 'node:path'
import { SystemError } from '../../../shared/model/errors.ts'
import { RUNTIME_ENVIRONMENT, runtimeArguments } from '../../../shared/runtimeSwitches.ts'
import { asSystemError, LIMITS_VARIABLE, LINKS_VARIABLE, limitsInForce, limitsToText, linkPolicy } from '../../core/index.ts'
import { installedFile } from '../../page/installedFile.ts'
import type { Run } from '../process/context.ts'
import { findRuntime } from '../process/desktopRuntime.ts'
import { EXIT } from '../process/exitCodes.ts'
import { folderToOpen } from '../process/folderToOpen.ts'
import { beginAsService, serveUntilCancelled } from './serve.ts'

const DESKTOP = 'out/desktop/main.cjs'

export const run: Run<Record<never, never>> = async (context, _options, [dir = context.cache]) => {
  const folder = dir === undefined ? null : await folderToOpen(dir)
  const runtime = findRuntime()
  if ('missing' in runtime) {
    beginAsService()
    await context.output.note(`lewm-cache: cannot open a window (${runtime.missing}). Open this URL in a browser; press Ctrl-C to stop`)
    return serveUntilCancelled(context, 0, folder === null ? 'sample' : { folder })
  }
  const desktop = installedFile(DESKTOP)
  if (desktop === null) throw new SystemError('the program has not been built; run `npm run build`', { file: DESKTOP })
  const { ELECTRON_RUN_AS_NODE: _run, ...env } = context.io.env
  const root = dirname(dirname(dirname(desktop)))
  const child = spawn(runtime.executable, [...runtimeArguments(), root, ...(folder === null ? [] : [`--open=${folder}`])], {
    env: { ...RUNTIME_ENVIRONMENT, ...env, [LIMITS_VARIABLE]: limitsToText(limitsInForce()), [LINKS_VARIABLE]: linkPolicy() },
    stdio: ['ignore', 'ignore', 'inherit']
  })
  if (context.json) await context.output.document({ url: null })
  const close = () => child.kill()
  context.signal.addEventListener('abort', close)
  const code = await ended(child, runtime.executable)
  if (code !== 0 && !context.signal.aborted) throw new SystemError(`the window exited with code ${code}`, { exit: code })
  return EXIT.ok
}

function ended(child: ChildProcess, executable: string): Promise<number | NodeJS.Signals> {
  return new Promise((resolve, reject) => {
    child.once('exit', (code, signal) => resolve(code ?? signal ?? 1))
    child.once('error', error => {
      try {
        reject(asSystemError(error, 'start', executable))
      } catch (bug) {
        reject(bug)
      }
    })
  })
}
