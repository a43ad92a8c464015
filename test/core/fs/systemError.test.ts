/** A failed system call is reported as such, and not as a bug, even if Node could not load a part of the program. */
import { writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { expectedError } from '../../../src/main/core/index.ts'
import { PooledThread } from '../../../src/main/core/pool/shardPool.ts'
import { temporaryFolder } from '../../support/temporaryFolder.ts'

const load = createRequire(import.meta.url)
const missing = join(temporaryFolder(), 'missing.js')

async function thrownBy(work: () => unknown): Promise<unknown> {
  try {
    await work()
  } catch (error) {
    return error
  }
  throw new Error('nothing was thrown')
}

test.each<[string, () => unknown, RegExp]>([
  ['an invalid library', () => load(noLibrary()), /^a part of the program could not be loaded: .*broken\.node: /],
  ['a missing module', () => import(missing), /^a part of the program could not be loaded: Cannot find module/],
  ['a missing package', () => load(missing), /^a part of the program could not be loaded: Cannot find module[^\n]*$/],
  ['an unreadable module', () => load(temporaryFolder()), /^a part of the program could not be loaded: /]
])('%s is a system error, in one sentence', async (_what, work, sentence) => {
  const reported = expectedError(await thrownBy(work))
  expect(reported).toMatchObject({ code: 'RESOURCE.SYSTEM', message: expect.stringMatching(sentence) })
})

test('a reader thread that cannot be loaded is a system error, and says nothing about a shard', async () => {
  const thread = new PooledThread(missing)
  const task = {
    root: temporaryFolder(),
    shardPath: 'embeddings/encoder/0/global_mean_0/chr1_0.parquet',
    depth: 'full',
    digest: false
  } as const
  const error = await thrownBy(() => thread.do('inspection', task, 60_000))
  expect(error).toMatchObject({
    when: 'starting',
    cause: { code: 'RESOURCE.SYSTEM', message: expect.stringContaining('could not be loaded') }
  })
  expect(thread.alive).toBe(false)
})

test.each([new TypeError('a bug'), new Error('another'), 'a text', Object.assign(new Error('odd'), { code: 'ERR_ASSERTION' })])(
  'a bug stays a bug: %s',
  error => {
    expect(expectedError(error)).toBeNull()
  }
)

function noLibrary(): string {
  const file = join(temporaryFolder(), 'broken.node')
  writeFileSync(file, 'no library')
  return file
}
