/** Every layout whose shards are read, by its version. */
import type { LayoutVersion } from '../../../shared/model/layout.ts'
import type { Layout } from './layout.ts'
import { LAYOUT_1 } from './layout1.ts'
import { LAYOUT_2 } from './layout2.ts'

export const LAYOUTS: Readonly<Record<LayoutVersion, Layout>> = { 1: LAYOUT_1, 2: LAYOUT_2 }

/** The newest first. */
export const ALL_LAYOUTS: readonly Layout[] = Object.values(LAYOUTS).toSorted((a, b) => b.version - a.version)

/** The layout of shards and indexes that this program writes. */
export const WRITTEN_LAYOUT = LAYOUT_1

/** The parts of the keys that it writes. */
export const WRITTEN_KEY = WRITTEN_LAYOUT.key

/** The version of the cache schema that this program writes. */
export const CACHE_SCHEMA_VERSION: string = WRITTEN_LAYOUT.schemaVersion
