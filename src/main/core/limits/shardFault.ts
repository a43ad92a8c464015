/** The only exception that the Parquet modules throw for problems in a shard's bytes. */
import type { Details } from '../../../shared/model/errors.ts'
import type { FindingKind } from '../../../shared/model/finding.ts'

export type FaultPlace = { readonly column?: string | undefined; readonly row?: number; readonly details?: Details }

/** A damaged, unsupported or oversized shard. It becomes a finding of the same kind. */
export class ShardFault extends Error {
  readonly kind: FindingKind
  readonly column: string | null
  readonly row: number | null
  readonly details: Details

  constructor(kind: FindingKind, message: string, place: FaultPlace = {}) {
    super(message)
    this.name = 'ShardFault'
    this.kind = kind
    this.column = place.column ?? null
    this.row = place.row ?? null
    this.details = place.details ?? {}
  }
}
