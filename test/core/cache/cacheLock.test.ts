/** One writer at a time, by name: who is alive is waited for and told, who is dead is replaced, who is on another host never. */
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

  test('by a process whose pid another one has now: taken over', async () => {
    const born = processBirth(process.pid)
    const root = locked({ host: hostname(), pid: process.pid, born: `${born}0`, since: SINCE, operation: 'repair', nonce: 'a1' })
    expect(await take(root)).toBe(born === null ? expect.any(CacheBusyError) : 'done')
  })

  test('by a dead one whose heir died as well: taken over, and nothing stays behind', async () => {
    const dead = (nonce: string): string => JSON.stringify({ host: hostname(), pid: deadPid(), since: SINCE, operation: 'repair', nonce })
    const root = locked(dead('a1'))
    writeFileSync(join(root, `${LOCK}.a1`), dead('b2'))
    writeFileSync(join(root, `${LOCK}.a1.b2`), dead('c3'))
    writeFileSync(join(root, 'embeddings/.lewm-tmp-0123456789ab'), dead('d4'))
    expect(await take(root)).toBe('done')
    expect(readdirSync(join(root, 'embeddings'))).toEqual([])
  })

  test('by a dead one that a living one is about to replace: busy', async () => {
    const root = locked({ host: hostname(), pid: deadPid(), since: SINCE, operation: 'repair', nonce: 'a1' })
    writeFileSync(
      join(root, `${LOCK}.a1`),
      JSON.stringify({ host: hostname(), pid: process.pid, since: SINCE, operation: 'write', nonce: 'b2' })
    )
    expect(await take(root)).toBeInstanceOf(CacheBusyError)
  })

  test('by a process of another host: never taken over, whatever its pid', async () => {
    const root = locked({ host: 'another-host', pid: deadPid(), since: SINCE, operation: 'repair' })
    expect(await take(root)).toMatchObject({ code: 'RESOURCE.BUSY', details: { host: 'another-host' } })
    expect(existsSync(join(root, LOCK))).toBe(true)
  })

  const born = processBirth(process.pid)
  const scope = pidScope()

  describe.skipIf(born === null || scope.pidNamespace === null)('on Linux, where a pid has its namespace', () => {
    test('by a process that died in this namespace: taken over', async () => {
      const root = locked({ host: hostname(), pid: deadPid(), born, ...scope, since: SINCE, operation: 'repair' })
      expect(await take(root)).toBe('done')
    })

    test.each([
      ['a pid that nobody has here', deadPid()],
      ['the pid of another process here', process.pid]
    ])('by %s, in another container on this host: busy, and the file to remove is named', async (_, pid) => {
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

    test('is recorded with it', async () => {
      const root = temporaryFolder()
      const seen = await withCacheLock(root, 'a test', 0, async () => JSON.parse(readFileSync(join(root, LOCK), 'utf8')))
      expect(seen).toMatchObject({ host: hostname(), pid: process.pid, born, ...scope })
    })

    test('the lock of a process with the same pid elsewhere is not ours to drop', () => {
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
    test.skipIf(spawnSync(UNSHARE, [...ALONE, 'true']).status !== 0)('a process in a PID namespace of its own finds it held', async () => {
      const root = temporaryFolder()
      const program = `
        import { withCacheLock } from ${JSON.stringify(join(import.meta.dirname, '../../../src/main/core/cache/cacheLock.ts'))}
        const told = await withCacheLock(process.argv[1], 'inside', 0, async () => 'inside').catch(error => error.code)
        process.stdout.write(told)`
      const inside = (): string =>
        spawnSync(UNSHARE, [...ALONE, process.execPath, '--input-type=module', '-e', program, root], { encoding: 'utf8' }).stdout
      expect(await withCacheLock(root, 'outside', 0, async () => inside())).toBe('RESOURCE.BUSY')
      expect(inside()).toBe('inside')
    })
  })

  test.each(['{', '[]', '{"host": 1, "pid": "x"}'])('by who knows whom (%j): busy', async text => {
    expect(await take(locked(text))).toMatchObject({ code: 'RESOURCE.BUSY' })
  })

  test.each<[string, (lock: string) => void]>([
    ['a pipe', makePipe],
    ['a folder', mkdirSync],
    ['a link that leads nowhere', lock => symlinkSync('nowhere', lock)],
    ['a link to a device without an end', lock => symlinkSync('/dev/zero', lock)],
    ['a file of 4 GiB', lock => ftruncateSync(openSync(lock, 'w'), 2 ** 32)]
  ])('by %s of its name: busy at once, not for ever', async (_, make) => {
    const root = temporaryFolder()
    mkdirSync(join(root, 'embeddings'))
    make(join(root, LOCK))
    expect(await take(root)).toMatchObject({ code: 'RESOURCE.BUSY', details: { lock: join(root, LOCK) } })
  })

  test('by a dead one whose place is blocked by what is no lock: busy, and told what to remove', async () => {
    const root = locked({ host: hostname(), pid: deadPid(), nonce: 'a1' })
    mkdirSync(join(root, `${LOCK}.a1`))
    const refusal = await take(root)
    expect(refusal).toMatchObject({ code: 'RESOURCE.BUSY', details: { lock: join(root, `${LOCK}.a1`) } })
    expect(String(refusal)).toContain(`remove that file`)
  })

  test('by one that says neither since when nor for what, on another host: no more is made up, and the file is named', async () => {
    const root = locked({ host: 'another-host', pid: 7 })
    expect(String(await take(root))).toMatch(
      `process 7 on another-host is changing this cache; if it no longer runs, remove ${join(root, LOCK)}`
    )
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

test("a folder with the name of a temp file is nobody's litter", async () => {
  const root = temporaryFolder()
  mkdirSync(join(root, 'embeddings/.lewm-tmp-0123456789ab'), { recursive: true })
  expect(await take(root)).toBe('done')
  expect(readdirSync(join(root, 'embeddings'))).toEqual(['.lewm-tmp-0123456789ab'])
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

test('processes of their own, each killed while it holds the lock: the next one takes over, one at a time', async () => {
  const root = temporaryFolder()
  const count = join(root, 'count')
  writeFileSync(count, '0')
  // Each adds one to a file, in two steps that only a lock makes one, and dies without letting go; every third lets go.
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

test('writers in processes of their own wait for each other, and nothing is lost', async () => {
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
