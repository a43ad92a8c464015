/**
 * Journeys are made in Chromium on `serve`. Those that show that a carrier works are made in Electron as well; with
 * `npm run test:e2e:desktop`, and in a soak, all of them are.
 */
import { afterEach, expect } from 'vitest'
import { describeWith } from '../support/capabilities.ts'
import { startDesktopInspector } from './desktopInspector.ts'
import { type Inspector, PATIENCE_MS, startInspector } from './inspector.ts'

/**
 * Opens a folder, or the welcome for null; what it opened is stopped after the test, and the test fails when the page complained.
 * @param dataFolder of an earlier program, to come back to it
 */
export type Open = (folder: string | null, dataFolder?: string) => Promise<Inspector>

/** For whole journeys. */
export const TEST_MS = 4 * PATIENCE_MS

/** Makes journeys in Chromium on `serve`. */
export function inChromium(name: string, journeys: (open: Open) => void): void {
  describeWith('chromium', `${name}, in Chromium on serve`, executable =>
    journeys(stopping((folder, data) => startInspector(executable, folder, data)))
  )
}

/** Makes journeys in Electron. */
export function inElectron(name: string, journeys: (open: Open) => void): void {
  describeWith('electron', `${name}, in Electron`, executable =>
    journeys(stopping((folder, data) => startDesktopInspector(executable, folder, data)))
  )
}

/** Whether journeys that need no carrier of their own are made in Electron as well. */
const EVERYWHERE = process.env.LEWM_CARRIERS === 'all'

/** Makes journeys in Chromium, and in Electron where all of them are made there. */
export function inTheWindow(name: string, journeys: (open: Open) => void): void {
  if (EVERYWHERE) onBothCarriers(name, journeys)
  else inChromium(name, journeys)
}

/** Makes the same journeys in both: for the few that show that each carrier works. */
export function onBothCarriers(name: string, journeys: (open: Open) => void): void {
  inChromium(name, journeys)
  inElectron(name, journeys)
}

/** Only inside of `describe`. */
function stopping(start: Open): Open {
  const running: Inspector[] = []
  afterEach(async () => {
    const ended = running.splice(0)
    for (const { stop } of ended) await stop()
    expect(ended.flatMap(({ complaints }) => complaints)).toEqual([])
  })
  return async (folder, data) => {
    const inspector = await start(folder, data)
    running.push(inspector)
    return inspector
  }
}
