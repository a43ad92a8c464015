/** Exits even if a file system does not answer. Node itself waits for every thread, and so for a read that is in progress. */
import { endWorkers, hasWorkers } from '../../core/index.ts'

/** Exits once its threads have ended, or one second after they were asked to. All output has been written before. */
export async function leave(exitCode: number): Promise<void> {
  if (!hasWorkers() || (await endWorkers())) process.exit(exitCode)
  leaveAtOnce(exitCode)
}

/** Exits immediately, with all threads. */
export function leaveAtOnce(exitCode: number): void {
  // Replacing the process ends its threads without waiting for them, and keeps the exit code. Not possible on Windows.
  if (process.platform !== 'win32' && hasWorkers()) process.execve?.('/bin/sh', ['sh', '-c', `exit ${exitCode}`])
  process.exit(exitCode)
}
