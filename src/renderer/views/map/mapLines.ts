/** Shards as lines of a map: by configuration, then by contig in natural order, then by block. Pure. */
import type { BlockLine } from '../../parts/blocks/blockLayout.ts'
import type { MappedShard } from '../../state/queries/useAllShards.ts'

const NATURAL = new Intl.Collator('en', { numeric: true })

/** One line for each contig of each configuration. Shards outside of any configuration come last. */
export function mapLines(shards: readonly MappedShard[]): readonly BlockLine[] {
  const lines = new Map<string, { group: string; label: string; shards: MappedShard[] }>()
  for (const shard of shards) {
    const { address } = shard
    const group =
      address === null ? 'elsewhere' : `${address.encoder} / layer ${address.stateLayer} / ${address.poolType}_${address.poolRadius}`
    const label = address === null ? 'no contig' : address.contig
    const key = JSON.stringify([group, label])
    const line = lines.get(key)
    if (line === undefined) lines.set(key, { group, label, shards: [shard] })
    else line.shards.push(shard)
  }
  return [...lines.values()]
    .sort(
      (one, other) =>
        Number(one.group === 'elsewhere') - Number(other.group === 'elsewhere') ||
        NATURAL.compare(one.group, other.group) ||
        NATURAL.compare(one.label, other.label)
    )
    .map(({ group, label, shards: members }) => ({
      group,
      label,
      blocks: members
        .map(({ shardPath, address, health }, order) => ({ at: address?.strideBlock ?? order, health, shards: 1, shardPath }))
        .sort((one, other) => one.at - other.at)
    }))
}
