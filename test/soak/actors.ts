/** The users of the cache: one at a window, who opens every view and starts every kind of job, and one at a terminal. */
import { setTimeout as sleep } from 'node:timers/promises'
import { ORPCError } from '@orpc/client'
import { type JobReport, type JobRequest, SHARD_SORTS } from '../../src/shared/contract/index.ts'
import { startLewmCache } from '../cli/lewmCache.ts'
import type { random } from '../faults/extent.ts'
import type { Served } from './served.ts'

type Chance = ReturnType<typeof random>

/** Their actions and results, by name. */
export class Diary {
  readonly counts = new Map<string, number>()
  /** Violations, in words. */
  readonly faults: string[] = []

  count(what: string): void {
    this.counts.set(what, (this.counts.get(what) ?? 0) + 1)
  }
}

/** With concurrent users a shard may be gone, a plan outdated, a path occupied, a cache busy. Each is reported by its code. */
const EXPECTED = new Set(['RESOURCE.BUSY', 'RESOURCE.STALE_PLAN', 'RESOURCE.NOT_FOUND', 'RESOURCE.CACHE_CORRUPT', 'INPUT.GENERIC'])

type Reported = { readonly code: string; readonly message: string; readonly details: unknown }

function note(diary: Diary, doing: string, { code, message, details }: Reported): void {
  diary.count(`reported ${code}`)
  if (!EXPECTED.has(code)) diary.faults.push(`${doing}: ${code} ${message} ${JSON.stringify(details)}`)
}

/** A user at a window, until `stopped`. */
export async function useWindow({ client }: Served, root: string, chance: Chance, diary: Diary, stopped: () => boolean): Promise<void> {
  const { cacheId } = await client.caches.open({ path: root })
  const everything = { cacheId, scope: {}, text: '', health: [] }
  const somePaths = async (): Promise<string[]> => {
    const sort = { by: chance.of(SHARD_SORTS), descending: chance.below(2) === 0 }
    const { entries } = await client.shards.page({ ...everything, sort, offset: chance.below(50), limit: 50 })
    return entries.map(({ shardPath }) => shardPath)
  }
  const onOne = (look: (shardPath: string) => Promise<unknown>) => async (): Promise<void> => {
    const paths = await somePaths()
    if (paths.length > 0) await look(chance.of(paths))
  }
  const job = async (request: JobRequest): Promise<JobReport | null> => {
    const { jobId } = await client.jobs.start({ cacheId, request })
    for await (const event of await client.jobs.attach({ jobId })) {
      if (event.type !== 'end') continue
      diary.count(`jobs: ${request.kind} ${event.end.outcome}`)
      if (event.end.outcome === 'failed') note(diary, request.kind, event.end.error)
      return event.end.outcome === 'done' ? event.end.report : null
    }
    return null
  }
  const repair = async (): Promise<void> => {
    const planned = await job({ kind: 'plan' })
    if (planned?.kind !== 'plan') return
    const ticked = planned.plan.moves.filter(move => move.ticked).map(({ shardPath }) => shardPath)
    await job({ kind: 'apply', plan: planned.plan, ticked })
  }
  const looks: Readonly<Record<string, () => Promise<unknown>>> = {
    page: somePaths,
    summary: () => client.caches.summary({ cacheId }),
    tree: () => client.shards.tree({ cacheId }),
    lane: () => client.shards.lane({ cacheId, scope: {} }),
    findings: () => client.findings({ cacheId }),
    quarantine: () => client.quarantine({ cacheId }),
    find: () => client.lookup.find({ cacheId, query: `1:${1 + chance.below(10_000_000)}-${20_000_000}`, limit: 100 }),
    describe: onOne(shardPath => client.shards.describe({ cacheId, shardPath })),
    rows: onOne(shardPath => client.shards.rows({ cacheId, shardPath, offset: 0, limit: 100 })),
    vector: onOne(shardPath => client.shards.vector({ cacheId, shardPath, rowOffset: chance.below(4) })),
    'heat map': onOne(shardPath => client.shards.heatMap({ cacheId, shardPath, width: 64, height: 64 }))
  }
  const jobs: Readonly<Record<string, () => Promise<unknown>>> = {
    verify: () => job({ kind: 'verify' }),
    'verify what changed': () => job({ kind: 'verify', changed: true }),
    'verify one': onOne(shardPath => job({ kind: 'verify', shards: [shardPath] })),
    repair,
    reindex: () => job({ kind: 'reindex' }),
    'quarantine one': onOne(shardPath => job({ kind: 'quarantine', shards: [shardPath], reason: 'by hand' })),
    restore: () => job({ kind: 'restore', which: 'all' })
  }
  while (!stopped()) {
    const steps = chance.below(5) === 0 ? jobs : looks
    const name = chance.of(Object.keys(steps))
    try {
      await steps[name]?.()
    } catch (error) {
      if (!(error instanceof ORPCError)) throw error
      note(diary, name, { code: error.code, message: error.message, details: error.data })
    }
    diary.count(steps === looks ? 'looks through a window' : 'jobs from a window')
    await sleep(chance.below(60))
  }
}

/** 0 success, 1 not found, 2 path occupied, 3 and 4 findings, 5 cache busy, but never 70 or a signal. */
const EXIT_CODES = new Set([0, 1, 2, 3, 4, 5])

/** 6 with a report: a shard that was moved between the listing and its turn could not be read. */
function isReport(code: number | null, stdout: string): boolean {
  return code === 6 && stdout !== '' && !stdout.startsWith('{"error"')
}

/** A user at a terminal, until `stopped`. */
export async function useTerminal(
  cache: { readonly root: string; readonly home: string; readonly somePath: () => string },
  chance: Chance,
  diary: Diary,
  stopped: () => boolean
): Promise<void> {
  const commands = (): readonly (readonly string[])[] => [
    ['ls'],
    ['verify'],
    ['verify', '--changed'],
    ['verify', '--quick'],
    ['show', cache.somePath()],
    ['find', '1:1-10,000,000'],
    ['checksums'],
    ['quarantined'],
    ['repair'],
    ['repair', '--dry-run'],
    ['reindex'],
    ['quarantine', cache.somePath(), '--reason', 'by hand'],
    ['restore', '--all'],
    ['restore', cache.somePath()]
  ]
  while (!stopped()) {
    const args = chance.of(commands())
    const child = startLewmCache([...args, '--cache', cache.root, '--json', '--quiet'], { home: cache.home })
    let stdout = ''
    let stderr = ''
    child.stdout?.setEncoding('utf8').on('data', (text: string) => (stdout += text))
    child.stderr?.setEncoding('utf8').on('data', (text: string) => (stderr += text))
    child.stdin?.end()
    const code = await new Promise<number | null>(resolve => child.on('close', resolve))
    diary.count('commands')
    diary.count(`commands ended with ${code}`)
    if ((code === null || !EXIT_CODES.has(code)) && !isReport(code, stdout))
      diary.faults.push(`${args.join(' ')} ended with ${code}: ${stderr} ${stdout.slice(0, 300)}`)
    await sleep(chance.below(500))
  }
}
