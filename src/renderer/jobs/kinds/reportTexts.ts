/** Parts of the sentences of several kinds. Pure. */
import type { JobReport } from '../../../shared/contract/index.ts'
import type { ShardNotMoved } from '../../../shared/model/report.ts'
import { missingText } from '../../../shared/text/missingText.ts'
import { formatCount, formatCounted } from '../../text/index.ts'

type Missing = Parameters<typeof missingText>[0]
type Reindexed = Extract<JobReport, { readonly kind: 'reindex' }>['report']

/** The missing windows as the caller writes them into its sentence; empty if none are missing. */
export function missingPart(counts: Missing, write: (text: string) => string): string {
  const missing = missingText(counts)
  return missing === '' ? '' : write(missing)
}

export function notMovedText({ length }: readonly unknown[]): string {
  return length === 0 ? '' : `, ${formatCount(length)} could not be moved`
}

/** Ends with a full stop and begins with a small letter. */
export function indexText({ indexedShards, indexedRows, indexKept, findings }: Reindexed): string {
  if (indexKept) return 'no shard could be read, so the index was left as it was.'
  const left = findings.length === 0 ? '' : `; ${formatCounted(findings.length, 'finding')} kept rows out of it`
  return `the index was rebuilt with ${formatCounted(indexedRows, 'row')} of ${formatCounted(indexedShards, 'shard')}${left}.`
}

/** Named in a document only if there are any, as on the command line. */
export function stayed(notMoved: readonly ShardNotMoved[]): { readonly notMoved?: readonly ShardNotMoved[] } {
  return notMoved.length > 0 ? { notMoved } : {}
}
