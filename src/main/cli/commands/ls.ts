/** `ls`: lists the shards of a cache, from their paths and footers. */
import type { ShardEntry } from '../../../shared/model/shard.ts'
import { listShards } from '../../core/index.ts'
import { cacheRootOf } from '../process/cacheFolder.ts'
import type { Run } from '../process/context.ts'
import { EXIT } from '../process/exitCodes.ts'
import { checksumRemark, type LastVerified, lastVerified, withLedger } from '../process/ledger.ts'
import { collectUnread, tellUnread } from '../reports/unread.ts'
import { bytesText, countOf, countText, timeText } from '../text/numbers.ts'
import { addressFields } from '../text/rowFields.ts'
import { type Column, tableText } from '../text/table.ts'

export type ListOptions = { readonly encoder?: string; readonly layer?: number; readonly pool?: string; readonly contig?: string }

/** A shard with its last full verification. */
type Listed = ShardEntry & { readonly verified: LastVerified | null }

const COLUMNS: readonly Column<Listed>[] = [
  { head: 'encoder', cell: ({ address }) => address?.encoder ?? '?' },
  { head: 'layer', cell: ({ address }) => String(address?.stateLayer ?? '?'), right: true },
  { head: 'pool', cell: ({ address }) => (address ? `${address.poolType}_${address.poolRadius}` : '?') },
  { head: 'contig', cell: ({ address }) => address?.contig ?? '?' },
  { head: 'block', cell: ({ address }) => (address ? countText(address.strideBlock) : '?'), right: true },
  { head: 'rows', cell: ({ rows }) => countText(rows), right: true },
  { head: 'values', cell: ({ dimensions }) => countText(dimensions), right: true },
  { head: 'size', cell: ({ bytes }) => bytesText(bytes), right: true },
  { head: 'modified (UTC)', cell: ({ mtimeNs }) => timeText(mtimeNs) },
  { head: 'verified (UTC)', cell: ({ verified }) => (verified === null ? '-' : timeText(verified.at) + checksumRemark(verified)) },
  { head: 'shard', cell: ({ shardPath }) => shardPath }
]

export const run: Run<ListOptions> = async (context, { encoder, layer, pool, contig }) => {
  const { json, output, long } = context
  const root = await cacheRootOf(context)
  const { unread, onFinding } = collectUnread()
  const entries = await listShards(root, { encoder, layer, pool, contig }, { ...long, onFinding })
  const shards = await withLedger(context, root, false, async ledger =>
    entries.map((entry): Listed => ({ ...entry, verified: lastVerified(ledger, root, entry) }))
  )
  if (json) await output.document({ shards: shards.map(shardFields) })
  else {
    if (shards.length > 0) await output.text(tableText(COLUMNS, shards))
    await output.note(totals(shards))
  }
  return tellUnread(output, unread, EXIT.ok)
}

function shardFields({ shardPath, address, rows, dimensions, bytes, mtimeNs, verified }: Listed) {
  return { shardPath, ...addressFields(address), rows, dimensions, bytes, modified: mtimeNs, verified: verified?.at ?? null }
}

function totals(shards: readonly ShardEntry[]): string {
  const rows = shards.reduce((sum, shard) => sum + (shard.rows ?? 0), 0)
  const bytes = shards.reduce((sum, shard) => sum + shard.bytes, 0)
  const unread = shards.filter(shard => shard.rows === null).length
  const remark = unread > 0 ? ` (${countOf(unread, 'shard')} without a readable footer: run verify)` : ''
  return `${countOf(shards.length, 'shard')}, ${countOf(rows, 'row')}, ${bytesText(bytes)}${remark}`
}
