/** Whole processes, from start to exit: the time that a shell waits, and peak memory. */
import { keyOf } from '../makeCache.ts'
import { type Comparison, type Measurement, timeRuns } from '../measure.ts'
import { PEER_SCRIPT, peerKey } from '../peer.ts'
import { peakOf, run, runCommand } from '../processes.ts'
import { beside, type Setting } from '../setting.ts'

export async function measureProcesses(setting: Setting): Promise<Measurement[]> {
  return [await verifyOneShard(setting), await getOne(setting), peakOfVerify(setting)]
}

async function verifyOneShard(setting: Setting): Promise<Measurement> {
  const { small, folder, runs } = setting
  const request = { operation: 'repair_cache', cache: small.peerDir, runs: 1 }
  return {
    what: 'whole process: lewm-cache verify, one shard',
    own: await timeRuns(runs, () => runCommand(folder, ['verify', '--cache', small.dir])),
    others: [
      ...beside('node -e 0', await timeRuns(runs, () => run(process.execPath, ['-e', '0'])), 1 / 4),
      ...(await peerProcess(setting, 'python, import geno_lewm, repair_cache', request))
    ]
  }
}

async function getOne(setting: Setting): Promise<Measurement> {
  const { small, folder, runs } = setting
  const key = peerKey(keyOf(0, 700))
  const options = Object.entries(key).flatMap(([name, value]) => [`--${name.replaceAll('_', '-')}`, String(value)])
  const request = { operation: 'read_embedding', cache: small.dir, keys: [key] }
  return {
    what: 'whole process: lewm-cache get, one embedding',
    own: await timeRuns(runs, () => runCommand(folder, ['get', '--cache', small.dir, ...options])),
    others: await peerProcess(setting, 'python, import geno_lewm, read_embedding', request)
  }
}

function peakOfVerify({ cache, small, folder }: Setting): Measurement {
  const peak = (dir: string) => ({ unit: 'bytes', values: [peakOf(folder, ['verify', '--cache', dir])] }) as const
  return {
    what: `peak memory of lewm-cache verify, ${cache.shards} shards`,
    own: peak(cache.dir),
    others: beside('the same, one shard', peak(small.dir))
  }
}

async function peerProcess({ peer, slowRuns }: Setting, who: string, request: object): Promise<Comparison[]> {
  if (peer === null) return []
  const { python } = peer
  return beside(who, await timeRuns(slowRuns, () => run(python, [PEER_SCRIPT], {}, `${JSON.stringify(request)}\n`)))
}
