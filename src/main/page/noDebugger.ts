/** SIGUSR1 makes Node open a debugger on a port that every user of the machine can reach, and batch systems send that signal. */

/** Makes SIGUSR1 do nothing in this process: for a process that was started without `--disable-sigusr1`. */
export function ignoreDebuggerSignal(): void {
  if (process.platform !== 'win32' && !process.execArgv.includes(WITHOUT_DEBUGGER)) process.on('SIGUSR1', () => undefined)
}

/** For every Node that this program starts. */
export const WITHOUT_DEBUGGER = '--disable-sigusr1'
