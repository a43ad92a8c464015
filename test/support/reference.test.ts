import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { describeWith } from './capabilities.ts'
import { damageNotes, referenceCache, referenceEmbedding, referenceRows } from './reference.ts'

const shardsUnder = (cache: string): string[] =>
  readdirSync(join(cache, 'embeddings'), { recursive: true, encoding: 'utf8' })
    .filter(path => path.endsWith('.parquet') && !path.startsWith('.quarantine'))
    .map(path => `embeddings/${path}`)
    .sort()

describe('the reference caches', () => {
  test.each(['healthy', 'unusual'] as const)('%s: every shard has its rows, numbered from 0, and vectors', which => {
    const rows = referenceRows(which)
    const shards = Map.groupBy(rows, row => row.shard_path)
    expect([...shards.keys()].sort()).toEqual(shardsUnder(referenceCache(which)))
    for (const ofShard of shards.values()) expect(ofShard.map(row => row.row_offset)).toEqual(ofShard.map((_, at) => at))
    expect(rows.every(row => referenceEmbedding(row).length > 0)).toBe(true)
  })

  test('damaged: every shard has its note', () => {
    expect(Object.keys(damageNotes()).sort()).toEqual(shardsUnder(referenceCache('damaged')))
  })

  test('a copy is private', () => {
    const [one, other] = [referenceCache('damaged'), referenceCache('damaged')]
    const shard = shardsUnder(one)[0] ?? ''
    writeFileSync(join(one, shard), 'changed')
    expect(readFileSync(join(other, shard)).length).toBeGreaterThan(100)
    expect(existsSync(join(other, 'embeddings'))).toBe(true)
  })
})

describeWith('python', 'the reference rows', python => {
  test('equal those that GenoLeWM reads from the unpacked cache', () => {
    const cache = referenceCache('healthy')
    const row = referenceRows('healthy').at(-1)
    const read = execFileSync(
      python,
      [
        '-c',
        `import json, struct, sys, pyarrow.parquet as pq
r = pq.ParquetFile(sys.argv[1]).read().to_pylist()[int(sys.argv[2])]
print(json.dumps([r['window_hash'].hex(), str(r['created_at']), b''.join(struct.pack('<d', float(v)) for v in r['embedding']).hex()]))`,
        join(cache, row?.shard_path ?? ''),
        String(row?.row_offset)
      ],
      { encoding: 'utf8' }
    )
    expect(JSON.parse(read)).toEqual([row?.window_hash, row?.created_at, row?.embedding_f64le])
  })
})
