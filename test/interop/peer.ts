/** Runs GenoLeWM itself (`peer.py`): one process per test file that answers requests in order. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterAll } from 'vitest'
import { z } from 'zod'
import type { WindowKey, WindowRecord } from '../../src/main/core/index.ts'

const DRIVER = join(import.meta.dirname, 'peer.py')

const answer = z.union([
  z.strictObject({ value: z.unknown() }),
  z.strictObject({ error: z.strictObject({ type: z.string(), code: z.string().nullable(), message: z.string() }) })
])

/** An exception in Python. `code` is that of GenoLeWM (`INPUT.GENERIC`), null for any other exception. */
export class PeerError extends Error {
  readonly type: string
  readonly code: string | null

  constructor(type: string, code: string | null, message: string) {
    super(`${type}: ${message}`)
    this.type = type
    this.code = code
  }
}

export type Peer = {
  /**
   * Runs an operation of `peer.py`.
   * @throws PeerError for an exception in Python
   */
  readonly ask: <T>(answers: z.ZodType<T>, op: string, args: Readonly<Record<string, unknown>>) => Promise<T>
}

/** Starts a peer that ends with the test file. */
export function startPeer(python: string): Peer {
  const child = spawn(python, [DRIVER], { stdio: ['pipe', 'pipe', 'inherit'], env: { ...process.env, PYTHONUTF8: '1' } })
  const waiting: { readonly resolve: (line: string) => void; readonly reject: (error: Error) => void }[] = []
  createInterface({ input: child.stdout }).on('line', line => waiting.shift()?.resolve(line))
  child.on('close', code => {
    for (const { reject } of waiting.splice(0)) reject(new Error(`the peer ended with code ${code}`))
  })
  afterAll(() => ended(child))
  return {
    ask: async (answers, op, args) => {
      const line = await new Promise<string>((resolve, reject) => {
        waiting.push({ resolve, reject })
        child.stdin.write(`${JSON.stringify({ op, ...args })}\n`)
      })
      const said = answer.parse(JSON.parse(line))
      if ('error' in said) throw new PeerError(said.error.type, said.error.code, said.error.message)
      return answers.parse(said.value)
    }
  }
}

/** Runs one request in a separate peer and blocks this process until it is answered. */
export function askAtOnce(python: string, op: string, args: Readonly<Record<string, unknown>>): unknown {
  const input = `${JSON.stringify({ op, ...args })}\n`
  const said = answer.parse(JSON.parse(execFileSync(python, [DRIVER], { input, encoding: 'utf8' })))
  if ('error' in said) throw new PeerError(said.error.type, said.error.code, said.error.message)
  return said.value
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return
  const closed = new Promise(resolve => child.once('close', resolve))
  child.stdin?.end()
  await closed
}

/** Hex of float64s, little-endian, in the peer's form of an embedding. All NaNs have the same form. */
export function packedValues(values: ArrayLike<number>): string {
  const bytes = Buffer.alloc(values.length * 8)
  for (let i = 0; i < values.length; i++) {
    const value = values[i] ?? 0
    bytes.writeDoubleLE(Number.isNaN(value) ? Number.NaN : value, i * 8)
  }
  return bytes.toString('hex')
}

/** A key in the peer's form. */
export function peerKey({ windowHash, encoderHash, stateLayer, poolType, poolRadius, dtype }: WindowKey) {
  return {
    window_hash: hex(windowHash),
    encoder_hash: hex(encoderHash),
    state_layer: stateLayer,
    pool_type: poolType,
    pool_radius: poolRadius,
    dtype
  }
}

/** A record in the peer's form. */
export function peerRecord(record: WindowRecord) {
  return {
    ...peerKey(record),
    chrom: record.chrom,
    start_bp: String(record.startBp),
    end_bp: String(record.endBp),
    embedding: packedValues(record.embedding),
    untargeted: record.untargeted,
    created_at: String(record.createdAt ?? 0n),
    schema_version: record.schemaVersion ?? '1.0.0'
  }
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex')
}
