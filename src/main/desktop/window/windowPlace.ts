/** The window's position when it was last closed. A position that no display shows any more is dropped. */
import { renameSync, writeFileSync } from 'node:fs'
import { type BrowserWindow, type Rectangle, screen } from 'electron'
import { boolean, int, minimum, object } from 'zod/mini'
import { readSmallJson } from '../../core/index.ts'

const size = int().check(minimum(1))
const placeSchema = object({ bounds: object({ x: int(), y: int(), width: size, height: size }), maximized: boolean() })

export type WindowPlace = { readonly bounds: Partial<Rectangle> & { width: number; height: number }; readonly maximized: boolean }

const FIRST: WindowPlace = { bounds: { width: 1440, height: 900 }, maximized: false }

/** The saved position, or the default. */
export function readPlace(file: string): WindowPlace {
  try {
    const place = placeSchema.parse(readSmallJson(file))
    return isSeen(place.bounds) ? place : FIRST
  } catch {
    return FIRST
  }
}

/** Saves the position of a window that is about to close. */
export function keepPlace(window: BrowserWindow, file: string): void {
  try {
    writeFileSync(`${file}.new`, `${JSON.stringify({ bounds: window.getNormalBounds(), maximized: window.isMaximized() })}\n`)
    renameSync(`${file}.new`, file)
  } catch (error) {
    // A window that opens in the centre again is no reason to keep it from closing.
    process.stderr.write(`the position of the window was not saved: ${String(error)}\n`)
  }
}

/** At least a corner that can be dragged. */
function isSeen({ x, y, width }: Rectangle): boolean {
  return screen.getAllDisplays().some(({ workArea }) => {
    const right = workArea.x + workArea.width
    return x + width > workArea.x + 100 && x < right - 100 && y >= workArea.y && y < workArea.y + workArea.height - 40
  })
}
