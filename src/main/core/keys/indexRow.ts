/** The contents of an index row. */
import type { RowPlace } from '../../../shared/model/record.ts'
import type { EntryKey } from './entryKey.ts'

/** One entry as the index spells it. */
export type IndexEntry = RowPlace & EntryKey

/** A row to insert. */
export type IndexRow = IndexEntry & { readonly createdAt: bigint }
