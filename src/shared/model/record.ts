/** Keys and rows of the window cache, as GenoLeWM defines them (`geno_lewm.encoder.cache`, RFC-0002 §3.6). */

export const POOL_TYPES = ['centered_mean', 'global_mean', 'attention'] as const
export const DTYPES = ['bf16', 'fp16', 'fp32'] as const

export type PoolType = (typeof POOL_TYPES)[number]
export type Dtype = (typeof DTYPES)[number]

/** SHA-256 digest, 32 bytes. */
export type Hash = Uint8Array

/**
 * One embedding vector: `Float32Array` for shards that store float16 or float32 (both exact), `Float64Array` for the rare shard that stores
 * float64.
 */
export type Embedding = Float32Array | Float64Array

/** Content-addressed key of a row: one key, one row, in the whole cache. */
export type WindowKey = {
  /** SHA-256 of the window's sequence, uppercase ACGT. */
  readonly windowHash: Hash
  /** SHA-256 of the encoder's weights file. */
  readonly encoderHash: Hash
  /** int8; −1 is the last layer. */
  readonly stateLayer: number
  readonly poolType: PoolType
  /** int32, ≥ 0, in tokens. */
  readonly poolRadius: number
  /** From layout 2 on: the token that the pool is centred on, int32, ≥ 0; null for a pool of the whole window. Absent in layout 1. */
  readonly centerToken?: number | null
  /** The data type that the encoder ran in. Stored values are always float16. */
  readonly dtype: Dtype
}

/** A row without its embedding. */
export type WindowRowInfo = WindowKey & {
  readonly chrom: string
  /** 0-based, inclusive, in bp. */
  readonly startBp: bigint
  /** 0-based, exclusive, in bp; greater than `startBp`. */
  readonly endBp: bigint
  readonly untargeted: boolean
  /** UTC nanoseconds since 1970; 0 means not set. */
  readonly createdAt: bigint
  readonly schemaVersion: string
}

/** One row to write. `embedding` may hold any doubles; they are rounded to float16, ties to even. */
export type WindowRecord = WindowKey & {
  readonly chrom: string
  readonly startBp: bigint
  readonly endBp: bigint
  readonly embedding: Embedding | readonly number[]
  readonly untargeted: boolean
  readonly createdAt?: bigint
  readonly schemaVersion?: string
}

/** The location of a row. */
export type RowPlace = {
  /** Relative to the cache root, `/`-separated. */
  readonly shardPath: string
  /** 0-based. */
  readonly rowOffset: number
}
