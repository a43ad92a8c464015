/** An index of one or two gigabytes, almost all of it a hole: read in little memory, reported, quarantined and rebuilt. */
import { spawnSync } from 'node:child_process'
import { rmSync, truncateSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { reindexCache, verifyCache } from '../../../src/main/core/index.ts'
import { referenceCache } from '../../support/reference.ts'
import { INDEX, indexEntries, spoilIndex } from './indexFile.ts'

const TWO_GIB = 2 ** 31
/** More than the memory limit, because an index in WAL mode is copied before it is read. */
const ONE_GIB = 2 ** 30

/** The findings of a verification about the index, and its peak memory, in MiB. */
function verifyApart(root: string): { readonly kinds: string[]; readonly peakMiB: number } {
  const program = `
    import { verifyCache } from ${JSON.stringify(join(import.meta.dirname, '../../../src/main/core/index.ts'))}
    const { findings } = await verifyCache(process.argv[1])
    const kinds = findings.filter(({ severity }) => severity === 'index').map(({ kind }) => kind)
    console.log(JSON.stringify({ kinds, peakMiB: process.resourceUsage().maxRSS / 1024 }))`
  const args = ['--max-old-space-size=256', '--input-type=module', '-e', program, root]
  return JSON.parse(spawnSync(process.execPath, args, { encoding: 'utf8' }).stdout)
}

test.each([
  ['zero bytes', (root: string) => truncateSync(join(root, INDEX), 0), ['index_unreadable'], TWO_GIB],
  ['a valid index followed by a hole', () => {}, null, TWO_GIB],
  ['an index in WAL mode followed by a hole', (root: string) => spoilIndex(root, db => db.pragma('journal_mode = WAL')), null, ONE_GIB]
] as const)('%s', { timeout: 120_000 }, async (_name, damage, expected, size) => {
  const root = referenceCache('unusual')
  const whole = indexEntries(root)
  damage(root)
  truncateSync(join(root, INDEX), size)
  const { kinds, peakMiB } = verifyApart(root)
  // SQLite uses the size in the header, and ignores a hole after that.
  expect(kinds).toEqual(expected ?? expect.toSatisfy((each: string[]) => each.every(kind => kind === 'index_unreadable')))
  expect(peakMiB).toBeLessThan(768)
  expect((await reindexCache(root)).findings).toEqual([])
  expect(indexEntries(root)).toEqual(whole)
  expect((await verifyCache(root)).byKind).toEqual({ ragged_dimensions: 1 })
  rmSync(join(root, 'embeddings'), { recursive: true })
})
