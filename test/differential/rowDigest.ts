/** Every field of a row as bytes, in the same form as in `peer/reader.py`: texts in UTF-8, integers in decimal, values as float64. */
import { createHash } from 'node:crypto'
import type { Embedding, WindowRowInfo } from '../../src/main/core/index.ts'

export const ROW_FIELDS = ['chrom', 'start_bp', 'end_bp', 'window_hash', 'encoder_hash', 'state_layer', 'pool_type', 'pool_radius', 'dtype',
  'embedding', 'untargeted', 'created_at', 'schema_version'] as const // biome-ignore format: a table

export function rowFields(info: WindowRowInfo, embedding: Embedding): Uint8Array[] {
  const text = (value: string | number | bigint): Buffer => Buffer.from(String(value), 'utf8')
  return [
    text(info.chrom),
    text(info.startBp),
    text(info.endBp),
    info.windowHash,
    info.encoderHash,
    text(info.stateLayer),
    text(info.poolType),
    text(info.poolRadius),
    text(info.dtype),
    float64Bytes(embedding),
    text(info.untargeted ? '1' : '0'),
    text(info.createdAt),
    text(info.schemaVersion)
  ]
}

/** All NaNs have the same form, because their bits are not guaranteed. */
function float64Bytes(values: Embedding): Buffer {
  const bytes = Buffer.alloc(values.length * 8)
  for (let i = 0; i < values.length; i++) {
    const value = values[i] ?? 0
    bytes.writeDoubleLE(Number.isNaN(value) ? Number.NaN : value, i * 8)
  }
  return bytes
}

export function digestOfRow(fields: readonly Uint8Array[]): string {
  const hash = createHash('sha256')
  for (const field of fields) hash.update(`${field.length}:`).update(field)
  return hash.digest('hex')
}

export function digestOfRows(each: readonly string[]): string {
  return createHash('sha256').update(each.join('')).digest('hex')
}
