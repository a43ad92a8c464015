/**
 * `lewm-cache`: runs one command and exits with its code. Ctrl-C stops the work between two shards; a second Ctrl-C stops it immediately.
 */
import { ignoreDebuggerSignal } from '../page/noDebugger.ts'
import { EXIT } from './process/exitCodes.ts'
import { leave, leaveAtOnce } from './process/leave.ts'
import { listenForBrokenPipes } from './process/output.ts'
import { runCli } from './runCli.ts'

const cancel = new AbortController()
ignoreDebuggerSignal()
listenForBrokenPipes(process)
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(name, () => {
    if (cancel.signal.aborted) leaveAtOnce(EXIT.cancelled)
    cancel.abort()
  })
}
const { stdout, stderr, env } = process
/** Settled when there is nothing left to do; the launcher reports why the program cannot start. */
export const done = runCli(process.argv.slice(2), {
  stdout,
  stderr,
  env,
  signal: cancel.signal,
  // Opened only if it is read, because opening it changes how the process exits.
  get stdin() {
    return process.stdin
  }
}).then(leave)
