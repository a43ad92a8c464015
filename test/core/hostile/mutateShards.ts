/**
 * A program that damages shards in many ways and verifies each. Run by mutations.test.ts in a separate process with a small heap.
 * Arguments: seed, number of random mutations per shard, 'footers' to flip each bit of each footer, then the cache root and the shards.
 */
import { createHash } from 'node:crypto'
import { closeSync, openSync, readFileSync, truncateSync, writeFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { verifyShard } from '../../../src/main/core/inspect/inspectShard.ts'
import { openShard, type ShardReader } from '../../../src/main/core/parquet/shardReader.ts'

/** Failures, with a few examples of each kind. */
export type MutationReport = {
  runs: number
  healthy: number
  thrown: string[]
  /** Verdict healthy, but with other rows. */
  unlike: string[]
  peakMiB: number
}

const [seedText = '1', countText = '0', what = '', root = '', ...shardPaths] = process.argv.slice(2)
const report: MutationReport = { runs: 0, healthy: 0, thrown: [], unlike: [], peakMiB: 0 }
let state = Number(seedText) >>> 0 || 1

/** xorshift32: below `limit`. */
function random(limit: number): number {
  state ^= state << 13
  state >>>= 0
  state ^= state >>> 17
  state ^= state << 5
  state >>>= 0
  return limit <= 0 ? 0 : state % limit
}

/** Everything that a reader of layout 1 reads from a shard. */
function rowsDigest(path: string): string {
  const shard = openShard(path)
  try {
    return digestOfRows(shard)
  } finally {
    shard.close()
  }
}

function digestOfRows(shard: ShardReader): string {
  const hash = createHash('sha256')
  for (const group of shard.footer.rowGroups) {
    const columns = shard.columns(group)
    for (const [name, column] of Object.entries(columns)) {
      if (typeof column === 'number' || !('kind' in column)) continue
      hash.update(name).update(column.present ?? '')
      if (column.kind === 'texts') for (const code of column.codes) hash.update(`${column.texts[code]}\n`)
      else if (column.kind === 'digests') hash.update(column.bytes)
      else for (const value of column.values) hash.update(`${value}\n`)
    }
    for (const batch of shard.embeddings(group)) {
      for (let i = 0; i < batch.rows; i++) {
        hash.update(`row ${batch.values.constructor.name}\n`)
        hash.update(new Uint8Array(batch.values.slice(batch.offsets[i], batch.offsets[i + 1]).buffer))
      }
    }
  }
  return hash.digest('hex')
}

function judge(shardPath: string, digest: string | null, name: string): void {
  report.runs += 1
  try {
    if (verifyShard(root, shardPath, 'full').findings.length > 0) return
    report.healthy += 1
    if (digest !== null && rowsDigest(join(root, shardPath)) !== digest) report.unlike.push(name)
  } catch (error) {
    report.thrown.push(`${name}: ${error instanceof Error ? error.stack?.split('\n').slice(0, 3).join(' ') : error}`)
  }
}

function flipFooter(shardPath: string): void {
  const path = join(root, shardPath)
  const original = readFileSync(path)
  const digest = rowsDigest(path)
  const start = original.length - 8 - original.readUInt32LE(original.length - 8)
  const fd = openSync(path, 'r+')
  for (let at = start; at < original.length; at++) {
    for (let bit = 0; bit < 8; bit++) {
      const byte = original[at] ?? 0
      writeSync(fd, Uint8Array.of(byte ^ (1 << bit)), 0, 1, at)
      judge(shardPath, digest, `${shardPath}: bit ${bit} of byte ${at} (${at - start} in the footer)`)
      writeSync(fd, Uint8Array.of(byte), 0, 1, at)
    }
  }
  closeSync(fd)
}

function mutateAtRandom(shardPath: string, count: number): void {
  const path = join(root, shardPath)
  const original = readFileSync(path)
  // Only page checksums detect a change of the values themselves.
  const digest = shardPath.includes('checksums') ? rowsDigest(path) : null
  for (let i = 0; i < count; i++) {
    const before = state
    writeFileSync(path, mutated(original))
    judge(shardPath, digest, `${shardPath}: mutation ${i}, state ${before}`)
  }
  truncateSync(path, 0)
  writeFileSync(path, original)
}

function mutated(original: Buffer): Uint8Array {
  const { length } = original
  const copy = Buffer.from(original)
  const at = random(length)
  const other = random(length)
  const span = 1 + random(random(4) === 0 ? 1000 : 16)
  switch (random(8)) {
    case 0:
      return copy.subarray(0, at)
    case 1:
      return Buffer.concat([copy.subarray(0, at), copy.subarray(at + span)])
    case 2:
      return Buffer.concat([copy.subarray(0, at), original.subarray(other, other + span), copy.subarray(at)])
    case 3:
      original.copy(copy, at, other, other + span)
      return copy
    case 4:
      return copy.fill(random(2) === 0 ? 0 : 255, at, Math.min(at + span, length))
    default:
      for (let i = 0; i < 1 + random(6); i++) copy[random(length)] = random(256)
      return copy
  }
}

for (const shardPath of shardPaths) {
  if (what === 'footers') flipFooter(shardPath)
  mutateAtRandom(shardPath, Number(countText))
}
report.peakMiB = process.resourceUsage().maxRSS / 1024
process.stdout.write(
  JSON.stringify({ ...report, thrown: report.thrown.slice(0, 20), unlike: report.unlike.slice(0, 40), unlikeCount: report.unlike.length })
)
