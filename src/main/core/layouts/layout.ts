/**
 * An on-disk layout as a value: where shards lie, what columns they have, what the index looks like. Layout 1 is what released
 * GenoLeWM packages write; layouts 2 and 3 are recognised, reported as unsupported and left alone.
 */
import type { ShardAddress } from '../../../shared/model/shard.ts'

export const CACHE_SCHEMA_VERSION = '1.0.0'
export const INDEX_DB_NAME = 'index.sqlite'
export const EMBEDDINGS_DIR = 'embeddings'
export const QUARANTINE_DIR = '.quarantine'

export type ColumnKind = 'texts' | 'integers' | 'digests' | 'booleans' | 'embedding'

export type ColumnSpec = {
  readonly name: string
  readonly kind: ColumnKind
  /** What the writer stores: bits of an integer, bytes of a digest, 0 otherwise. */
  readonly width: number
}

export type Layout = {
  readonly schemaVersion: string
  /** In the order in which the writer puts them; readers take any. */
  readonly columns: readonly ColumnSpec[]
  /** Makes the index in an empty database. */
  readonly indexSchema: readonly string[]
  /** Index columns of the key, in the order of the primary key. */
  readonly indexKey: readonly string[]
  shardPath(address: ShardAddress): string
  /** Null for a path that the layout would not give. */
  parseShardPath(shardPath: string): ShardAddress | null
}

/** The ids and contigs as they become names in a path: `/` and `\` are `__`. */
export function pathPart(value: string): string {
  return value.replaceAll('/', '__').replaceAll('\\', '__')
}

const SHARD_PATH = /^embeddings\/([^/]+)\/(-?\d+)\/([a-z_]+)_(\d+)\/chr(.+)_(\d+)\.parquet$/s

export const LAYOUT_1: Layout = {
  schemaVersion: CACHE_SCHEMA_VERSION,
  columns: [
    { name: 'chrom', kind: 'texts', width: 0 },
    { name: 'start_bp', kind: 'integers', width: 64 },
    { name: 'end_bp', kind: 'integers', width: 64 },
    { name: 'window_hash', kind: 'digests', width: 32 },
    { name: 'encoder_hash', kind: 'digests', width: 32 },
    { name: 'state_layer', kind: 'integers', width: 8 },
    { name: 'pool_type', kind: 'texts', width: 0 },
    { name: 'pool_radius', kind: 'integers', width: 32 },
    { name: 'dtype', kind: 'texts', width: 0 },
    { name: 'embedding', kind: 'embedding', width: 16 },
    { name: 'untargeted', kind: 'booleans', width: 0 },
    { name: 'created_at', kind: 'integers', width: 64 },
    { name: 'schema_version', kind: 'texts', width: 0 }
  ],
  // The statements of geno_lewm 0.2.1 to the letter: the schema text that SQLite keeps is then the same.
  indexSchema: [
    `CREATE TABLE IF NOT EXISTS window_index (
            window_hash TEXT NOT NULL,
            encoder_hash TEXT NOT NULL,
            state_layer INTEGER NOT NULL,
            pool_type TEXT NOT NULL,
            pool_radius INTEGER NOT NULL,
            dtype TEXT NOT NULL,
            shard_path TEXT NOT NULL,
            row_offset INTEGER NOT NULL,
            created_at INTEGER NOT NULL,
            PRIMARY KEY (window_hash, encoder_hash, state_layer, pool_type, pool_radius, dtype)
        )`,
    'CREATE INDEX IF NOT EXISTS idx_shard_path ON window_index(shard_path)'
  ],
  indexKey: ['window_hash', 'encoder_hash', 'state_layer', 'pool_type', 'pool_radius', 'dtype'],
  shardPath: a => `${EMBEDDINGS_DIR}/${a.encoder}/${a.stateLayer}/${a.poolType}_${a.poolRadius}/chr${a.contig}_${a.strideBlock}.parquet`,
  parseShardPath: shardPath => {
    const [, encoder, layer, poolType, radius, contig, block] = SHARD_PATH.exec(shardPath) ?? []
    if (encoder === undefined || poolType === undefined || contig === undefined) return null
    const address = {
      encoder,
      stateLayer: Number(layer),
      poolType,
      poolRadius: Number(radius),
      contig,
      strideBlock: Number(block)
    }
    const numbers = [address.stateLayer, address.poolRadius, address.strideBlock]
    // `007` or a number beyond 2^53 is not how the layout writes it.
    return numbers.every(Number.isSafeInteger) && LAYOUT_1.shardPath(address) === shardPath ? address : null
  }
}

/** Name of the newer layout that a schema version belongs to, or null when we have never heard of it. */
export function newerLayoutOf(schemaVersion: string): string | null {
  const [, major] = /^([23])\.\d+\.\d+$/.exec(schemaVersion) ?? []
  return major === undefined ? null : `layout ${major}`
}

/** Whether a path lies in the part of the tree that layout 3 keeps to itself. */
export function isLayout3Path(shardPath: string): boolean {
  return shardPath.startsWith(`${EMBEDDINGS_DIR}/v3/`)
}
