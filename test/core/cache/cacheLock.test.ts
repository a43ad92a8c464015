/**
 * One writer at a time, by name. A live owner is waited for and reported, a dead one is replaced, and one on another host is never
 * replaced.
 */
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, ftruncateSync, mkdirSync, openSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { withCacheLock } from '../../../src/main/core/cache/cacheLock.ts'
import { isOnMachineItself, pidScope, processBirth } from '../../../src/main/core/fs/processStartTime.ts'
import { CacheBusyError, dropAbandonedLock, writeShard } from '../../../src/main/core/index.ts'
import { temporaryFolder } from '../../support/temporaryFolder.ts'
import { BLOCK, makePipe, recordOf } from '../cacheFiles.ts'

const LOCK = 'embeddings/.lewm-cache.lock'

function locked(owner: unknown): string {
  const root = temporaryFolder()
  mkdirSync(join(root, 'embeddings'))
  writeFileSync(join(root, LOCK), typeof owner === 'string' ? owner : JSON.stringify(owner))
  return root
}

/** A pid that was in use and no longer is. */
function deadPid(): number {
  return spawnSync(process.execPath, ['-e', '']).pid
}

const take = (root: string, waitMs = 0): Promise<unknown> =>
  withCacheLock(root, 'a test', waitMs, async () => 'done').catch((error: unknown) => error)

const SINCE = '2026-01-01T00:00:00.000Z'

