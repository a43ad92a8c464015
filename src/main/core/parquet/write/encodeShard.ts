/** Encodes records as a layout 1 shard with pyarrow's types, so that GenoLeWM reads it like its own. */
import type { WindowRecord } from '../../../../shared/model/record.ts'
import { roundToFloat16 } from '../encodings/float16.ts'
import type { ColumnInput } from './columnInput.ts'
import { encodeParquet } from './encodeParquet.ts'

/** The arrangement of the embedding's float16 values. */
export type EmbeddingEncoding = 'plain' | 'byte_stream_split'

/** The value that pyarrow 26 stores under this key for the schema of geno_lewm 0.2.1. The interop tests compare it with pyarrow. */
export const ARROW_SCHEMA =
  '/////yADAAAQAAAAAAAKAAwABgAFAAgACgAAAAABBAAMAAAACAAIAAAABAAIAAAABAAAAA0AAADAAgAAcAIAADwCAAAAAgAAyAEAAJABAABgAQAAKAEAAPwAAACgAAAAcAAAADgAAAAEAAAAhP3//wAAAQUQAAAAIAAAAAQAAAAAAAAADgAAAHNjaGVtYV92ZXJzaW9uAAB8/f//tP3//wAAAQIQAAAAHAAAAAQAAAAAAAAACgAAAGNyZWF0ZWRfYXQAAPD9//8AAAABQAAAAOj9//8AAAEGEAAAABwAAAAEAAAAAAAAAAoAAAB1bnRhcmdldGVkAADc/f//FP7//wAAAQwUAAAAIAAAAAQAAAABAAAAGAAAAAkAAABlbWJlZGRpbmcAAAAM/v//RP7//wAAAQMQAAAAGAAAAAQAAAAAAAAABAAAAGl0ZW0AAAAANP7//2z+//8AAAEFEAAAABgAAAAEAAAAAAAAAAUAAABkdHlwZQAAAFz+//+U/v//AAABAhAAAAAcAAAABAAAAAAAAAALAAAAcG9vbF9yYWRpdXMA0P7//wAAAAEgAAAAyP7//wAAAQUQAAAAHAAAAAQAAAAAAAAACQAAAHBvb2xfdHlwZQAAALz+///0/v//AAABAhAAAAAcAAAABAAAAAAAAAALAAAAc3RhdGVfbGF5ZXIAMP///wAAAAEIAAAAKP///wAAAQ8QAAAAIAAAAAQAAAAAAAAADAAAAGVuY29kZXJfaGFzaAAAAADO////IAAAAFz///8AAAEPEAAAACQAAAAEAAAAAAAAAAsAAAB3aW5kb3dfaGFzaAAAAAYACAAEAAYAAAAgAAAAlP///wAAAQIQAAAAGAAAAAQAAAAAAAAABgAAAGVuZF9icAAAzP///wAAAAFAAAAAxP///wAAAQIQAAAAJAAAAAQAAAAAAAAACAAAAHN0YXJ0X2JwAAAAAAgADAAIAAcACAAAAAAAAAFAAAAAEAAUAAgABgAHAAwAAAAQABAAAAAAAAEFEAAAABwAAAAEAAAAAAAAAAUAAABjaHJvbQAAAAQABAAEAAAAAAAAAA=='

export const CREATED_BY = 'geno-lewm-cache-inspector'

/** Embeddings rounded to float16. Record i has the values from `offsets[i]` to `offsets[i + 1]`. */
export type RoundedEmbeddings = {
  readonly offsets: Uint32Array
  readonly float16s: Uint16Array
  /** Number of finite values that became infinities. */
  readonly overflowed: number
}

/** Rounds every embedding to float16, ties to even. */
export function roundEmbeddings(records: readonly WindowRecord[]): RoundedEmbeddings {
  const offsets = new Uint32Array(records.length + 1)
  for (const [i, { embedding }] of records.entries()) offsets[i + 1] = (offsets[i] ?? 0) + embedding.length
  const float16s = new Uint16Array(offsets[records.length] ?? 0)
  let overflowed = 0
  for (const [i, { embedding }] of records.entries()) overflowed += roundToFloat16(embedding, float16s, offsets[i] ?? 0)
  return { offsets, float16s, overflowed }
}

/** A record with all values of a row. */
export type CompleteRecord = WindowRecord & { readonly createdAt: bigint; readonly schemaVersion: string }

/**
 * Encodes records as one shard.
 * @returns the file's bytes in pieces
 */
