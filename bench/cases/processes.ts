/** Whole processes, from start to exit: what a shell waits for, and the memory they take at most. */
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { keyOf } from '../makeCache.ts'
import { type Measurement, type Sample, timeRuns } from '../measure.ts'
import { PEER_SCRIPT, Peer, peerKey } from '../peer.ts'
import type { Setting } from '../setting.ts'

const LAUNCHER = join(import.meta.dirname, '../../bin/lewm-cache')
const REPORT_PEAK = pathToFileURL(join(import.meta.dirname, '../reportPeak.ts')).href

export async function measureProcesses(setting: Setting): Promise<Measurement[]> {
  return [await verifyOneShard(setting), await getOne(setting), await peakOfVerify(setting)]
}

async function verifyOneShard(setting: Setting): Promise<Measurement> {
  const { smallCache, smallPeerCache, runs } = setting
  const request = { operation: 'repair_cache', cache: smallPeerCache, runs: 0 }
  return {
    what: 'whole process: lewm-cache verify, one shard',
    ours: await timeRuns(runs, () => command(setting, ['verify', '--cache', smallCache])),
    others: [
      { who: 'node -e 0', sample: await timeRuns(runs, () => run(process.execPath, ['-e', '0'])) },
      ...(await peerProcess(setting, 'python, import geno_lewm, repair_cache', request))
    ]
  }
}

async function getOne(setting: Setting): Promise<Measurement> {
  const { smallCache, runs } = setting
  const key = peerKey(keyOf(0, 700))
  const options = Object.entries(key).flatMap(([name, value]) => [`--${name.replaceAll('_', '-')}`, String(value)])
  const request = { operation: 'read_embedding', cache: smallCache, keys: [key] }
  return {
    what: 'whole process: lewm-cache get, one embedding',
    ours: await timeRuns(runs, () => command(setting, ['get', '--cache', smallCache, ...options])),
    others: await peerProcess(setting, 'python, import geno_lewm, read_embedding', request)
  }
}

async function peakOfVerify(setting: Setting): Promise<Measurement> {
  const { cache, peerCache, shards, slowRuns, folder, peer } = setting
  const file = join(folder, 'peak')
  const ours: number[] = []
  for (let i = 0; i < slowRuns; i++) {
    command(setting, ['verify', '--cache', cache], ['--import', REPORT_PEAK], { LEWM_BENCH_PEAK: file })
    ours.push(Number(readFileSync(file, 'utf8')))
  }
  run(process.execPath, ['--import', REPORT_PEAK, '-e', '0'], { LEWM_BENCH_PEAK: file })
  const empty = Number(readFileSync(file, 'utf8'))
  return {
    what: `peak memory of lewm-cache verify, ${shards} shards`,
    ours: { unit: 'bytes', values: ours },
    others: [
      { who: 'node -e 0', sample: { unit: 'bytes', values: [empty] } },
      ...(peer === null ? [] : [{ who: 'python, repair_cache', sample: await peakOfPeer(peer.python, peerCache) }])
    ]
  }
}

async function peakOfPeer(python: string, cache: string): Promise<Sample> {
  const peer = new Peer(python)
  try {
    await peer.time({ operation: 'repair_cache', cache, runs: 0 })
    const { result } = await peer.time({ operation: 'peak_memory' })
    return { unit: 'bytes', values: [result] }
  } finally {
    await peer.close()
  }
}

async function peerProcess({ peer, slowRuns }: Setting, who: string, request: object): Promise<{ who: string; sample: Sample }[]> {
  if (peer === null) return []
  return [{ who, sample: await timeRuns(slowRuns, () => run(peer.python, [PEER_SCRIPT], {}, `${JSON.stringify(request)}\n`)) }]
}

/** The command line as a shell would start it, on this Node, with a ledger of its own. */
function command({ folder }: Setting, args: readonly string[], nodeOptions: readonly string[] = [], env: NodeJS.ProcessEnv = {}): void {
  run(process.execPath, [...nodeOptions, LAUNCHER, ...args], { LEWM_CACHE_DATA: join(folder, 'data'), ...env })
}

function run(file: string, args: readonly string[], env: NodeJS.ProcessEnv = {}, input = ''): void {
  const { status, stderr } = spawnSync(file, args, { env: { ...process.env, ...env }, input, encoding: 'utf8' })
  if (status !== 0) throw new Error(`${args.join(' ')} ended with ${status}: ${stderr}`)
}
