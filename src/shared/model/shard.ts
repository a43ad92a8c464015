/** Properties of a shard that are known without reading its rows. */

/** The address of a shard, parsed from its path. */
export type ShardAddress = {
  /** The name of the folder: the encoder id with `/` and `\` replaced by `__`, which is not reversible. */
  readonly encoder: string
  readonly stateLayer: number
  readonly poolType: string
  readonly poolRadius: number
  /** As in the file name, with `/` and `\` replaced by `__`. */
  readonly contig: string
  readonly strideBlock: number
}

/** One row of the listing. Numbers from the footer are null if it cannot be read. */
export type ShardEntry = {
  /** Relative to the cache root, `/`-separated. */
  readonly shardPath: string
  /** Null for a file that is not at a path of layout 1. */
  readonly address: ShardAddress | null
  readonly bytes: number
  /** Modification time, ns since 1970. */
  readonly mtimeNs: bigint
  readonly rows: number | null
  /** Dimensions of an embedding; null if rows differ or the footer cannot be read. */
  readonly dimensions: number | null
}

/** One column chunk, from the footer. */
export type ColumnFacts = {
  readonly column: string
  readonly physicalType: string
  readonly logicalType: string | null
  readonly codec: string
  readonly encodings: readonly string[]
  readonly values: number
  readonly compressedBytes: number
  readonly uncompressedBytes: number
  readonly nulls: number | null
  readonly pageIndex: boolean
}

/** Statistics of all embedding values of a shard. Moments are over the finite values. */
export type VectorStatistics = {
  readonly values: number
  readonly finite: number
  readonly nan: number
  readonly infinite: number
  readonly zeros: number
  readonly min: number | null
  readonly max: number | null
  readonly mean: number | null
  readonly standardDeviation: number | null
  /** Smallest and largest Euclidean norm of a row whose values are all finite. */
  readonly minNorm: number | null
  readonly maxNorm: number | null
}
