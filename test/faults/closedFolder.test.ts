/** A folder that is temporarily unreadable: its contents are neither missing nor searched, and every command says so. */
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openIndex, writeShard } from '../../src/main/core/index.ts'
import { BLOCK, flipBit } from '../core/cacheFiles.ts'
import { accounts } from '../support/accounts.ts'
import { describeWith, requireSetpriv } from '../support/capabilities.ts'
import { temporaryFolder } from '../support/temporaryFolder.ts'
import { plain, type Run, refusedFile, type Scene } from './injected.ts'
import { recordsOf, shardPath } from './operations.ts'

const [ACCOUNT] = accounts(requireSetpriv())
const CLOSED = 'embeddings/other__encoder'
const BEHIND = shardPath(0).replace('lab__encoder', 'other__encoder')

describeWith('strace', 'an unreadable folder', strace => {
  const closed = (scene: Scene): Promise<Run> => refusedFile(strace, join(scene.root, CLOSED), 'openat', 'EACCES', scene)

  test.each([
    { args: ['reindex'], code: 6, left: [6, 6] },
    { args: ['repair'], code: 6, left: [6, 6] },
    { args: ['quarantine', shardPath(0), '--reason', 'by hand'], code: 0, left: [0, 6] }
  ])('keeps its entries in the index: $args.0', async ({ args, code, left }) => {
    const { home, root } = await makeCache()
    const run = await closed(sceneOf(home, root, args))
    expect(run).toMatchObject({ code })
    expect(entriesOf(root)).toEqual(left)
    if (args[0] !== 'quarantine') return
    expect(await closed(sceneOf(home, root, ['restore', '--all']))).toMatchObject({ code: 0 })
    expect(entriesOf(root)).toEqual([6, 6])
  })

  test('is named by commands that list, compute checksums or search, which end with 6', async () => {
    const { home, root } = await makeCache()
    const names = new RegExp(`${CLOSED}.*permission denied`)
    const listed = await closed(sceneOf(home, root, ['ls', '--json']))
    expect(listed).toMatchObject({ code: 6, stderr: expect.stringMatching(names) })
    expect(JSON.parse(listed.stdout).shards).toHaveLength(1)
    expect(await closed(sceneOf(home, root, ['find', '1:1-1,000,000']))).toMatchObject({ code: 6, stderr: expect.stringMatching(names) })

    const sums = join(home, 'sums')
    expect(await closed(sceneOf(home, root, ['checksums', '--output', sums]))).toMatchObject({
      code: 6,
      stderr: expect.stringMatching(names)
    })
    expect(() => statSync(sums)).toThrow(/ENOENT/)
    expect(await plain(sceneOf(home, root, ['checksums', '--output', sums]))).toMatchObject({ code: 0 })
    const checked = await closed(sceneOf(home, root, ['checksums', '--check', sums]))
    expect(checked).toMatchObject({ code: 6, stdout: '', stderr: expect.stringMatching(names) })
  })

  test('is the only finding of verify, and the digests of its contents are kept', async () => {
    const { home, root } = await makeCache()
    expect(await plain(sceneOf(home, root, ['verify', '--json']))).toMatchObject({ code: 0 })
    const run = await closed(sceneOf(home, root, ['verify', '--json']))
    expect(run.code).toBe(6)
    expect(JSON.parse(run.stdout).findings).toEqual([expect.objectContaining({ kind: 'unreadable', shard_path: CLOSED })])

    flipBit(join(root, BEHIND), 60)
    const after = JSON.parse((await plain(sceneOf(home, root, ['verify', '--json']))).stdout)
    expect(after.findings).toContainEqual(expect.objectContaining({ kind: 'changed_bytes', shard_path: BEHIND }))
  })
})

/** Two shards of six rows each, of two encoders. */
async function makeCache(): Promise<{ readonly home: string; readonly root: string }> {
  const home = temporaryFolder()
  const root = join(home, 'cache')
  await writeShard(root, { ...BLOCK, strideBlock: 0, records: recordsOf(0) })
  await writeShard(root, { ...BLOCK, encoderId: 'other/encoder', strideBlock: 0, records: recordsOf(1) })
  return { home, root }
}

function sceneOf(home: string, root: string, args: readonly string[]): Scene {
  return { home, root, args: [...args, '--cache', root], account: ACCOUNT }
}

/** Of the readable shard and of the one in the unreadable folder. */
function entriesOf(root: string): number[] {
  const index = openIndex(root, 'read')
  const paths = index?.shardPaths()
  index?.close()
  return [paths?.get(shardPath(0)) ?? 0, paths?.get(BEHIND) ?? 0]
}
