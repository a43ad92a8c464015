/** Constants of the contract, without a schema: the window imports them and not zod. */

/** Pages of tables hold at most this many rows. */
export const PAGE_ROWS = 500
/** Raw rows in an answer. A row may be a vector of thousands of values, of which only the first ones are sent. */
export const RAW_ROWS = 100
/** Reader threads that a job may be given. */
export const MAX_WORKERS = 256

/** Health of a shard. The window shows each with a shape and a word beside its colour. */
export const HEALTHS = ['verified', 'unverified', 'readable', 'suspect', 'damaged', 'missing', 'unsupported', 'unreadable'] as const

/** Formats of a list of missing rows: one key a line, or the window of each as BED. */
export const LOST_FORMATS = ['ndjson', 'bed'] as const

/** Columns by which the service sorts shards. */
export const SHARD_SORTS = ['shardPath', 'rows', 'dimensions', 'bytes', 'modifiedMs', 'verifiedAtMs', 'health'] as const