export function encodeShard(records: readonly CompleteRecord[], rounded: RoundedEmbeddings, encoding: EmbeddingEncoding): Uint8Array[] {
  const columns: ColumnInput[] = [
    textColumn(
      'chrom',
      records.map(r => r.chrom)
    ),
    longColumn(
      'start_bp',
      records.map(r => r.startBp)
    ),
    longColumn(
      'end_bp',
      records.map(r => r.endBp)
    ),
    digestColumn(
      'window_hash',
      records.map(r => r.windowHash),
      'PLAIN'
    ),
    digestColumn(
      'encoder_hash',
      records.map(r => r.encoderHash),
      'RLE_DICTIONARY'
    ),
    intColumn(
      'state_layer',
      records.map(r => r.stateLayer),
      'INT8'
    ),
    textColumn(
      'pool_type',
      records.map(r => r.poolType)
    ),
    intColumn(
      'pool_radius',
      records.map(r => r.poolRadius),
      null
    ),
    textColumn(
      'dtype',
      records.map(r => r.dtype)
    ),
    embeddingColumn(rounded, encoding),
    booleanColumn(
      'untargeted',
      records.map(r => r.untargeted)
    ),
    longColumn(
      'created_at',
      records.map(r => r.createdAt)
    ),
    textColumn(
      'schema_version',
      records.map(r => r.schemaVersion)
    )
  ]
  return encodeParquet({
    rows: records.length,
    columns,
    keyValues: [{ key: 'ARROW:schema', value: ARROW_SCHEMA }],
    createdBy: CREATED_BY
  })
}

/** A column of texts that stores each distinct text once. */
export function textColumn(name: string, values: readonly string[]): ColumnInput {
  const cache = new Map<string, Uint8Array>()
  const bytes = values.map(value => {
    const known = cache.get(value) ?? Buffer.from(value, 'utf8')
    cache.set(value, known)
    return known
  })
  return {
    name,
    physicalType: 'BYTE_ARRAY',
    width: 0,
    logicalType: 'STRING',
    encoding: 'RLE_DICTIONARY',
    values: { kind: 'binary', values: bytes }
  }
}

export function longColumn(name: string, values: readonly bigint[]): ColumnInput {
  const bytes = new Uint8Array(BigInt64Array.from(values).buffer)
  return { name, physicalType: 'INT64', width: 8, logicalType: null, encoding: 'PLAIN', values: { kind: 'fixed', bytes } }
}

export function intColumn(name: string, values: readonly number[], logicalType: 'INT8' | null): ColumnInput {
  const bytes = new Uint8Array(Int32Array.from(values).buffer)
  return { name, physicalType: 'INT32', width: 4, logicalType, encoding: 'RLE_DICTIONARY', values: { kind: 'fixed', bytes } }
}

export function digestColumn(name: string, values: readonly Uint8Array[], encoding: 'PLAIN' | 'RLE_DICTIONARY'): ColumnInput {
  const width = values[0]?.length ?? 32
  return {
    name,
    physicalType: 'FIXED_LEN_BYTE_ARRAY',
    width,
    logicalType: null,
    encoding,
    values: { kind: 'fixed', bytes: Buffer.concat(values) }
  }
}

export function booleanColumn(name: string, values: readonly boolean[]): ColumnInput {
  const bits = Uint8Array.from(values, value => (value ? 1 : 0))
  return { name, physicalType: 'BOOLEAN', width: 0, logicalType: null, encoding: 'PLAIN', values: { kind: 'booleans', values: bits } }
}

/** The embeddings as `list<float16>`, every row with its values. */
function embeddingColumn(rounded: RoundedEmbeddings, encoding: EmbeddingEncoding): ColumnInput {
  const { offsets, float16s } = rounded
  const repetition = new Uint8Array(float16s.length).fill(1)
  for (let i = 0; i + 1 < offsets.length; i++) repetition[offsets[i] ?? 0] = 0
  return {
    name: 'embedding',
    physicalType: 'FIXED_LEN_BYTE_ARRAY',
    width: 2,
    logicalType: 'FLOAT16',
    encoding: encoding === 'plain' ? 'PLAIN' : 'BYTE_STREAM_SPLIT',
    values: { kind: 'fixed', bytes: new Uint8Array(float16s.buffer, float16s.byteOffset, float16s.byteLength) },
    lists: { repetition, definition: null },
    // Higher levels do not compress embeddings further, and take up to seven times as long.
    compressionLevel: 1
  }
}
