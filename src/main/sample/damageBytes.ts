/** Damage by disks, networks and interrupted copies: each function takes a valid shard's bytes and returns damaged ones. Deterministic. */
import { createHash } from 'node:crypto'
import { zstdDecompressSync } from 'node:zlib'
import type { FindingKind } from '../../shared/model/index.ts'
import { DEFAULT_LIMITS, readFooter, shardFileOf } from '../core/index.ts'

/** One kind of damage to a file's bytes. */
export type ByteDamage = {
  /** A description of the damage. */
  readonly wrong: string
  /** Its kind of finding. */
  readonly finding: FindingKind
  /** Whether the valid shard's pages have checksums. GenoLeWM's own pages have none. */
  readonly checksums?: true
  /** The writer crashed before it inserted the rows into the index. */
  readonly unindexed?: true
  /** @param shard a valid shard of 64 rows @param other one of other rows @returns the damaged file */
  readonly edit: (shard: Buffer, other: Buffer) => Buffer
}

const ZSTD_MAGIC = Buffer.from([0x28, 0xb5, 0x2f, 0xfd])

export const BYTE_DAMAGES: Readonly<Record<string, ByteDamage>> = {
  'empty-file': { wrong: 'zero bytes', finding: 'cut_off', unindexed: true, edit: () => Buffer.alloc(0) },
  'text-file': {
    wrong: 'not Parquet at all',
    finding: 'not_parquet',
    edit: () => Buffer.from('<html><body>502 Bad Gateway</body></html>\n')
  },
  'truncated-third': {
    wrong: 'cut after a third: no footer',
    finding: 'cut_off',
    edit: shard => shard.subarray(0, Math.floor(shard.length / 3))
  },
  'truncated-tail': { wrong: 'the last 4 bytes missing', finding: 'cut_off', edit: shard => shard.subarray(0, -4) },
  'zero-page': {
    wrong: 'a run of 512 zero bytes inside the embedding column (a lost disk block)',
    finding: 'bad_page',
    edit: shard => overwrite(shard, chunkOf(shard, 'embedding').start + 40, Buffer.alloc(512))
  },
  'zeroed-file': { wrong: 'right length, all zero bytes', finding: 'not_parquet', edit: shard => Buffer.alloc(shard.length) },
  'footer-length': {
    wrong: 'footer length larger than the file',
    finding: 'bad_footer',
    edit: shard => overwrite(shard, shard.length - 8, Buffer.from([0xff, 0xff, 0xff, 0x7f]))
  },
  'footer-bits': {
    wrong: '16 random bytes inside the footer',
    finding: 'bad_footer',
    edit: shard => overwrite(shard, shard.length - 400, noise('footer-bits', 16))
  },
  'page-header': {
    wrong: 'the embedding page header overwritten with 0xFF',
    finding: 'bad_page',
    edit: shard => overwrite(shard, chunkOf(shard, 'embedding').start, Buffer.alloc(12, 0xff))
  },
  'zstd-frame': {
    wrong: 'the zstd frame of the window_hash page broken',
    finding: 'bad_page',
    edit: shard => overwrite(shard, zstdFrameStart(shard, 'window_hash'), noise('zstd-frame', 40))
  },
  'page-checksum': {
    wrong: 'one bit flipped under a page checksum (readers that do not check it see a plausible value)',
    finding: 'page_checksum',
    checksums: true,
    edit: flipUnseen
  },
  appended: { wrong: 'garbage after the footer', finding: 'bad_footer', edit: shard => Buffer.concat([shard, Buffer.from('\0garbage')]) },
  'two-files': {
    wrong: "two shards concatenated: the last footer's offsets point into the first",
    finding: 'bad_footer',
    edit: (shard, other) => Buffer.concat([shard, other])
  }
}

/** Pseudo-random bytes, identical each time: at most 64. */
function noise(seed: string, length: number): Buffer {
  return createHash('sha512').update(seed).digest().subarray(0, length)
}

function overwrite(shard: Buffer, offset: number, bytes: Buffer): Buffer {
  return Buffer.concat([shard.subarray(0, offset), bytes, shard.subarray(offset + bytes.length)])
}

/** Flips one bit of the embedding page so that zstd still decompresses it, and only the checksum shows it. */
function flipUnseen(shard: Buffer): Buffer {
  const { end } = chunkOf(shard, 'embedding')
  const start = zstdFrameStart(shard, 'embedding')
  const whole = zstdDecompressSync(shard.subarray(start, end))
  for (let at = end - 1; at > start; at--) {
    const flipped = overwrite(shard, at, Buffer.from([shard.readUInt8(at) ^ 4]))
    if (differsInValues(flipped.subarray(start, end), whole)) return flipped
  }
  throw new Error('every flipped bit breaks the zstd frame')
}

/** The levels take less than the page's first eighth. Values follow them. */
function differsInValues(frame: Buffer, whole: Buffer): boolean {
  try {
    const page = zstdDecompressSync(frame)
    const levels = Math.floor(whole.length / 8)
    return page.length === whole.length && page.subarray(0, levels).equals(whole.subarray(0, levels)) && !page.equals(whole)
  } catch {
    return false
  }
}

function chunkOf(shard: Buffer, column: string): { start: number; end: number } {
  const chunk = readFooter(shardFileOf(shard), DEFAULT_LIMITS).rowGroups[0]?.chunks.find(({ leaf }) => leaf.name === column)
  if (!chunk) throw new Error(`the sample's own shard has no column ${column}`)
  return chunk
}

function zstdFrameStart(shard: Buffer, column: string): number {
  const at = shard.indexOf(ZSTD_MAGIC, chunkOf(shard, column).start)
  if (at < 0) throw new Error(`the sample's own column ${column} is not compressed with zstd`)
  return at
}
