/** Keys as an index spells them. */
import { ALL_KEY_PARTS, KEY_PARTS, type KeyPart, type KeySpec } from '../../../shared/model/keySpec.ts'
import type { WindowKey } from '../../../shared/model/record.ts'
import { hex } from '../base/hex.ts'
import { isDtype, isPoolType } from '../shards/rowValues.ts'

type Spelled<T> = Exclude<T, null | undefined> extends number ? number : string

/** A key with hashes in hex, and a number for "none". It has the parts of its layout and no others. */
export type EntryKey = { readonly [F in keyof WindowKey]: Spelled<WindowKey[F]> }

/**
 * A key as the index of a layout spells it.
 * @returns null for a key that the layout cannot hold
 */
export function spellKey(spec: KeySpec, key: WindowKey): EntryKey | null {
  if (ALL_KEY_PARTS.some(part => !spec.includes(part) && (key[part.field] ?? null) !== null)) return null
  return Object.fromEntries(spec.map(part => [part.field, spelled(part, key[part.field])])) as EntryKey
}

function spelled({ none }: KeyPart, value: WindowKey[keyof WindowKey]): string | number | null {
  return value instanceof Uint8Array ? hex(value) : (value ?? none)
}

/**
 * The values of a key in the order of a layout's index.
 * @returns null for a key of another layout
 */
export function valuesOfKey(spec: KeySpec, key: EntryKey): unknown[] | null {
  const values = spec.map(({ field }) => key[field])
  const parts = ALL_KEY_PARTS.reduce((count, { field }) => (key[field] === undefined ? count : count + 1), 0)
  return parts === spec.length && !values.includes(undefined) ? values : null
}

/** The key that an entry says a row has; null for one that no row can have. */
export function keyOfEntry(entry: EntryKey): WindowKey | null {
  const { poolType, dtype } = entry
  if (!isPoolType(poolType) || !isDtype(dtype)) return null
  const parts = ALL_KEY_PARTS.flatMap(({ field, kind, none }) => {
    const value = entry[field]
    if (value === undefined) return []
    return [[field, kind === 'digests' ? Buffer.from(String(value), 'hex') : value === none ? null : value]]
  })
  return Object.fromEntries(parts) as WindowKey
}

/**
 * A key in JSON, by the names of the columns.
 * @returns null for what is no key: one whose parts have other types, or none that a layout needs
 */
export function keyInJson(fields: Readonly<Record<string, unknown>>): EntryKey | null {
  const key: Partial<Record<keyof EntryKey, unknown>> = {}
  for (const { field, column, kind, none } of ALL_KEY_PARTS) {
    const value = fields[column]
    if (value === undefined && none !== null) continue
    if (typeof value !== (kind === 'integers' ? 'number' : 'string')) return null
    key[field] = value
  }
  return key as EntryKey
}

/** The same without the window. */
export function configurationInJson(fields: Readonly<Record<string, unknown>>): Omit<EntryKey, 'windowHash'> | null {
  const key = keyInJson({ ...fields, [KEY_PARTS.windowHash.column]: '' })
  if (key === null) return null
  const { windowHash: _window, ...configuration } = key
  return configuration
}
