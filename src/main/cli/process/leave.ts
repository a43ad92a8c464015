/** Ends the process, also where a file system does not answer: Node itself waits for every thread, and so for the read that one is in. */
import { endWorkers, hasWorkers } from '../../core/index.ts'

/** Ends the process once its threads have ended, or a second after they were told to. All output has been waited for. */
export async function leave(exitCode: number): Promise<void> {
  if (!hasWorkers() || (await endWorkers())) process.exit(exitCode)
  leaveAtOnce(exitCode)
}

/** Ends the process with whatever it does. */
export function leaveAtOnce(exitCode: number): void {
  // Replacing the process ends its threads without waiting for them, and keeps the exit code. Windows cannot.
  if (process.platform !== 'win32' && hasWorkers()) process.execve?.('/bin/sh', ['sh', '-c', `exit ${exitCode}`])
  process.exit(exitCode)
}
