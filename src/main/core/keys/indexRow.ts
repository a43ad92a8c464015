/** What a row of the index says. */
import type { RowPlace } from '../../../shared/model/record.ts'

/** One entry as the index spells it: hashes in hex. */
export type IndexEntry = RowPlace & {
  readonly windowHash: string
  readonly encoderHash: string
  readonly stateLayer: number
  readonly poolType: string
  readonly poolRadius: number
  readonly dtype: string
}

/** A row to be entered. */
export type IndexRow = IndexEntry & { readonly createdAt: bigint }
