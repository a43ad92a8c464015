/** The on-disk layouts whose shards are read. The compiler asks about a new one wherever something has to be said of it. */
export const LAYOUT_VERSIONS = [1, 2] as const
export type LayoutVersion = (typeof LAYOUT_VERSIONS)[number]
