/** The contents of an exported list of missing rows, and what it does not contain, in words. Pure. */
import type { LostFormat, LostListReport } from '../../shared/contract/index.ts'
import { formatCounted } from '../text/index.ts'

type LostListForm = {
  readonly label: string
  readonly hint: string
  /** The command that reads such a file. */
  readonly reader?: string
  readonly file: string
}

/** The label of each format. */
export const LOST_LISTS: Readonly<Record<LostFormat, LostListForm>> = {
  ndjson: {
    label: 'Keys (NDJSON)',
    hint: 'One key per line, with its shard, its locus and the reason.',
    reader: 'lewm-cache get --keys',
    file: 'missing-keys.ndjson'
  },
  bed: {
    label: 'Windows (BED)',
    hint: 'One window per line, 0-based, sorted by contig and position. The name is the window hash.',
    file: 'missing-windows.bed'
  }
}

/** `200 keys of 3 shards saved. 12 keys of 2 shards are unknown and not in the list.` */
export function lostListText(format: LostFormat, report: LostListReport): string {
  const noun = format === 'ndjson' ? 'key' : 'window'
  const { shards, listed, unlisted, unlistedShards, uncountedShards, indexFailure } = report
  const sentences = [`${formatCounted(listed, noun)} of ${formatCounted(shards, 'shard')} saved.`]
  if (unlisted > 0) {
    const verb = unlisted === 1 ? 'is' : 'are'
    sentences.push(`${formatCounted(unlisted, noun)} of ${formatCounted(unlistedShards, 'shard')} ${verb} unknown and not in the list.`)
  }
  if (uncountedShards > 0) {
    sentences.push(`${formatCounted(uncountedShards, 'shard')} held an unknown number of ${noun}s, which are not in the list.`)
  }
  if (indexFailure !== undefined) sentences.push('Shards that only the index knows are not in the list, because the index cannot be used.')
  return sentences.join(' ')
}
