/** Settings of Chromium and its libraries that can only be made before Electron is ready. */
import { app } from 'electron'
import { RUNTIME_ENVIRONMENT, RUNTIME_SWITCHES } from '../../shared/runtimeSwitches.ts'

/** Sets the runtime's switches that the parent process has not set. */
export function reduceMemory(): void {
  for (const [name, value] of Object.entries(RUNTIME_SWITCHES)) {
    if (!app.commandLine.hasSwitch(name)) app.commandLine.appendSwitch(name, value)
  }
  Object.assign(process.env, RUNTIME_ENVIRONMENT)
  // It has been read by now, and must not affect child processes.
  void app.whenReady().then(() => {
    for (const name of Object.keys(RUNTIME_ENVIRONMENT)) delete process.env[name]
  })
}
