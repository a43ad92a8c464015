/** On a read-only file system, every command that reads works, with the same output. */
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { filesBelow } from '../core/cacheFiles.ts'
import { accounts } from '../support/accounts.ts'
import { describeWith, requireSetpriv } from '../support/capabilities.ts'
import { CHANGING, plain, refusedThroughout } from './injected.ts'
import { copyOf, makeStart, recordsOf, shardPath } from './operations.ts'

const [record] = recordsOf(0)
const KEY = ['--window-hash', hex(record?.windowHash), '--encoder-hash', hex(record?.encoderHash), '--state-layer', '5']
const LOOKS = [
  ['ls'],
  ['show', shardPath(0), '--rows'],
  ['find', hex(record?.windowHash).slice(0, 12)],
  ['get', ...KEY, '--pool-type', 'centered_mean', '--pool-radius', '8', '--dtype', 'fp16'],
  ['verify'],
  ['verify', '--quick'],
  ['quarantined'],
  ['checksums'],
  ['repair', '--dry-run']
]

const [account] = accounts(requireSetpriv())

function hex(bytes: Uint8Array | undefined): string {
  return Buffer.from(bytes ?? []).toString('hex')
}

describeWith('strace', 'a read-only file system', strace => {
  test.each(LOOKS)('%s %s', async (...look) => {
    const { home, root } = copyOf(await makeStart())
    const scene = { home, root, account, args: [...look, '--cache', root, '--json', '--quiet'] }
    const before = filesBelow(root)
    const as = ({ code, stdout }: { readonly code: number | null; readonly stdout: string }) => ({
      code,
      // The parts that differ between any two runs.
      stdout: stdout.replace(/"(seconds|verified|created_at)":("[^"]*"|[^,}]*)/g, '')
    })
    const free = await plain(scene)
    const refused = await refusedThroughout(strace, CHANGING, 'EROFS', { ...scene, home: copyOf(root).home })
    expect(as(refused)).toEqual(as(free))
    // One shard is truncated.
    expect(free.code).toBe(/verify|repair/.test(look.join()) ? 4 : 0)
    expect(filesBelow(root)).toEqual(before)
  })

  test('commands that write say why they cannot', async () => {
    const { home, root } = copyOf(await makeStart())
    const before = filesBelow(root)
    for (const args of [
      ['reindex', '--cache', root],
      ['repair', '--cache', root],
      ['quarantine', shardPath(1), '--reason', 'by hand', '--cache', root],
      ['restore', '--all', '--cache', root],
      ['sample', join(root, 'new', 'sample')]
    ]) {
      const run = await refusedThroughout(strace, CHANGING, 'EROFS', { home, root, account, args: [...args, '--quiet'] })
      expect(run).toMatchObject({ code: 6, stderr: expect.stringMatching(/^lewm-cache: .*read-only/) })
    }
    const litter = Object.fromEntries(Object.entries(filesBelow(root)).filter(([path]) => !path.includes('.lewm-tmp-')))
    expect(litter).toEqual(before)
  })
})
