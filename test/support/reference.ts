/**
 * The caches that GenoLeWM 0.2.1 wrote, and the rows that it reads back (`test/fixtures/reference.tar.gz`). Every caller gets separate
 * files, always with the same names, bytes and times.
 */
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { z } from 'zod'
import { temporaryFolder } from './temporaryFolder.ts'

const ARCHIVE = join(import.meta.dirname, '../fixtures/reference.tar.gz')

const hash = z.string().regex(/^[0-9a-f]{64}$/)

const referenceRow = z.strictObject({
  shard_path: z.string(),
  row_offset: z.int(),
  chrom: z.string(),
  start_bp: z.int(),
  end_bp: z.int(),
  window_hash: hash,
  encoder_hash: hash,
  state_layer: z.int(),
  pool_type: z.enum(['centered_mean', 'global_mean', 'attention']),
  pool_radius: z.int(),
  dtype: z.enum(['bf16', 'fp16', 'fp32']),
  embedding_f64le: z.string().regex(/^([0-9a-f]{16})+$/),
  untargeted: z.boolean(),
  created_at: z.string().regex(/^\d+$/),
  schema_version: z.string()
})

const damageTable = z.record(z.string(), z.strictObject({ wrong: z.string().nullable(), geno_lewm: z.string() }))

/** A row as read by GenoLeWM. `embedding_f64le` is hex of float64s, little-endian. `created_at` is ns since 1970, decimal. */
export type ReferenceRow = z.infer<typeof referenceRow>

/** By shard path: the problem of the shard (null: none) and GenoLeWM's result when it reads it. */
export type DamageNotes = z.infer<typeof damageTable>

/** A private copy of a whole cache with its index. The path is the cache root. It is deleted after the test file. */
export function referenceCache(which: 'healthy' | 'unusual' | 'damaged'): string {
  const folder = temporaryFolder()
  execFileSync('tar', ['-xzf', ARCHIVE, '-C', folder, '--no-same-owner', which])
  return join(folder, which)
}

/** Every row of a cache, in the order of shard path and row offset. */
export function referenceRows(which: 'healthy' | 'unusual'): ReferenceRow[] {
  return packedText(`${which}.ndjson`)
    .trimEnd()
    .split('\n')
    .map(line => referenceRow.parse(JSON.parse(line)))
}

/** The problem of each shard in the damaged cache. */
export function damageNotes(): DamageNotes {
  return damageTable.parse(JSON.parse(packedText('damaged.json')))
}

/** The values of `embedding_f64le`. */
export function referenceEmbedding(row: ReferenceRow): Float64Array {
  const bytes = Uint8Array.from(Buffer.from(row.embedding_f64le, 'hex'))
  const view = new DataView(bytes.buffer)
  return Float64Array.from({ length: bytes.length / 8 }, (_, at) => view.getFloat64(at * 8, true))
}

function packedText(name: string): string {
  return execFileSync('tar', ['-xzOf', ARCHIVE, name], { encoding: 'utf8', maxBuffer: 2 ** 26 })
}
