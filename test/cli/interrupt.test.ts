/** Ctrl-C: the command stops cleanly with one line and exit code 130. */
import type { ChildProcess } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { constants } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { makePipe } from '../core/cacheFiles.ts'
import { referenceCache } from '../support/reference.ts'
import { temporaryFolder } from '../support/temporaryFolder.ts'
import { startLewmCache } from './lewmCache.ts'
import { recordLine, WRITE } from './records.ts'

/** Resolves when the process has ended. */
async function ended(child: ChildProcess): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const text = { stdout: '', stderr: '' }
  child.stdout?.setEncoding('utf8').on('data', (data: string) => (text.stdout += data))
  child.stderr?.setEncoding('utf8').on('data', (data: string) => (text.stderr += data))
  const code = await new Promise<number | null>(resolve => child.on('close', resolve))
  return { code, ...text }
}

function namedPipe(): string {
  const pipe = join(temporaryFolder(), 'records')
  makePipe(pipe)
  return pipe
}

/** The signal that the program asks for last, and that Node itself never does: who listens for it listens for all. */
const LAST_ASKED_FOR = 1n << BigInt(constants.signals.SIGHUP - 1)

/** Sends the signal as soon as the process handles it, according to its mask of caught signals. Earlier, the process would just die. */
async function interrupt(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  for (let caught = 0n; (caught & LAST_ASKED_FOR) === 0n; ) {
    await pause(5)
    const [, mask = '0'] = /^SigCgt:\s*([0-9a-f]+)$/m.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8')) ?? []
    caught = BigInt(`0x${mask}`)
  }
  child.kill(signal)
}

describe.skipIf(process.platform !== 'linux')('while standard input is open', () => {
  test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('%s ends a write that has written nothing', async signal => {
    const cache = temporaryFolder()
    const child = startLewmCache([...WRITE, '--cache', cache, '--json'])
    child.stdin?.write(`${JSON.stringify(recordLine(0))}\n`)
    const [end] = await Promise.all([ended(child), interrupt(child, signal)])
    expect(end).toEqual({
      code: 130,
      stdout: '{"error":{"code":"CANCELLED","message":"cancelled","details":{}}}\n',
      stderr: 'lewm-cache: cancelled\n'
    })
    expect(readdirSync(cache)).toEqual([])
  })

  test.each(['SIGINT', 'SIGTERM'] as const)('%s ends a write from a named pipe without a writer', async signal => {
    const cache = temporaryFolder()
    const child = startLewmCache([...WRITE, '--cache', cache, namedPipe()])
    const [end] = await Promise.all([ended(child), interrupt(child, signal)])
    expect(end).toEqual({ code: 130, stdout: '', stderr: 'lewm-cache: cancelled\n' })
    expect(readdirSync(cache)).toEqual([])
  })

  test('a write reads all input of a named pipe, even if it arrives late', async () => {
    const pipe = namedPipe()
    const child = startLewmCache([...WRITE, '--cache', join(temporaryFolder(), 'new'), '--json', pipe])
    const end = ended(child)
    await pause(1000)
    const writer = await open(pipe, 'w')
    await writer.write(`${JSON.stringify(recordLine(0))}\n`)
    await pause(300)
    await writer.write(`${JSON.stringify(recordLine(1))}\n`)
    await writer.close()
    expect(JSON.parse((await end).stdout)).toMatchObject({ rows: 2, written: true })
  })

  test('SIGINT ends a repair that waits for its plan', async () => {
    const cache = referenceCache('damaged')
    const before = readdirSync(join(cache, 'embeddings'))
    const child = startLewmCache(['repair', '--plan', '-', '--cache', cache])
    const [end] = await Promise.all([ended(child), interrupt(child, 'SIGINT')])
    expect(end).toEqual({ code: 130, stdout: '', stderr: 'lewm-cache: cancelled\n' })
    expect(readdirSync(join(cache, 'embeddings'))).toEqual(before)
  })
})

describe.skipIf(process.platform !== 'linux')('between two shards', () => {
  test.each(['verify', 'verify --quick', 'repair', 'reindex', 'checksums', 'ls', 'find 1:1'])('SIGINT ends %s', async command => {
    const cache = referenceCache('damaged')
    const before = readdirSync(join(cache, 'embeddings'))
    const child = startLewmCache([...command.split(' '), '--cache', cache, '--json'])
    const [end] = await Promise.all([ended(child), interrupt(child, 'SIGINT')])
    expect(end).toMatchObject({ code: 130, stderr: 'lewm-cache: cancelled\n' })
    expect(readdirSync(join(cache, 'embeddings'))).toEqual(before)
  })
})
