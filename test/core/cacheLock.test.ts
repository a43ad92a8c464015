/** One writer at a time, by name: who is alive is waited for and told, who is dead is replaced, who is on another host never. */
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { withCacheLock } from '../../src/main/core/cacheLock.ts'
import { CacheBusyError, writeShard } from '../../src/main/core/index.ts'
import { temporaryFolder } from '../support/temporaryFolder.ts'
import { BLOCK, recordOf } from './cacheFiles.ts'

const LOCK = 'embeddings/.lewm-cache.lock'

function locked(owner: unknown): string {
  const root = temporaryFolder()
  mkdirSync(join(root, 'embeddings'))
  writeFileSync(join(root, LOCK), typeof owner === 'string' ? owner : JSON.stringify(owner))
  return root
}

/** A pid that was somebody's and is nobody's any more. */
function deadPid(): number {
  return spawnSync(process.execPath, ['-e', '']).pid
}

const take = (root: string, waitMs = 0): Promise<unknown> =>
  withCacheLock(root, 'a test', waitMs, async () => 'done').catch((error: unknown) => error)

const SINCE = '2026-01-01T00:00:00.000Z'

describe('held', () => {
  test('by a process that lives: busy, with its host, pid, time and operation', async () => {
    const root = locked({ host: hostname(), pid: process.pid, since: SINCE, operation: 'repair' })
    const before = readFileSync(join(root, LOCK), 'utf8')
    const refusal = await take(root)
    expect(refusal).toBeInstanceOf(CacheBusyError)
    expect(refusal).toMatchObject({
      code: 'RESOURCE.BUSY',
      details: { host: hostname(), pid: process.pid, since: SINCE, operation: 'repair' }
    })
    expect(String(refusal)).toContain(`process ${process.pid}`)
    expect(readFileSync(join(root, LOCK), 'utf8')).toBe(before)
  })

  test('by a process that died here: taken over, and given back', async () => {
    const root = locked({ host: hostname(), pid: deadPid(), since: SINCE, operation: 'repair' })
    expect(await take(root)).toBe('done')
    expect(existsSync(join(root, LOCK))).toBe(false)
  })

  test('by a process of another host: never taken over, whatever its pid', async () => {
    const root = locked({ host: 'another-host', pid: deadPid(), since: SINCE, operation: 'repair' })
    expect(await take(root)).toMatchObject({ code: 'RESOURCE.BUSY', details: { host: 'another-host' } })
    expect(existsSync(join(root, LOCK))).toBe(true)
  })

  test.each(['{', '[]', '{"host": 1, "pid": "x"}'])('by who knows whom (%j): busy', async text => {
    expect(await take(locked(text))).toMatchObject({ code: 'RESOURCE.BUSY' })
  })

  test('and let go while somebody waits', async () => {
    const root = temporaryFolder()
    const order: string[] = []
    const first = withCacheLock(root, 'first', 0, async () => {
      await sleep(60)
      order.push('first')
    })
    const second = withCacheLock(root, 'second', 5000, async () => void order.push('second'))
    await Promise.all([first, second])
    expect(order).toEqual(['first', 'second'])
  })

  test('when the caller no longer wants to wait', async () => {
    const root = locked({ host: 'another-host', pid: 1, since: SINCE, operation: 'repair' })
    const stop = new AbortController()
    const waiting = withCacheLock(root, 'a test', 5000, async () => 'done', stop.signal)
    stop.abort()
    await expect(waiting).rejects.toMatchObject({ code: 'CANCELLED' })
  })
})

test('the lock is given back after a failure', async () => {
  const root = temporaryFolder()
  await expect(withCacheLock(root, 'a test', 0, () => Promise.reject(new Error('no')))).rejects.toThrow('no')
  expect(await take(root)).toBe('done')
})

test('eight at once, each finds the lock of a dead one: only one at a time gets in', async () => {
  const root = locked({ host: hostname(), pid: deadPid(), since: SINCE, operation: 'repair' })
  let inside = 0
  let most = 0
  await Promise.all(
    Array.from({ length: 8 }, () =>
      withCacheLock(root, 'a test', 10_000, async () => {
        most = Math.max(most, ++inside)
        await sleep(5)
        inside--
      })
    )
  )
  expect(most).toBe(1)
})

test('writers in processes of their own wait for each other, and nothing is lost', async () => {
  const root = temporaryFolder()
  const program = `
    import { writeShard } from ${JSON.stringify(join(import.meta.dirname, '../../src/main/core/index.ts'))}
    import { recordOf, BLOCK } from ${JSON.stringify(join(import.meta.dirname, 'cacheFiles.ts'))}
    const first = Number(process.argv[1])
    for (let n = first; n < first + 5; n++) await writeShard(process.argv[2], { ...BLOCK, strideBlock: n, records: [recordOf(n)] })`
  const children = [0, 100, 200].map(first =>
    spawn(process.execPath, ['--input-type=module', '-e', program, String(first), root], { stdio: 'inherit' })
  )
  const codes = await Promise.all(children.map(child => new Promise(done => child.on('close', done))))
  expect(codes).toEqual([0, 0, 0])
  await expect(writeShard(root, { ...BLOCK, strideBlock: 999, records: [recordOf(102)] })).rejects.toMatchObject({
    code: 'RESOURCE.CACHE_CORRUPT'
  })
  expect(existsSync(join(root, LOCK))).toBe(false)
})
