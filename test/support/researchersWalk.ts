/** The changes to a cache in the user's session: one shard deleted, one with a flipped bit, one copied, two truncated. */
import { copyFileSync, rmSync, truncateSync } from 'node:fs'
import { join } from 'node:path'
import { flippedHash, replaceShard } from '../core/cacheFiles.ts'
import { type LabShard, optionsOf, pathOf, recordsOf } from '../core/evidence/labCache.ts'

const BASE = { encoder: 'lab/beta', layer: 12, contig: '1', block: 0 } as const satisfies LabShard

const FLIPPED: LabShard = { ...BASE, encoder: 'lab/alpha', contig: 'X', block: 1 }
/** The row whose window hash has a flipped bit. */
export const FLIPPED_ROW = 2

/** The shards by change. */
export const WALK = {
  deleted: pathOf({ ...BASE, block: 1 }),
  flipped: pathOf(FLIPPED),
  copied: pathOf({ ...BASE, contig: 'X' }),
  copy: pathOf({ ...BASE, contig: 'X' }).replace(/_0\.parquet$/, '_9.parquet'),
  cutOff: [pathOf({ ...BASE, layer: 5 }), pathOf({ ...BASE, layer: 5, contig: 'X' })]
} as const

/** Applies all changes to a cache made by `labCache`. Nothing in the file itself reveals the flipped bit. */
export async function damageForWalk(root: string): Promise<void> {
  rmSync(join(root, WALK.deleted))
  const records = recordsOf(FLIPPED).map((record, row) => (row === FLIPPED_ROW ? flippedHash(record) : record))
  await replaceShard(root, WALK.flipped, { ...optionsOf(FLIPPED), records })
  copyFileSync(join(root, WALK.copied), join(root, WALK.copy))
  for (const path of WALK.cutOff) truncateSync(join(root, path), 300)
}
