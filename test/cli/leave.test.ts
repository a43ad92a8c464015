/** The process ends with its exit code, even while a thread is in a read that never returns. */
import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { makePipe } from '../core/cacheFiles.ts'
import { temporaryFolder } from '../support/temporaryFolder.ts'

const SOURCE = join(import.meta.dirname, '../../src/main')

/** Starts a thread that does this, and calls `how` once the thread is busy. */
function leaveDuring(threadDoes: string, how: string) {
  const folder = temporaryFolder()
  makePipe(join(folder, 'pipe'))
  writeFileSync(join(folder, 'thread.cjs'), `require('worker_threads').parentPort.postMessage(0); ${threadDoes}`)
  const program = `
    import { startWorker } from ${JSON.stringify(join(SOURCE, 'core/threads/startWorker.ts'))}
    import { leave, leaveAtOnce } from ${JSON.stringify(join(SOURCE, 'cli/process/leave.ts'))}
    const worker = startWorker('./thread.cjs')
    worker.once('message', () => setTimeout(() => void (${how}), 100))`
  writeFileSync(join(folder, 'main.mjs'), program)
  const started = performance.now()
  const { status, signal, stderr } = spawnSync(process.execPath, ['main.mjs'], { cwd: folder, encoding: 'utf8', timeout: 30_000 })
  return { status, signal, stderr, seconds: (performance.now() - started) / 1000 }
}

describe.skipIf(process.platform === 'win32')('while a thread', () => {
  test.each([
    ['waits for a file system', `require('fs').readSync(require('fs').openSync('pipe', 'r+'), Buffer.alloc(1))`],
    ['computes forever', 'for (;;);'],
    ['does nothing', 'setInterval(() => {}, 1000)']
  ])('%s', (_what, threadDoes) => {
    for (const how of ['leave(3)', 'leaveAtOnce(3)']) {
      const { seconds, ...end } = leaveDuring(threadDoes, how)
      expect(end).toEqual({ status: 3, signal: null, stderr: '' })
      expect(seconds).toBeLessThan(20)
    }
  })
})
