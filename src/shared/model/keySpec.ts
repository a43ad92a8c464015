/**
 * The parts of a row's key in each layout. Key columns, the SQL on an index, the options of the command line and the identity that the
 * window shows all follow from these lists.
 */
import type { LayoutVersion } from './layout.ts'
import type { WindowKey } from './record.ts'

export type KeyField = keyof WindowKey

export type KeyPart = {
  readonly field: KeyField
  /** Its column in shards and indexes, and its name in JSON. */
  readonly column: string
  readonly kind: 'digests' | 'integers' | 'texts'
  /** The stored form: bits of an integer, bytes of a digest, 0 for text. */
  readonly width: number
  /** The value in the index for a row without one; null if each row has one. */
  readonly none: number | null
}

/** The parts in the order of the primary key of an index. */
export type KeySpec = readonly KeyPart[]

const WINDOW_HASH: KeyPart = { field: 'windowHash', column: 'window_hash', kind: 'digests', width: 32, none: null }
const ENCODER_HASH: KeyPart = { field: 'encoderHash', column: 'encoder_hash', kind: 'digests', width: 32, none: null }
const STATE_LAYER: KeyPart = { field: 'stateLayer', column: 'state_layer', kind: 'integers', width: 8, none: null }
const POOL_TYPE: KeyPart = { field: 'poolType', column: 'pool_type', kind: 'texts', width: 0, none: null }
const POOL_RADIUS: KeyPart = { field: 'poolRadius', column: 'pool_radius', kind: 'integers', width: 32, none: null }
const CENTER_TOKEN: KeyPart = { field: 'centerToken', column: 'center_token', kind: 'integers', width: 32, none: -1 }
const DTYPE: KeyPart = { field: 'dtype', column: 'dtype', kind: 'texts', width: 0, none: null }

export const KEY_SPECS: Readonly<Record<LayoutVersion, KeySpec>> = {
  1: [WINDOW_HASH, ENCODER_HASH, STATE_LAYER, POOL_TYPE, POOL_RADIUS, DTYPE],
  2: [WINDOW_HASH, ENCODER_HASH, STATE_LAYER, POOL_TYPE, POOL_RADIUS, CENTER_TOKEN, DTYPE]
}

/** Every part that a key of any layout has. */
export const KEY_PARTS: Readonly<Record<KeyField, KeyPart>> = {
  windowHash: WINDOW_HASH,
  encoderHash: ENCODER_HASH,
  stateLayer: STATE_LAYER,
  poolType: POOL_TYPE,
  poolRadius: POOL_RADIUS,
  centerToken: CENTER_TOKEN,
  dtype: DTYPE
}

/** The same in the order of a key. A key lacks the parts that its layout does not have. */
export const ALL_KEY_PARTS: KeySpec = Object.values(KEY_PARTS)

/** The parts of a key as JSON writes them: null for "none", nothing for a part that the key does not have. */
export function keyFieldsOf<K extends Partial<Record<KeyField, unknown>>>(key: K): Partial<Pick<K, KeyField>> {
  const fields: Partial<Record<KeyField, unknown>> = {}
  for (const { field } of ALL_KEY_PARTS) if (key[field] !== undefined) fields[field] = key[field]
  return fields as Partial<Pick<K, KeyField>>
}
