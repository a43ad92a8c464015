/** The number of configurations that contain the block of a missing shard. The core counts them. */
import type { Finding } from '../../shared/model/finding.ts'
import { formatCount } from './numbers.ts'

/** `chr17 block 4: present in 3 of 4 configurations`. Null for a finding without these numbers. */
export function presenceText({ details }: Pick<Finding, 'details'>): string | null {
  const { contig, stride_block: block, configurations, present_in: present } = details
  if (typeof contig !== 'string' || typeof block !== 'number') return null
  if (typeof configurations !== 'number' || typeof present !== 'number') return null
  // As in the names of shards.
  const name = /^chr/i.test(contig) ? contig : `chr${contig}`
  return `${name} block ${formatCount(block)}: present in ${formatCount(present)} of ${formatCount(configurations)} configurations`
}
