/** Checks keys and records before anything is written or searched. Errors name the field and the value. */
import { InputError } from '../../../shared/model/errors.ts'
import { ALL_KEY_PARTS, KEY_PARTS } from '../../../shared/model/keySpec.ts'
import { DTYPES, POOL_TYPES, type WindowKey, type WindowRecord } from '../../../shared/model/record.ts'
import { limitsInForce } from '../limits/limits.ts'
import { centerTokenFault } from './centerToken.ts'
import { CACHE_SCHEMA_VERSION, WRITTEN_KEY, WRITTEN_LAYOUT } from './registry.ts'

const INT32_MAX = 2 ** 31 - 1
const INT64_MIN = -(2n ** 63n)
const INT64_MAX = 2n ** 63n - 1n

function refuse(message: string, field: string, value: unknown): never {
  throw new InputError(message, { field, value: typeof value === 'bigint' ? String(value) : value })
}

/** @throws InputError unless `value` is 32 bytes */
function checkHash(field: string, value: unknown): void {
  if (!(value instanceof Uint8Array) || value.length !== 32) {
    const found = value instanceof Uint8Array ? `${value.length} bytes` : typeof value
    refuse(`${field} must be 32 bytes, not ${found}`, field, found)
  }
}

/** @throws InputError unless the pool type is known and the radius a whole number from 0 */
export function checkPool(poolType: string, poolRadius: number): void {
  if (!POOL_TYPES.some(known => known === poolType)) {
    refuse(`unsupported pool_type ${JSON.stringify(poolType)}: it is one of ${POOL_TYPES.join(', ')}`, 'pool_type', poolType)
  }
  if (!Number.isSafeInteger(poolRadius) || poolRadius < 0) {
    refuse(`pool_radius must be a non-negative integer, not ${poolRadius}`, 'pool_radius', poolRadius)
  }
}

/** @throws InputError unless the layer is a whole number */
export function checkStateLayer(stateLayer: number): void {
  if (!Number.isSafeInteger(stateLayer)) refuse(`state_layer must be an integer, not ${stateLayer}`, 'state_layer', stateLayer)
}

/** @throws InputError naming the field of the key that cannot be */
export function checkKey(key: WindowKey): void {
  checkHash('window_hash', key.windowHash)
  checkHash('encoder_hash', key.encoderHash)
  checkStateLayer(key.stateLayer)
  checkPool(key.poolType, key.poolRadius)
  if (!DTYPES.some(known => known === key.dtype)) {
    refuse(`unsupported dtype ${JSON.stringify(key.dtype)}: it is one of ${DTYPES.join(', ')}`, 'dtype', key.dtype)
  }
  checkCentre(key)
}

/** Without one a key means rows that have none, also where the pool needs one: a search for it finds nothing. */
function checkCentre({ poolType, centerToken = null }: WindowKey): void {
  if (centerToken === null) return
  const { column } = KEY_PARTS.centerToken
  if (!Number.isSafeInteger(centerToken)) refuse(`${column} must be a non-negative integer, not ${centerToken}`, column, centerToken)
  const fault = centerTokenFault(poolType, centerToken)
  if (fault !== null) refuse(`the key ${fault}`, column, centerToken)
}

/** @throws InputError naming the field of the record that cannot be, or does not fit the column it goes to */
export function checkRecord(record: WindowRecord): void {
  checkKey(record)
  for (const { field, column } of ALL_KEY_PARTS) {
    if (WRITTEN_KEY.some(part => part.field === field) || (record[field] ?? null) === null) continue
    refuse(`${column} is not part of layout ${WRITTEN_LAYOUT.version}, which is written`, column, record[field])
  }
  if (record.stateLayer < -128 || record.stateLayer > 127) {
    refuse(`state_layer ${record.stateLayer} does not fit an int8 (-128 to 127)`, 'state_layer', record.stateLayer)
  }
  if (record.poolRadius > INT32_MAX) refuse(`pool_radius ${record.poolRadius} does not fit an int32`, 'pool_radius', record.poolRadius)
  if (record.chrom === '') refuse('chrom must be non-empty', 'chrom', record.chrom)
  checkInt64('start_bp', record.startBp)
  checkInt64('end_bp', record.endBp)
  if (record.createdAt !== undefined) checkInt64('created_at', record.createdAt)
  if (record.endBp <= record.startBp) {
    refuse(`end_bp must be greater than start_bp: ${record.endBp} is not beyond ${record.startBp}`, 'end_bp', record.endBp)
  }
  if (record.embedding.length === 0) refuse('embedding must contain at least one value', 'embedding', [])
  const { listLength } = limitsInForce()
  if (record.embedding.length > listLength) {
    refuse(
      `embedding has ${record.embedding.length} values, more than the ${listLength} that a reader takes`,
      'embedding',
      record.embedding.length
    )
  }
  // A typed array holds nothing but numbers.
  for (let i = 0; i < record.embedding.length && !ArrayBuffer.isView(record.embedding); i++) {
    if (typeof record.embedding[i] !== 'number')
      refuse(`embedding values must be numeric: value ${i} is not`, 'embedding', record.embedding[i])
  }
  if (record.schemaVersion !== undefined && record.schemaVersion !== CACHE_SCHEMA_VERSION) {
    const version = JSON.stringify(record.schemaVersion)
    refuse(
      `unsupported cache schema_version ${version}: the supported version is ${CACHE_SCHEMA_VERSION}`,
      'schema_version',
      record.schemaVersion
    )
  }
}

function checkInt64(field: string, value: bigint): void {
  if (typeof value !== 'bigint' || value < INT64_MIN || value > INT64_MAX) refuse(`${field} must be a 64-bit integer`, field, value)
}
