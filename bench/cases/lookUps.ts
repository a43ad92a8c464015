/** Embeddings by key: from shards that were never read, from one that was just read, and a thousand at once. */
import { openCacheReader, readEmbedding, type WindowKey } from '../../src/main/core/index.ts'
import { keyOf, type MadeCache, spreadKeys } from '../makeCache.ts'
import { expectOutcome, type Measurement, medianOf, perPart, type Sample, timeRuns } from '../measure.ts'
import { type Peer, peerKey } from '../peer.ts'
import { beside, bothCaches, type Setting } from '../setting.ts'

const AT_ONCE = 1000

export async function measureLookUps(setting: Setting): Promise<Measurement[]> {
  const lines: Measurement[] = []
  for (const { cache, whose } of bothCaches(setting)) lines.push(...(await measureCache(setting, cache, whose)))
  return lines
}

async function measureCache({ peer, runs, quick }: Setting, cache: MadeCache, whose: string): Promise<Measurement[]> {
  const looks = quick ? 5 : 15
  const python = await timePeer(cache, peer, looks)
  const keys = spreadKeys(cache, looks + 1).map(peerKey)
  const lean = await peer?.time({ operation: 'look_up_with_pyarrow', cache: cache.dir, keys })
  const manyByPeer = python && perPart({ unit: 'ms', values: [medianOf(python)] }, 1 / AT_ONCE)
  return [
    {
      what: `first lookup of an opened cache, shard${whose} never read`,
      own: await timeUntouched(cache, quick ? 2 : 3),
      others: [...beside('read_embedding', python, 150), ...beside('pyarrow: index, then one column', lean?.sample, 5)]
    },
    await openAndRead(cache, whose, python, runs),
    {
      what: `lookup in a shard${whose} that was just read`,
      own: await timeBesideReadRows(cache),
      others: beside('read_embedding (keeps nothing open)', python, 5000)
    },
    {
      what: `${AT_ONCE} random keys at once over ${cache.shards} shards${whose}, each page decoded once`,
      own: await timeManyAtOnce(cache, runs),
      others: beside(`read_embedding ${AT_ONCE} times (its median)`, manyByPeer, 1000)
    }
  ]
}

/** The time of `read_embedding` on a cache, for a number of lookups. Undefined without a peer. */
export async function timePeer(cache: MadeCache, peer: Peer | null, looks: number): Promise<Sample | undefined> {
  const keys = spreadKeys(cache, looks + 1)
  const timings = await peer?.time({ operation: 'read_embedding', cache: cache.dir, keys: keys.map(peerKey) })
  return timings?.sample
}

/** One lookup in each shard of a newly opened cache. The first lookup of a round also opens the cache and is not counted. */
export async function timeUntouched(cache: MadeCache, rounds: number): Promise<Sample> {
  const values: number[] = []
  for (let round = 0; round < rounds; round++) {
    const reader = openCacheReader(cache.dir)
    try {
      // Opens the index and warms up, on a shard that is not timed if there is more than one.
      if (cache.shards > 1) reader.readEmbedding(keyOf(0, round))
      else await readEmbedding(cache.dir, keyOf(0, round))
      const keys = spreadKeys(cache, cache.shards).filter((_, i) => cache.shards === 1 || (i * 29) % cache.shards !== 0)
      const sample = timeEach(keys, key => expectOutcome('lookup', reader.readEmbedding(key)?.length, cache.values))
      values.push(...sample.values)
    } finally {
      reader.close()
    }
  }
  return { unit: 'ms', values }
}

async function openAndRead(cache: MadeCache, whose: string, python: Sample | undefined, runs: number): Promise<Measurement> {
  const keys = spreadKeys(cache, 3 * runs)
  return {
    what: `open a cache${whose}, read one embedding, close it`,
    own: await timeRuns(3 * runs - 1, async run => {
      expectOutcome('lookup', (await readEmbedding(cache.dir, keyAt(keys, run)))?.length, cache.values)
    }),
    others: beside('read_embedding', python)
  }
}

/** Reads all rows of a shard that has been read once, one by one. */
async function timeBesideReadRows({ dir, rows, values }: MadeCache): Promise<Sample> {
  const reader = openCacheReader(dir)
  try {
    const all = Array.from({ length: rows }, (_, row) => keyOf(0, (row * 389) % rows))
    for (const key of all) reader.readEmbedding(key)
    return timeEach(all, key => expectOutcome('lookup', reader.readEmbedding(key)?.length, values))
  } finally {
    reader.close()
  }
}

async function timeManyAtOnce(cache: MadeCache, runs: number): Promise<Sample> {
  const keys = spreadKeys(cache, AT_ONCE)
  return timeRuns(runs, () => {
    const reader = openCacheReader(cache.dir)
    try {
      expectOutcome('embeddings found', reader.readEmbeddings(keys).filter(found => found !== null).length, AT_ONCE)
    } finally {
      reader.close()
    }
  })
}

function timeEach(keys: readonly WindowKey[], work: (key: WindowKey) => void): Sample {
  const values = keys.map(key => {
    const started = performance.now()
    work(key)
    return performance.now() - started
  })
  return { unit: 'ms', values }
}

function keyAt(keys: readonly WindowKey[], i: number): WindowKey {
  const key = keys[i]
  if (key === undefined) throw new RangeError(`there are ${keys.length} keys, not ${i + 1}`)
  return key
}
