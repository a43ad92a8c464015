/** What can be told to Chromium and the libraries below it only before Electron is ready. */
import { app } from 'electron'
import { RUNTIME_ENVIRONMENT, RUNTIME_SWITCHES } from '../../shared/runtimeSwitches.ts'

/** Says how the runtime is to work, where whoever started it has not. */
export function reduceMemory(): void {
  for (const [name, value] of Object.entries(RUNTIME_SWITCHES)) {
    if (!app.commandLine.hasSwitch(name)) app.commandLine.appendSwitch(name, value)
  }
  Object.assign(process.env, RUNTIME_ENVIRONMENT)
  // It was read by then, and is nothing for the programs that this one starts.
  void app.whenReady().then(() => {
    for (const name of Object.keys(RUNTIME_ENVIRONMENT)) delete process.env[name]
  })
}
