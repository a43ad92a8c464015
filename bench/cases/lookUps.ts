/** One embedding by its key: on a cache that was just opened, and beside a row that was just read. */
import { openCacheReader, readEmbedding, type WindowKey } from '../../src/main/core/index.ts'
import { keyOf, ROWS, VALUES } from '../makeCache.ts'
import { expectOutcome, type Measurement, type Sample, timeRuns } from '../measure.ts'
import { peerKey } from '../peer.ts'
import type { Setting } from '../setting.ts'

export async function measureLookUps(setting: Setting): Promise<Measurement[]> {
  return [await first(setting), await another(setting)]
}

async function first({ cache, keys, peer }: Setting): Promise<Measurement> {
  const ours = await timeRuns(keys.length - 1, async run => {
    expectOutcome('first look-up', (await readEmbedding(cache, keyAt(keys, run)))?.length, VALUES)
  })
  const theirs = await peer?.time({ operation: 'read_embedding', cache, keys: keys.map(peerKey) })
  return {
    what: 'first look-up: open the cache, read one embedding, close it',
    ours,
    others: theirs === undefined ? [] : [{ who: 'read_embedding', sample: theirs.sample }]
  }
}

async function another({ cache, keys, peer }: Setting): Promise<Measurement> {
  const sameShard = keys.map((_, i) => keyOf(0, (i * 389) % ROWS))
  const theirs = await peer?.time({ operation: 'read_embedding', cache, keys: sameShard.slice(0, 12).map(peerKey) })
  return {
    what: 'look-up in a shard just read (the cache stays open)',
    ours: await besideReadRows(cache),
    others: theirs === undefined ? [] : [{ who: 'read_embedding (keeps nothing open)', sample: theirs.sample }]
  }
}

/** All rows of a shard that has been read once, one by one. */
async function besideReadRows(cache: string): Promise<Sample> {
  const reader = openCacheReader(cache)
  try {
    const all = Array.from({ length: ROWS }, (_, row) => keyOf(0, (row * 389) % ROWS))
    for (const key of all) reader.readEmbedding(key)
    return await timeRuns(ROWS - 1, run => {
      expectOutcome('look-up', reader.readEmbedding(keyAt(all, run))?.length, VALUES)
    })
  } finally {
    reader.close()
  }
}

function keyAt(keys: readonly WindowKey[], i: number): WindowKey {
  const key = keys[i]
  if (key === undefined) throw new RangeError(`there are ${keys.length} keys, not ${i + 1}`)
  return key
}
