/** `serve`: serves the window to a browser until Ctrl-C. */
import { SERVICE_ENVIRONMENT, SERVICE_SWITCHES } from '../../page/serviceSwitches.ts'
import { type First, serveInspector } from '../../server/index.ts'
import type { Context, Run } from '../process/context.ts'
import { EXIT, type ExitCode } from '../process/exitCodes.ts'
import { folderToOpen } from '../process/folderToOpen.ts'

export type ServeOptions = { readonly port?: number }

export const run: Run<ServeOptions> = async (context, { port = 0 }, [dir = context.cache]) => {
  beginAsService()
  return serveUntilCancelled(context, port, dir === undefined ? null : { folder: await folderToOpen(dir) })
}

/** Prints the URL and serves until Ctrl-C, which is the normal end. */
export async function serveUntilCancelled({ json, output, signal }: Context, port: number, first: First): Promise<ExitCode> {
  const server = await serveInspector(port, first)
  if (json) await output.document({ url: server.url })
  else await output.text(`${server.url}\n`)
  if (!signal.aborted) await new Promise(resolve => signal.addEventListener('abort', resolve, { once: true }))
  await server.close()
  return EXIT.ok
}

/** Replaces this process by itself with the switches of a service. Call it before anything is printed. Not possible on Windows. */
export function beginAsService(): void {
  if (process.platform === 'win32' || process.execve === undefined) return
  if (SERVICE_SWITCHES.every(given => process.execArgv.includes(given))) return
  const { execPath, execArgv, argv, env } = process
  process.execve(execPath, [execPath, ...execArgv, ...SERVICE_SWITCHES, ...argv.slice(1)], { ...env, ...SERVICE_ENVIRONMENT })
}
