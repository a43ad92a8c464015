/** A user's session on the command line: damage, verify, plan, repair, list of losses, and restore. */
import { cpSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { labCache, ROWS, recordsOf, SHARDS } from '../core/evidence/labCache.ts'
import { damageForWalk, FLIPPED_ROW, WALK } from '../support/researchersWalk.ts'
import { temporaryFolder } from '../support/temporaryFolder.ts'
import { type Json, lewmCache } from './lewmCache.ts'

const kindsIn = ({ findings }: Json): string[] => findings.map(({ kind, shard_path }: Json) => `${kind} ${shard_path}`).sort()

test('each kind of damage is named, the plan counts keys, the loss is always reported, and a backup resolves it', {
  timeout: 120_000
}, async () => {
  const root = await labCache()
  const backup = join(temporaryFolder(), 'backup')
  cpSync(root, backup, { recursive: true })
  const home = temporaryFolder()
  const run = (...args: string[]) => lewmCache([...args, '--cache', root], { home })
  expect((await run('verify')).code).toBe(0)
  await damageForWalk(root)

  const verified = await run('verify', '--json')
  expect(verified.code).toBe(4)
  const report = verified.json()
  expect(kindsIn(report)).toEqual(
    [
      `missing_shard ${WALK.deleted}`,
      `entry_without_row ${WALK.deleted}`,
      `changed_bytes ${WALK.flipped}`,
      `changed_since_indexed ${WALK.flipped}`,
      `window_hash_disagrees ${WALK.flipped}`,
      `duplicate_key ${WALK.copy}`,
      `duplicate_key ${WALK.copied}`,
      ...WALK.cutOff.flatMap(path => [`changed_bytes ${path}`, `cut_off ${path}`])
    ].sort()
  )
  expect({ shards: report.missing_shards, rows: report.missing_rows }).toEqual({ shards: 1, rows: ROWS })
  const flipped = report.findings.filter(({ shard_path }: Json) => shard_path === WALK.flipped)
  expect(flipped.filter(({ kind }: Json) => kind !== 'changed_bytes').map(({ row }: Json) => row)).toEqual([FLIPPED_ROW, FLIPPED_ROW])

  // According to the index, the two truncated shards hold keys that no other shard holds. The copy holds none of its own.
  const planned = (await run('repair', '--dry-run', '--json')).json()
  expect(planned.plan.moves.map(({ shard_path, ticked, keys_only_here }: Json) => [shard_path, ticked, keys_only_here])).toEqual(
    expect.arrayContaining([...WALK.cutOff.map(path => [path, true, ROWS]), [WALK.copy, false, 0]])
  )
  expect(planned).toMatchObject({ missing_shards: 3, missing_rows: 3 * ROWS })

  const repaired = await run('repair', '--json')
  expect(repaired.code).toBe(4)
  expect(repaired.json()).toMatchObject({ missing_shards: 3, missing_rows: 3 * ROWS })
  const text = await run('verify')
  expect(text.code).toBe(3)
  expect(text.stdout).toContain('12 windows missing (3 shards)')
  const after = (await run('verify', '--json')).json()
  expect(kindsIn(after)).toEqual(
    [
      ...[WALK.deleted, ...WALK.cutOff].map(path => `missing_shard ${path}`),
      `changed_bytes ${WALK.flipped}`,
      `changed_since_indexed ${WALK.flipped}`,
      `window_hash_disagrees ${WALK.flipped}`,
      `duplicate_key ${WALK.copy}`,
      `duplicate_key ${WALK.copied}`
    ].sort()
  )

  const { lost } = (await run('lost', '--keys', '--json')).json()
  expect(lost.map(({ shard_path, rows, reason }: Json) => [shard_path, rows, reason])).toEqual([
    [WALK.flipped, 1, 'changed_since_indexed'],
    [WALK.deleted, ROWS, 'missing'],
    ...WALK.cutOff.map(path => [path, ROWS, 'quarantined'])
  ])
  const deleted = recordsOf({ encoder: 'lab/beta', layer: 12, contig: '1', block: 1 })
  expect(lost[1].keys.map(({ window_hash, start_bp }: Json) => [window_hash, start_bp])).toEqual(
    deleted.map(({ windowHash, startBp }) => [Buffer.from(windowHash).toString('hex'), Number(startBp)])
  )

  await run('quarantine', WALK.copy, '--reason', 'a copy')
  for (const path of [WALK.deleted, WALK.flipped, ...WALK.cutOff]) cpSync(join(backup, path), join(root, path))
  await run('reindex')
  const restored = await run('verify', '--json')
  expect({ code: restored.code, kinds: kindsIn(restored.json()), checked: restored.json().checked_shards }).toEqual({
    code: 0,
    kinds: [],
    checked: SHARDS
  })
  expect(restored.json()).toMatchObject({ missing_shards: 0, missing_rows: 0 })
  expect((await run('lost', '--json')).json()).toEqual({ lost: [], rows: 0 })
})
