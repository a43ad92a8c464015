/** In how many configurations the block of a missing shard is present. The core counts them. */
import type { Finding } from '../../shared/model/finding.ts'
import { formatCount } from './numbers.ts'

/** `chr17 block 4: present in 3 of 4 configurations`; null for a finding that does not say. */
export function presenceText({ details }: Pick<Finding, 'details'>): string | null {
  const { contig, stride_block: block, configurations, present_in: present } = details
  if (typeof contig !== 'string' || typeof block !== 'number') return null
  if (typeof configurations !== 'number' || typeof present !== 'number') return null
  // As in the names of shards.
  const name = /^chr/i.test(contig) ? contig : `chr${contig}`
  return `${name} block ${formatCount(block)}: present in ${formatCount(present)} of ${formatCount(configurations)} configurations`
}
