/** The reading thread comes with the first question, goes when none has come for a while, and comes again. */
import { mkdirSync, readdirSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { Reader } from '../../src/main/service/reader.ts'
import { temporaryFolder } from '../support/temporaryFolder.ts'

const threads = (): number => readdirSync('/proc/self/task').length

test.runIf(process.platform === 'linux')(
  'a thread that nobody asks ends, and the next question is answered all the same',
  async () => {
    const root = temporaryFolder()
    mkdirSync(join(root, 'embeddings'))
    // The threads that Node itself reads with start all together, with the first reading.
    await readdir(root)
    const before = threads()
    const reader = new Reader()
    try {
      expect(await reader.ask('quarantine', { root })).toEqual([])
      expect(threads()).toBeGreaterThan(before)
      await expect.poll(threads, { timeout: 15_000 }).toBe(before)
      expect(await reader.ask('quarantine', { root })).toEqual([])
      expect(threads()).toBeGreaterThan(before)
    } finally {
      await reader.close()
    }
  },
  30_000
)