describe('held', () => {
  test('by a live process: busy, with its host, pid, time and operation', async () => {
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

  test('by a process that died here: taken over, and released', async () => {
    const root = locked({ host: hostname(), pid: deadPid(), since: SINCE, operation: 'repair' })
    expect(await take(root)).toBe('done')
    expect(existsSync(join(root, LOCK))).toBe(false)
  })

  test('by a process whose pid has been reused: taken over', async () => {
    const born = processBirth(process.pid)
    const root = locked({ host: hostname(), pid: process.pid, born: `${born}0`, since: SINCE, operation: 'repair', nonce: 'a1' })
    expect(await take(root)).toBe(born === null ? expect.any(CacheBusyError) : 'done')
  })

  test('by a dead process whose successor died as well: taken over, without leftovers', async () => {
    const dead = (nonce: string): string => JSON.stringify({ host: hostname(), pid: deadPid(), since: SINCE, operation: 'repair', nonce })
    const root = locked(dead('a1'))
    writeFileSync(join(root, `${LOCK}.a1`), dead('b2'))
    writeFileSync(join(root, `${LOCK}.a1.b2`), dead('c3'))
    writeFileSync(join(root, 'embeddings/.lewm-tmp-0123456789ab'), dead('d4'))
    expect(await take(root)).toBe('done')
    expect(readdirSync(join(root, 'embeddings'))).toEqual([])
  })

  test('by a dead process that a live one is about to replace: busy', async () => {
    const root = locked({ host: hostname(), pid: deadPid(), since: SINCE, operation: 'repair', nonce: 'a1' })
    writeFileSync(
      join(root, `${LOCK}.a1`),
      JSON.stringify({ host: hostname(), pid: process.pid, since: SINCE, operation: 'write', nonce: 'b2' })
    )
    expect(await take(root)).toBeInstanceOf(CacheBusyError)
  })

  test('by a process of another host: never taken over, for any pid', async () => {
    const root = locked({ host: 'another-host', pid: deadPid(), since: SINCE, operation: 'repair' })
    expect(await take(root)).toMatchObject({ code: 'RESOURCE.BUSY', details: { host: 'another-host' } })
    expect(existsSync(join(root, LOCK))).toBe(true)
  })

  const born = processBirth(process.pid)
  const scope = pidScope()

  describe.skipIf(born === null || scope.pidNamespace === null)('on Linux, where pids have namespaces', () => {
    test('by a process that died in this namespace: taken over', async () => {
      const root = locked({ host: hostname(), pid: deadPid(), born, ...scope, since: SINCE, operation: 'repair' })
      expect(await take(root)).toBe('done')
    })

    test.each([
      ['a pid that is not in use here', deadPid()],
      ['the pid of another process here', process.pid]
    ])('by %s, in another container on this host: busy, and the message names the file to remove', async (_, pid) => {
      const owner = { host: hostname(), pid, born: `${born?.split(' ')[0]} 1`, ...scope, pidNamespace: 'pid:[4026532999]' }
      const root = locked({ ...owner, since: SINCE, operation: 'reindex' })
      const refusal = await take(root)
      expect(refusal).toMatchObject({ code: 'RESOURCE.BUSY', details: { pid } })
      expect(String(refusal)).toContain(`in another container or since another boot, is changing this cache`)
      expect(String(refusal)).toContain(`if it no longer runs, remove ${join(root, LOCK)}`)
      expect(existsSync(join(root, LOCK))).toBe(true)
    })

    test.skipIf(!isOnMachineItself(scope) || scope.machine === null)(
      'by a process before the reboot of this machine: taken over',
      async () => {
        const owner = { host: hostname(), pid: process.pid, born: '00000000-0000-0000-0000-000000000000 1', ...scope }
        expect(await take(locked({ ...owner, since: SINCE, operation: 'repair' }))).toBe('done')
      }
    )

    test('by a process of another machine with the same host name: busy', async () => {
      const owner = { host: hostname(), pid: deadPid(), born: '00000000-0000-0000-0000-000000000000 1', ...scope, machine: 'another' }
      expect(await take(locked({ ...owner, since: SINCE, operation: 'repair' }))).toBeInstanceOf(CacheBusyError)
    })

    test('is recorded in it', async () => {
      const root = temporaryFolder()
      const seen = await withCacheLock(root, 'a test', 0, async () => JSON.parse(readFileSync(join(root, LOCK), 'utf8')))
      expect(seen).toMatchObject({ host: hostname(), pid: process.pid, born, ...scope })
    })

    test('the lock of a process with the same pid elsewhere is not removed', () => {
      const own = { host: hostname(), pid: process.pid, born, ...scope, since: SINCE, operation: 'repair' }
      const theirs = locked({ ...own, pidNamespace: 'pid:[4026532999]' })
      dropAbandonedLock(theirs)
      expect(existsSync(join(theirs, LOCK))).toBe(true)
      const mine = locked(own)
      dropAbandonedLock(mine)
      expect(existsSync(join(mine, LOCK))).toBe(false)
    })

    const UNSHARE = 'unshare'
    const ALONE = ['--pid', '--fork', '--mount-proc']
    test.skipIf(spawnSync(UNSHARE, [...ALONE, 'true']).status !== 0)('a process in a separate PID namespace finds it held', async () => {
      const root = temporaryFolder()
      const program = `
        import { withCacheLock } from ${JSON.stringify(join(import.meta.dirname, '../../../src/main/core/cache/cacheLock.ts'))}
        const reply = await withCacheLock(process.argv[1], 'inside', 0, async () => 'inside').catch(error => error.code)
        process.stdout.write(reply)`
      const inside = (): string =>
        spawnSync(UNSHARE, [...ALONE, process.execPath, '--input-type=module', '-e', program, root], { encoding: 'utf8' }).stdout
      expect(await withCacheLock(root, 'outside', 0, async () => inside())).toBe('RESOURCE.BUSY')
      expect(inside()).toBe('inside')
    })
  })

  test.each(['{', '[]', '{"host": 1, "pid": "x"}'])('by an unknown owner (%j): busy', async text => {
    expect(await take(locked(text))).toMatchObject({ code: 'RESOURCE.BUSY' })
  })

  test.each<[string, (lock: string) => void]>([
    ['a pipe', makePipe],
    ['a folder', mkdirSync],
    ['a dangling link', lock => symlinkSync('nowhere', lock)],
    ['a link to an endless device', lock => symlinkSync('/dev/zero', lock)],
    ['a file of 4 GiB', lock => ftruncateSync(openSync(lock, 'w'), 2 ** 32)]
  ])('by %s of that name: busy at once, without hanging', async (_, make) => {
    const root = temporaryFolder()
    mkdirSync(join(root, 'embeddings'))
    make(join(root, LOCK))
    expect(await take(root)).toMatchObject({ code: 'RESOURCE.BUSY', details: { lock: join(root, LOCK) } })
  })

  test("by a dead process whose successor's name is occupied by something that is not a lock: busy, and the message says what to remove", async () => {
    const root = locked({ host: hostname(), pid: deadPid(), nonce: 'a1' })
    mkdirSync(join(root, `${LOCK}.a1`))
    const refusal = await take(root)
    expect(refusal).toMatchObject({ code: 'RESOURCE.BUSY', details: { lock: join(root, `${LOCK}.a1`) } })
    expect(String(refusal)).toContain(`remove that file`)
  })

  test('by a process of another host without time and operation: the message adds nothing, and names the file', async () => {
    const root = locked({ host: 'another-host', pid: 7 })
    expect(String(await take(root))).toMatch(
      `process 7 on another-host is changing this cache; if it no longer runs, remove ${join(root, LOCK)}`
    )
  })

  test('and released while another process waits', async () => {
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

  test('when the caller stops waiting', async () => {
    const root = locked({ host: 'another-host', pid: 1, since: SINCE, operation: 'repair' })
    const stop = new AbortController()
    const waiting = withCacheLock(root, 'a test', 5000, async () => 'done', stop.signal)
    stop.abort()
    await expect(waiting).rejects.toMatchObject({ code: 'CANCELLED' })
  })
})

test('a folder with the name of a temporary file is not removed', async () => {
  const root = temporaryFolder()
  mkdirSync(join(root, 'embeddings/.lewm-tmp-0123456789ab'), { recursive: true })
  expect(await take(root)).toBe('done')
  expect(readdirSync(join(root, 'embeddings'))).toEqual(['.lewm-tmp-0123456789ab'])
})

test('the lock is released after a failure', async () => {
  const root = temporaryFolder()
  await expect(withCacheLock(root, 'a test', 0, () => Promise.reject(new Error('no')))).rejects.toThrow('no')
  expect(await take(root)).toBe('done')
})

test('eight processes find the lock of a dead process: they enter one at a time', async () => {
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

test('separate processes, each killed while it holds the lock: the next one takes over, one at a time', async () => {
  const root = temporaryFolder()
  const count = join(root, 'count')
  writeFileSync(count, '0')
  // Each adds one to a file, in two steps that only a lock makes atomic, and dies without releasing it. Every third releases it.
  const program = `
    import { readFileSync, writeFileSync } from 'node:fs'
    import { setTimeout as sleep } from 'node:timers/promises'
    import { withCacheLock } from ${JSON.stringify(join(import.meta.dirname, '../../../src/main/core/cache/cacheLock.ts'))}
    const [, root, count, n] = process.argv
    await withCacheLock(root, 'count', 50_000, async () => {
      const before = Number(readFileSync(count, 'utf8'))
      await sleep(3)
      writeFileSync(count, String(before + 1))
      if (Number(n) % 3 !== 0) process.kill(process.pid, 'SIGKILL')
    })`
  const children = Array.from({ length: 18 }, (_, n) =>
    spawn(process.execPath, ['--input-type=module', '-e', program, root, count, String(n)], { stdio: 'inherit' })
  )
  await Promise.all(children.map(child => new Promise(done => child.on('close', done))))
  expect(readFileSync(count, 'utf8')).toBe('18')
  expect(await take(root)).toBe('done')
  expect(readdirSync(join(root, 'embeddings'))).toEqual([])
})

test('writers in separate processes wait for each other, and nothing is lost', async () => {
  const root = temporaryFolder()
  const program = `
    import { writeShard } from ${JSON.stringify(join(import.meta.dirname, '../../../src/main/core/index.ts'))}
    import { recordOf, BLOCK } from ${JSON.stringify(join(import.meta.dirname, '../records.ts'))}
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
