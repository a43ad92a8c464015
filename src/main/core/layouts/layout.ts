/** An on-disk layout as a value: where shards are, what columns they have, what the index looks like. */
import type { KeySpec } from '../../../shared/model/keySpec.ts'
import type { LayoutVersion } from '../../../shared/model/layout.ts'
import type { ShardAddress } from '../../../shared/model/shard.ts'

export const INDEX_DB_NAME = 'index.sqlite'
export const EMBEDDINGS_DIR = 'embeddings'
export const QUARANTINE_DIR = '.quarantine'

export type ColumnKind = 'texts' | 'integers' | 'digests' | 'booleans' | 'embedding'

export type ColumnSpec = {
  readonly name: string
  readonly kind: ColumnKind
  /** The stored form: bits of an integer, bytes of a digest, 0 otherwise. */
  readonly width: number
}

export type PathCodec = {
  /** Relative to the cache root, `/`-separated. */
  shardPath(address: ShardAddress): string
  /** Null for a path that the layout would not give. */
  parse(shardPath: string): ShardAddress | null
}

export type Layout = {
  readonly version: LayoutVersion
  /** The value of the column `schema_version` in each row. */
  readonly schemaVersion: string
  /** In the order in which GenoLeWM writes them. Readers take any. */
  readonly columns: readonly ColumnSpec[]
  readonly key: KeySpec
  readonly paths: PathCodec
  /** `PRAGMA user_version` of its index. */
  readonly userVersion: number
  /**
   * The statements that make its index in an empty database, with the text that GenoLeWM uses. Null for a layout that is read and never
   * written: neither its shards nor its index.
   */
  readonly indexStatements: readonly string[] | null
}

/** The ids and contigs as they become names in a path: `/` and `\` are `__`. */
export function pathPart(value: string): string {
  return value.replaceAll('/', '__').replaceAll('\\', '__')
}
