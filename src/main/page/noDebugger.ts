/** SIGUSR1 makes Node open a debugger on a port that every user of the machine can reach. Batch systems send that signal. */

/** Ignores SIGUSR1 in this process, in case it was started without `--disable-sigusr1`. */
export function ignoreDebuggerSignal(): void {
  if (process.platform !== 'win32' && !process.execArgv.includes(WITHOUT_DEBUGGER)) process.on('SIGUSR1', () => undefined)
}

/** For every Node that this program starts. */
export const WITHOUT_DEBUGGER = '--disable-sigusr1'
