/**
 * Journeys run in Chromium on `serve`. Those that test a carrier run in Electron as well. With `npm run test:e2e:desktop`, and in a soak,
 * all of them do.
 */
import { afterEach, expect } from 'vitest'
import { describeWith } from '../../support/capabilities.ts'
import { startDesktopInspector } from './desktopInspector.ts'
import { type Inspector, PATIENCE_MS, startInspector } from './inspector.ts'

/**
 * Opens a folder, or the start page for null. It is closed after the test, and the test fails if the page reported an error.
 * @param dataFolder of an earlier program, to continue from it
 */
export type Open = (folder: string | null, dataFolder?: string) => Promise<Inspector>

/** For complete journeys. */
export const TEST_MS = 4 * PATIENCE_MS

/** Runs journeys in Chromium on `serve`. */
export function inChromium(name: string, journeys: (open: Open) => void): void {
  describeWith('chromium', `${name}, in Chromium on serve`, executable =>
    journeys(stopping((folder, data) => startInspector(executable, folder, data)))
  )
}

/** Runs journeys in Electron. */
export function inElectron(name: string, journeys: (open: Open) => void): void {
  describeWith('electron', `${name}, in Electron`, executable =>
    journeys(stopping((folder, data) => startDesktopInspector(executable, folder, data)))
  )
}

/** Whether journeys that do not test a carrier run in Electron as well. */
const EVERYWHERE = process.env.LEWM_CARRIERS === 'all'

/** Runs journeys in Chromium, and in Electron if all of them run there. */
export function inTheWindow(name: string, journeys: (open: Open) => void): void {
  if (EVERYWHERE) onBothCarriers(name, journeys)
  else inChromium(name, journeys)
}

/** Runs the same journeys in both, for the few that test each carrier. */
export function onBothCarriers(name: string, journeys: (open: Open) => void): void {
  inChromium(name, journeys)
  inElectron(name, journeys)
}

/** Only inside `describe`. */
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
