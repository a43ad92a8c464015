/** Facts about a cache that a test reads without the core: its files, byte for byte, and rows in the form of the reference. */
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { copyFileSync, lstatSync, mkdirSync, readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { openIndex, type WindowKey, type WindowRecord, type WriteShardOptions, writeShard } from '../../src/main/core/index.ts'
import type { ReferenceRow } from '../support/reference.ts'
import { temporaryFolder } from '../support/temporaryFolder.ts'
import { BLOCK, BLOCK_PATH, recordOf } from './records.ts'

export { BLOCK, BLOCK_PATH, recordOf }

/** Everything below a folder: files by the SHA-256 of their bytes, folders and links by their kind. */
export function filesBelow(root: string): Record<string, string> {
  const files: Record<string, string> = {}
  for (const path of readdirSync(root, { recursive: true, encoding: 'utf8' }).sort()) {
    const stat = lstatSync(join(root, path))
    if (stat.isFile()) files[path] = digestOf(readFileSync(join(root, path)))
    else files[path] = stat.isDirectory() ? 'folder' : 'other'
  }
  return files
}

/** All shards of a cache that are not in quarantine, relative to its root. */
export function shardsOf(root: string): string[] {
  return readdirSync(join(root, 'embeddings'), { recursive: true, encoding: 'utf8' })
    .filter(path => path.endsWith('.parquet') && !path.startsWith('.quarantine') && lstatSync(join(root, 'embeddings', path)).isFile())
    .map(path => `embeddings/${path}`)
    .sort()
}

function digestOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}

/** Changes one bit of the byte at `offset`. Size and time stay the same. */
export function flipBit(path: string, offset: number): void {
  const { atime, mtime } = statSync(path)
  const bytes = readFileSync(path)
  bytes[offset] = (bytes[offset] ?? 0) ^ 1
  writeFileSync(path, bytes)
  utimesSync(path, atime, mtime)
}

const MKFIFO = 'mkfifo'

/** A pipe without a writer. */
export function makePipe(path: string): void {
  execFileSync(MKFIFO, [path])
}

export function hexBytes(hex: string): Uint8Array {
  return Uint8Array.from(Buffer.from(hex, 'hex'))
}

/** A reference row's key. */
export function keyOf(row: ReferenceRow): WindowKey {
  return {
    windowHash: hexBytes(row.window_hash),
    encoderHash: hexBytes(row.encoder_hash),
    stateLayer: row.state_layer,
    poolType: row.pool_type,
    poolRadius: row.pool_radius,
    dtype: row.dtype
  }
}

/** Numbers in the form of the reference: float64, little-endian, in hex. */
export function float64Hex(values: ArrayLike<number>): string {
  return Buffer.from(Float64Array.from(values).buffer).toString('hex')
}

/** Replaces a shard with one of other rows, without the lock and the index, like another program or silent corruption would. */
export async function replaceShard(root: string, shardPath: string, options: WriteShardOptions): Promise<void> {
  const spare = join(temporaryFolder(), 'spare')
  const { shardPath: written } = await writeShard(spare, options)
  mkdirSync(dirname(join(root, shardPath)), { recursive: true })
  copyFileSync(join(spare, written), join(root, shardPath))
}

/** The same window hash with one bit flipped. */
export function flippedHash(record: WindowRecord, bit = 100): WindowRecord {
  const windowHash = Uint8Array.from(record.windowHash)
  windowHash[bit >> 3] = (windowHash[bit >> 3] ?? 0) ^ (1 << (bit & 7))
  return { ...record, windowHash }
}

/** Number of index entries of each shard. */
export function entriesByShard(root: string): ReadonlyMap<string, number> {
  const index = openIndex(root, 'read')
  try {
    return index?.shardPaths() ?? new Map()
  } finally {
    index?.close()
  }
}
