/** Which layout a shard, an index or a path is of. Files of other layouts belong to another GenoLeWM, and are left unchanged. */
import type { KeySpec } from '../../../shared/model/keySpec.ts'
import type { ShardAddress } from '../../../shared/model/shard.ts'
import { EMBEDDINGS_DIR, type Layout } from './layout.ts'
import { ALL_LAYOUTS, WRITTEN_LAYOUT } from './registry.ts'

const PATH_CODECS = new Set(ALL_LAYOUTS.map(({ paths }) => paths))

/** Where a path puts a shard; null for a path that no layout would give. */
export function addressOf(shardPath: string): ShardAddress | null {
  for (const codec of PATH_CODECS) {
    const address = codec.parse(shardPath)
    if (address !== null) return address
  }
  return null
}

/** Layouts whose columns a shard has, the newest first: its rows say which of them it is. */
export function layoutsWithin(columns: ReadonlySet<string>): readonly Layout[] {
  return ALL_LAYOUTS.filter(layout => layout.columns.every(({ name }) => columns.has(name)))
}

/** The layout of rows with a schema version; null for a version that is not read. */
export function layoutOfRows(schemaVersion: string): Layout | null {
  return ALL_LAYOUTS.find(layout => layout.schemaVersion === schemaVersion) ?? null
}

/** Name of the newer layout that a schema version belongs to, or null for a version of which nothing is known. */
export function newerLayoutOf(schemaVersion: string): string | null {
  const [, major] = /^([23])\.\d+\.\d+$/.exec(schemaVersion) ?? []
  return major === undefined ? null : `layout ${major}`
}

/** Whether a path is in the part of the tree that layout 3 keeps to itself. */
export function isLayout3Path(shardPath: string): boolean {
  return shardPath.startsWith(`${EMBEDDINGS_DIR}/v3/`) && addressOf(shardPath) === null
}

/** A column of the table of an index; `key` is its position in the primary key from 1, or 0. */
export type IndexColumn = { readonly name: string; readonly type: string; readonly key: number; readonly notNull: boolean }

/** The columns of a layout's index. */
export function indexColumns({ key }: Layout): readonly IndexColumn[] {
  return [
    ...key.map(({ column, kind }, i) => ({ name: column, type: kind === 'integers' ? 'INTEGER' : 'TEXT', key: i + 1, notNull: true })),
    { name: 'shard_path', type: 'TEXT', key: 0, notNull: true },
    { name: 'row_offset', type: 'INTEGER', key: 0, notNull: true },
    { name: 'created_at', type: 'INTEGER', key: 0, notNull: true }
  ]
}

/** An index, by what its file says of itself. */
export type IndexKind =
  /** Of a layout that is read. Of the layout that is written it may still be a damaged form. */
  | { readonly layout: Layout; readonly other: null }
  /** Of another GenoLeWM: which one, as a phrase. */
  | { readonly layout: null; readonly other: string }

/** @param columns none if there is no such table */
export function layoutOfIndex(userVersion: number, columns: readonly IndexColumn[]): IndexKind {
  if (userVersion === WRITTEN_LAYOUT.userVersion) {
    const other = otherColumns(columns)
    return other === null ? { layout: WRITTEN_LAYOUT, other } : { layout: null, other }
  }
  // Exactly as GenoLeWM creates it, because a damaged form could not be distinguished from another generation.
  const found = columns.every(({ notNull }) => notNull) ? columnsText(columns) : null
  const layout = ALL_LAYOUTS.find(each => each.userVersion === userVersion && columnsText(indexColumns(each)) === found)
  return layout === undefined ? { layout: null, other: generationText(userVersion) } : { layout, other: null }
}

/** The columns as one text, the same for the same columns. */
export function columnsText(columns: readonly IndexColumn[]): string {
  return columns.map(({ name, type, key }) => `${name} ${type}${key > 0 ? ` key ${key}` : ''}`).join(', ')
}

/** An early layout 3 has the index of layout 2. */
const LAYOUT_OF_VERSION: Readonly<Record<number, string>> = { 2: 'layout 2 or an early layout 3', 4: 'layout 3' }

/** Which GenoLeWM sets a `PRAGMA user_version`, as a phrase. */
export function generationText(userVersion: number): string {
  return `${LAYOUT_OF_VERSION[userVersion] ?? 'an unknown layout'}, user_version ${userVersion}`
}

/** Why the text of a schema is not of the layout that is written; null if it may be. */
export function otherSchemaText(sql: string): string | null {
  const foreign = ALL_LAYOUTS.flatMap(({ key }) => namesOf(key)).filter(name => !namesOf(WRITTEN_LAYOUT.key).includes(name))
  return foreign.some(name => sql.includes(name)) ? 'a newer layout' : null
}

function namesOf(key: KeySpec): string[] {
  return key.map(({ column }) => column)
}

const WRITTEN_KEY = namesOf(WRITTEN_LAYOUT.key)
const WRITTEN_COLUMNS = indexColumns(WRITTEN_LAYOUT).map(({ name }) => name)

function otherColumns(columns: readonly IndexColumn[]): string | null {
  const key = columns.filter(column => column.key > 0).map(({ name }) => name.toLowerCase())
  // A table without a key is damage: each layout has one.
  if (key.length === 0) return null
  const names = columns.map(({ name }) => name.toLowerCase())
  const lost = WRITTEN_COLUMNS.filter(name => !names.includes(name))
  const added = names.find(name => !WRITTEN_COLUMNS.includes(name) && !lost.some(known => isDamaged(name, known)))
  if (added !== undefined) return `an unknown layout, with a column ${JSON.stringify(added.slice(0, 80))}`
  if (WRITTEN_KEY.every(name => key.includes(name) || key.some(other => isDamaged(other, name)))) return null
  return `an unknown layout, with the key ${key.join(', ').slice(0, 200)}`
}

/** A flipped bit changes one character of a name. */
function isDamaged(name: string, known: string): boolean {
  if (name.length !== known.length) return false
  return [...name].filter((letter, i) => letter !== known[i]).length === 1
}
