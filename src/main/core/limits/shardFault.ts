/** The only exception that the Parquet modules throw for problems in a shard's bytes. */

import type { Details } from '../../../shared/model/errors.ts'
import type { FindingKind } from '../../../shared/model/finding.ts'
import type { FactsOf } from '../../../shared/model/findingKinds.ts'
import { sentenceOf } from '../../../shared/text/describeFinding.ts'

export type FaultPlace = { readonly column?: string | undefined; readonly row?: number; readonly details?: Details }

/** A damaged, unsupported or oversized shard. It becomes a finding of the same kind. */
export class ShardFault extends Error {
  readonly kind: FindingKind
  readonly facts: FactsOf<FindingKind>
  readonly column: string | null
  readonly row: number | null
  readonly details: Details

  /** @param stated facts of the kind (use `shardFault`, which checks that), or the sentence of what only the reader knows */
  constructor(kind: FindingKind, stated: string | FactsOf<FindingKind>, place: FaultPlace = {}) {
    const { column = null, row = null, details = {} } = place
    const facts = typeof stated === 'string' ? { said: stated } : stated
    super(sentenceOf(kind, facts, { column, row }))
    this.name = 'ShardFault'
    this.kind = kind
    this.facts = facts
    this.column = column
    this.row = row
    this.details = details
  }
}

/** A fault whose sentence is made of facts. */
export function shardFault<K extends FindingKind>(kind: K, facts: FactsOf<K>, place: FaultPlace = {}): ShardFault {
  return new ShardFault(kind, facts, place)
}
