/** Constants of the contract, without schemas, so that the window can import them without zod. */

/** Maximum number of rows in a page of a table. */
export const PAGE_ROWS = 500
/** Maximum number of raw rows in a response. A row may be a vector of thousands of values, of which only the first ones are sent. */
export const RAW_ROWS = 100
/** Maximum number of reader threads of a job. */
export const MAX_WORKERS = 256

/** Formats of a list of missing rows: one key per line, or the window of each as BED. */
export const LOST_FORMATS = ['ndjson', 'bed'] as const

/** Columns by which the service sorts shards. */
export const SHARD_SORTS = ['shardPath', 'rows', 'dimensions', 'bytes', 'modifiedMs', 'verifiedAtMs', 'health'] as const
