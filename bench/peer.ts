/** The Python package: one process that answers one request after another, so that its start is not measured. */
import { type ChildProcessByStdio, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { cpSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'
import * as z from 'zod'
import type { WindowKey } from '../src/main/core/index.ts'
import { CONTIG, ENCODER_ID, type MadeCache } from './makeCache.ts'
import { expectOutcome, type Sample } from './measure.ts'

export const PEER_SCRIPT = join(import.meta.dirname, 'peer.py')

const timings = z.strictObject({ seconds: z.array(z.number()), result: z.number() })
const versions = z.record(z.string(), z.string())

/** The time of an operation, and its outcome. */
export type PeerTimings = { readonly sample: Sample; readonly result: number }

/** A Python that has geno-lewm 0.2.1 and pyarrow, or null. */
export function findPeerPython(): string | null {
  const check = "import pyarrow, geno_lewm, importlib.metadata as m; assert m.version('geno-lewm') == '0.2.1'"
  for (const path of [process.env.LEWM_PEER_PYTHON, join(import.meta.dirname, '../.venv/bin/python')]) {
    if (path && spawnSync(path, ['-c', check]).status === 0) return path
  }
  return null
}

/** A key in the form of a request. */
export function peerKey(key: WindowKey): Record<string, string | number> {
  return {
    window_hash: Buffer.from(key.windowHash).toString('hex'),
    encoder_hash: Buffer.from(key.encoderHash).toString('hex'),
    state_layer: key.stateLayer,
    pool_type: key.poolType,
    pool_radius: key.poolRadius,
    dtype: key.dtype
  }
}

/** A running peer. `close` ends it. */
export class Peer {
  readonly python: string
  /** Whether this Python has DuckDB. */
  hasDuckdb = false
  private readonly repairs = new Map<string, Promise<Sample>>()
  private readonly child: ChildProcessByStdio<Writable, Readable, null>
  private readonly lines: AsyncIterator<string>
  private readonly ended: Promise<unknown>

  constructor(python: string) {
    this.python = python
    this.child = spawn(python, [PEER_SCRIPT], { stdio: ['pipe', 'pipe', 'inherit'] })
    this.lines = createInterface({ input: this.child.stdout })[Symbol.asyncIterator]()
    this.ended = once(this.child, 'close')
    // A request to a peer that has ended fails because its answer does not arrive.
    this.child.stdin.on('error', () => undefined)
  }

  async close(): Promise<void> {
    this.child.stdin.end()
    await this.ended
  }

  /** Names and versions of Python and its packages. */
  async versions(): Promise<Record<string, string>> {
    const found = versions.parse(await this.ask({ operation: 'versions' }))
    this.hasDuckdb = 'duckdb' in found
    return found
  }

  /**
   * Runs and times an operation.
   * @param request the operation of peer.py with its arguments
   */
  async time(request: { readonly operation: string; readonly [argument: string]: unknown }): Promise<PeerTimings> {
    const { seconds, result } = timings.parse(await this.ask(request))
    return { sample: { unit: 'ms', values: seconds.map(value => value * 1000) }, result }
  }

  /** Times DuckDB summing every value of a cache. Undefined if this Python lacks DuckDB. */
  async sumWithDuckdb({ peerDir, shards, rows, values }: MadeCache, threads: number, runs: number): Promise<Sample | undefined> {
    if (!this.hasDuckdb) return undefined
    const { sample, result } = await this.time({ operation: 'sum_with_duckdb', cache: peerDir, threads, runs })
    expectOutcome('values that DuckDB read', result, shards * rows * values)
    return sample
  }

  /** Times `repair_cache` on the copy of a healthy cache, only once per cache. */
  repairCache({ peerDir, shards, rows }: MadeCache, runs: number): Promise<Sample> {
    const known = this.repairs.get(peerDir)
    if (known !== undefined) return known
    const timing = this.time({ operation: 'repair_cache', cache: peerDir, runs }).then(({ sample, result }) => {
      expectOutcome('rows that repair_cache indexed', result, shards * rows)
      return sample
    })
    this.repairs.set(peerDir, timing)
    return timing
  }

  /** Lets GenoLeWM write the rows of a cache again, below `folder`. */
  async rewrite(cache: MadeCache, folder: string, name: string): Promise<MadeCache> {
    const dir = join(folder, name)
    await this.time({ operation: 'write_cache', cache: cache.dir, folder: dir, encoder_id: ENCODER_ID, contig: CONTIG })
    const peerDir = join(folder, `${name}-peer`)
    cpSync(dir, peerDir, { recursive: true })
    return { ...cache, dir, peerDir }
  }

  private async ask(request: object): Promise<unknown> {
    this.child.stdin.write(`${JSON.stringify(request)}\n`)
    const { value, done } = await this.lines.next()
    if (done === true) throw new Error(`the Python peer ended at ${JSON.stringify(request).slice(0, 200)}`)
    return JSON.parse(value)
  }
}
