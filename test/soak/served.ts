/** `lewm-cache serve` as a separate process, and a window's connection to it. */
import { readFileSync } from 'node:fs'
import { createORPCClient } from '@orpc/client'
import { RPCLink } from '@orpc/client/websocket'
import type { ContractRouterClient } from '@orpc/contract'
import { afterAll } from 'vitest'
import { WebSocket } from 'ws'
import type { Contract } from '../../src/shared/contract/index.ts'
import { startLewmCache } from '../cli/lewmCache.ts'
import { cookieOf } from '../server/pageRequest.ts'

export type Served = {
  readonly client: ContractRouterClient<Contract>
  /** The current memory of the process, in bytes. */
  readonly residentBytes: () => number
  /** Null while it runs. */
  readonly exitCode: () => number | null
  /** Interrupts it, like Ctrl-C, and returns its exit code. */
  readonly end: () => Promise<number | null>
}

/** Starts one that ends with the test file. `home` holds its data folder. */
export async function startServed(home: string): Promise<Served> {
  const child = startLewmCache(['serve'], { home })
  const closed = new Promise<number | null>(resolve => child.once('close', resolve))
  afterAll(() => {
    child.kill('SIGKILL')
  })
  child.stderr?.pipe(process.stderr)
  const url = await new Promise<string>((resolve, reject) => {
    child.stdout?.setEncoding('utf8').once('data', (line: string) => resolve(line.trim()))
    child.once('close', code => reject(new Error(`serve ended with ${code}`)))
  })
  const { port, origin } = new URL(url)
  const socket = new WebSocket(`ws://127.0.0.1:${port}/rpc`, { origin, headers: { Cookie: await cookieOf(Number(port), url) } })
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject))
  return {
    client: createORPCClient(new RPCLink({ websocket: socket })),
    residentBytes: () => {
      const [, kib = '0'] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8')) ?? []
      return Number(kib) * 1024
    },
    exitCode: () => child.exitCode,
    end: () => {
      socket.close()
      child.kill('SIGINT')
      return closed
    }
  }
}
