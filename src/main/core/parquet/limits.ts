/** How much of a file is believed before it is proven: everything a shard declares is held against these first. */

export type Limits = {
  readonly footerBytes: number
  readonly pageHeaderBytes: number
  /** Compressed and uncompressed alike. */
  readonly pageBytes: number
  /** Slots of one page: values, nulls and empty lists. */
  readonly pageValues: number
  readonly listLength: number
  readonly rows: number
  /** Of one row group, whose columns are held at once. */
  readonly rowGroupRows: number
  readonly rowGroups: number
  readonly columns: number
  readonly nameBytes: number
  readonly thriftDepth: number
  /** Values in the footer's thrift tree, all told. */
  readonly thriftNodes: number
}

const MIB = 1024 * 1024

export const DEFAULT_LIMITS: Limits = {
  footerBytes: 16 * MIB,
  pageHeaderBytes: 1 * MIB,
  pageBytes: 64 * MIB,
  pageValues: 16 * MIB,
  listLength: 65_536,
  rows: 10_000_000,
  rowGroupRows: 2 * MIB,
  rowGroups: 100_000,
  columns: 256,
  nameBytes: 4096,
  thriftDepth: 16,
  thriftNodes: 500_000
}
