/** Layout 1, schema version 1.0.0: what every released GenoLeWM package writes. */
import { KEY_SPECS } from '../../../shared/model/keySpec.ts'
import { BLOCK_PATHS } from './blockPaths.ts'
import type { Layout } from './layout.ts'

export const LAYOUT_1 = {
  version: 1,
  schemaVersion: '1.0.0',
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
  key: KEY_SPECS[1],
  paths: BLOCK_PATHS,
  userVersion: 0,
  // The statements of geno_lewm 0.2.1 to the letter: the schema text that SQLite keeps is then the same.
  indexStatements: [
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
  ]
} as const satisfies Layout
