/** Limits on declared sizes, checked before memory is allocated. One set is in force for a process, and for its reader threads. */
import { InputError } from '../../../shared/model/errors.ts'
import { type FaultPlace, type ShardFault, shardFault } from './shardFault.ts'

export type Limits = {
  readonly footerBytes: number
  readonly pageHeaderBytes: number
  /** Compressed and uncompressed. */
  readonly pageBytes: number
  /** Slots of one page: values, nulls and empty lists. */
  readonly pageValues: number
  /** Texts of one page, and distinct texts of one column, because each costs an object. */
  readonly texts: number
  readonly listLength: number
  readonly rows: number
  /** Of one row group, whose columns are in memory at the same time. */
  readonly rowGroupRows: number
  /** Decoded bytes of one column of one row group, if all of it must be in memory: only columns of unusual form. */
  readonly columnBytes: number
  readonly rowGroups: number
  readonly columns: number
  readonly nameBytes: number
  readonly thriftDepth: number
  /** Total number of structs and list values in the footer. */
  readonly thriftNodes: number
  /** For reading one shard; null is one minute plus one second per MB. */
  readonly shardMs: number | null
}

const KIB = 1024
const MIB = 1024 * KIB

export const DEFAULT_LIMITS: Limits = {
  footerBytes: 64 * MIB,
  pageHeaderBytes: 1 * MIB,
  pageBytes: 64 * MIB,
  pageValues: 16 * MIB,
  texts: 1 * MIB,
  listLength: 65_536,
  rows: 10_000_000,
  rowGroupRows: 2 * MIB,
  columnBytes: 256 * MIB,
  rowGroups: 100_000,
  columns: 256,
  nameBytes: 4096,
  thriftDepth: 64,
  thriftNodes: 4_000_000,
  shardMs: null
}

/** The name and unit of each limit, and its maximum, beyond which JavaScript itself fails. */
export type LimitName = { readonly name: string; readonly unit: 'bytes' | 'count' | 'time'; readonly most: number }

export const LIMIT_NAMES: Readonly<Record<keyof Limits, LimitName>> = {
  footerBytes: { name: 'footer', unit: 'bytes', most: 1024 * MIB },
  pageHeaderBytes: { name: 'page-header', unit: 'bytes', most: 1024 * MIB },
  pageBytes: { name: 'page', unit: 'bytes', most: 2047 * MIB },
  pageValues: { name: 'page-values', unit: 'count', most: 1_000_000_000 },
  texts: { name: 'texts', unit: 'count', most: 16_000_000 },
  listLength: { name: 'list', unit: 'count', most: 1_000_000_000 },
  rows: { name: 'rows', unit: 'count', most: 100_000_000 },
  rowGroupRows: { name: 'group-rows', unit: 'count', most: 100_000_000 },
  columnBytes: { name: 'column', unit: 'bytes', most: 16 * 1024 * MIB },
  rowGroups: { name: 'groups', unit: 'count', most: 1_000_000 },
  columns: { name: 'columns', unit: 'count', most: 100_000 },
  nameBytes: { name: 'name', unit: 'bytes', most: 1 * MIB },
  thriftDepth: { name: 'depth', unit: 'count', most: 500 },
  thriftNodes: { name: 'footer-values', unit: 'count', most: 20_000_000 },
  shardMs: { name: 'time', unit: 'time', most: 7 * 86_400_000 }
}

/** The environment variable with limits for the window, `serve` and the command line. */
export const LIMITS_VARIABLE = 'LEWM_CACHE_LIMITS'

let inForce = DEFAULT_LIMITS

export function limitsInForce(): Limits {
  return inForce
}

/**
 * Sets the limits of this process, and of the reader threads that it starts. Omitted limits have their default. Call it at the start: an
 * open shard keeps the limits under which it was opened.
 * @throws InputError for an invalid number
 */
export function setLimits(limits: Partial<Limits>): void {
  for (const key of limitKeys()) {
    const value = limits[key]
    if (value !== undefined && !(key === 'shardMs' && value === null)) checkLimit(key, value)
  }
  inForce = { ...DEFAULT_LIMITS, ...limits }
}

/** Takes over the limits of the thread that started this one. */
export function adoptLimits(limits: Limits): void {
  inForce = limits
}

export function limitKeys(): (keyof Limits)[] {
  const keys: Record<keyof Limits, unknown> = LIMIT_NAMES
  return Object.keys(keys).filter((key): key is keyof Limits => key in DEFAULT_LIMITS)
}

/** @throws InputError */
export function checkLimit(key: keyof Limits, value: unknown): void {
  const { name, most } = LIMIT_NAMES[key]
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 1 && value <= most) return
  throw new InputError(`the limit ${name} must be from 1 to ${limitText(key, most)}`, { field: name, value: String(value) })
}

const BYTES = [
  ['GiB', 1024 * MIB],
  ['MiB', MIB],
  ['KiB', KIB]
] as const
const TIMES = [
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1000],
  ['ms', 1]
] as const

/** The units of a limit's value with their sizes; the largest first. */
export function unitsOf({ unit }: LimitName): readonly (readonly [string, number])[] {
  return unit === 'bytes' ? BYTES : unit === 'time' ? TIMES : []
}

/** A value in the form that is accepted as input: `64MiB`, `10000000`, `90s`. */
export function limitText(key: keyof Limits, value: number): string {
  const unit = unitsOf(LIMIT_NAMES[key]).find(([, size]) => value % size === 0)
  return unit === undefined ? String(value) : `${value / unit[1]}${unit[0]}`
}

const HOW_TO_RAISE = `--read-limit or ${LIMITS_VARIABLE} raises it`

/**
 * The error for a shard that exceeds a limit.
 * @param claim the declared size: `a page of embedding takes 70000000 bytes`
 */
export function overLimit(key: Exclude<keyof Limits, 'shardMs'>, claim: string, limits: Limits, place: FaultPlace = {}): ShardFault {
  const { name } = LIMIT_NAMES[key]
  const value = limitText(key, limits[key])
  const details = { ...place.details, limit: name, limit_value: limits[key] }
  return shardFault('over_limit', { claim, limit: `${name}=${value}; ${HOW_TO_RAISE}` }, { ...place, details })
}

/** Time limit for reading a shard of this size, ms: by default one minute plus the time that the slowest disk needs for its bytes. */
export function shardTimeMs({ shardMs }: Limits, bytes: number): number {
  return shardMs ?? 60_000 + bytes / 1000
}

/** The error for a shard that takes too long to read. Its contents are unknown. */
export function overTime(ms: number): ShardFault {
  const { name } = LIMIT_NAMES.shardMs
  const why = overtimeText(ms)
  return shardFault('over_limit', { tookTooLong: why }, { details: { reason: why, limit: name, limit_value: ms } })
}

export function overtimeText(ms: number): string {
  const time = ms < 1000 ? `${Math.round(ms)} ms` : `${Math.round(ms / 100) / 10} s`
  return `it took longer than ${time}, its limit of ${LIMIT_NAMES.shardMs.name}; ${HOW_TO_RAISE}`
}
