/** What is known of a shard without reading its rows. */

/** A shard's place in the cache, read off its path alone. */
export type ShardAddress = {
  /** The folder's name: the encoder id with `/` and `\` as `__`, which cannot be undone. */
  readonly encoder: string
  readonly stateLayer: number
  readonly poolType: string
  readonly poolRadius: number
  /** As in the file name, `/` and `\` as `__`. */
  readonly contig: string
  readonly strideBlock: number
}

/** One line of the listing. The numbers that need the footer are null where it cannot be read. */
export type ShardEntry = {
  /** Relative to the cache root, `/`-separated. */
  readonly shardPath: string
  /** Null for a file that does not lie where layout 1 would put it. */
  readonly address: ShardAddress | null
  readonly bytes: number
  /** Modification time, ns since 1970. */
  readonly mtimeNs: bigint
  readonly rows: number | null
  /** Values per embedding; null when rows differ or the footer cannot be read. */
  readonly dimensions: number | null
}

/** One column chunk as the footer tells it. */
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

/** Statistics of all embedding values of a shard; moments over the finite ones. */
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
