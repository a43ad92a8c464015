/** Makes a cache with any number of shards as hard links to a few real ones, so that it needs almost no space. */
import { copyFileSync, linkSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'

const CONTIGS = [...Array.from({ length: 22 }, (_, i) => String(i + 1)), 'X', 'Y']
/** A 3 Gbp genome with 1,024 windows per shard: 24 contigs of 15 blocks. */
const BLOCKS = 15
const POOLS = ['centered_mean_64', 'centered_mean_128', 'global_mean_0', 'attention_0']
const LAYERS = 12

/**
 * Makes a cache of `count` readable shards in as many encoder configurations as necessary, without an index. Their rows do not match their
 * paths.
 * @param root the cache root, which must not exist yet
 * @param models paths of the shards to link to
 */
export function linkShards(root: string, models: readonly string[], count: number): void {
  mkdirSync(root)
  let source = ''
  let copies = 0
  const link = (model: string, path: string): void => {
    try {
      if (source === '') throw new Error('no source yet')
      linkSync(source, path)
    } catch {
      // File systems limit the number of links per file, so the next ones link to another file.
      source = join(root, `source-${copies++}`)
      copyFileSync(model, source)
      linkSync(source, path)
    }
  }
  let folder = ''
  for (let i = 0; i < count; i++) {
    const block = i % BLOCKS
    const contig = CONTIGS[Math.floor(i / BLOCKS) % CONTIGS.length] ?? ''
    const configuration = Math.floor(i / (BLOCKS * CONTIGS.length))
    if (i % (BLOCKS * CONTIGS.length) === 0) {
      const pool = POOLS[configuration % POOLS.length] ?? ''
      const layer = Math.floor(configuration / POOLS.length) % LAYERS
      folder = join(root, 'embeddings', `encoder-${Math.floor(configuration / (POOLS.length * LAYERS))}`, String(layer), pool)
      mkdirSync(folder, { recursive: true })
    }
    // A new source from time to time, so that shards differ.
    if (i % 5000 === 0) source = ''
    link(models[((i / 5000) % models.length) | 0] ?? '', join(folder, `chr${contig}_${block}.parquet`))
  }
}
