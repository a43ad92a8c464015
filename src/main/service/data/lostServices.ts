/** Finds services that ended without logging it. A killed process cannot log its end, so the next service finds it in the log. */
import { z } from 'zod'
import { isGone } from '../../core/index.ts'

export const UP = 'the service is up'
export const CLOSED = 'the service is closed'
export const BUG = 'the service ends: a bug'
/** Logged with `lost`, the process. */
export const LOST = 'an earlier service ended without closing: it crashed or was killed'

const entrySchema = z.object({ pid: z.number(), time: z.number(), msg: z.string(), lost: z.number().optional() })

export type LostService = { readonly pid: number; readonly upSinceMs: number }

/**
 * @param lines of the log, oldest first
 * @returns services that started, no longer run, and have no logged end
 */
export function lostServices(lines: readonly string[]): LostService[] {
  const up = new Map<number, number>()
  for (const line of lines) {
    const entry = entrySchema.safeParse(parsed(line))
    if (!entry.success) continue
    const { pid, time, msg, lost } = entry.data
    if (msg === UP) up.set(pid, time)
    else if (msg === CLOSED || msg === BUG) up.delete(pid)
    else if (msg === LOST && lost !== undefined) up.delete(lost)
  }
  return [...up].flatMap(([pid, upSinceMs]) => (isGone(pid) ? [{ pid, upSinceMs }] : []))
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return null
  }
}
