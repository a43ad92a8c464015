/** A log line for reading: time, level, message and the remaining fields. */
import { z } from 'zod/mini'

const LEVELS: Readonly<Record<number, string>> = { 10: 'trace', 20: 'debug', 30: 'info', 40: 'warn', 50: 'ERROR', 60: 'FATAL' }

const lineSchema = z.looseObject({ time: z.union([z.number(), z.string()]), level: z.union([z.number(), z.string()]), msg: z.string() })

const ALWAYS_THE_SAME = new Set(['time', 'level', 'msg', 'pid', 'hostname', 'name', 'v'])

/** Returns a line of any other form unchanged. */
export function readableLine(line: string): string {
  const parsed = lineSchema.safeParse(jsonOf(line))
  if (!parsed.success) return line
  const { time, level, msg } = parsed.data
  const at = new Date(time)
  const when = Number.isNaN(at.getTime()) ? String(time) : at.toISOString().replace('T', ' ').replace('Z', '')
  const rest = Object.entries(parsed.data).filter(([name]) => !ALWAYS_THE_SAME.has(name))
  const facts = rest.map(([name, value]) => ` ${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`)
  return `${when}  ${typeof level === 'number' ? (LEVELS[level] ?? level) : level}  ${msg}${facts.join('')}`
}

function jsonOf(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return null
  }
}
