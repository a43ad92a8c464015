/** One damaged shard of each kind, in the sample's own folders, under contigs named after the damage. */
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, relative, sep } from 'node:path'
import type { FindingKind, WindowRecord } from '../../shared/model/index.ts'
import { shardPathFor, writeShard } from '../core/index.ts'
import { BYTE_DAMAGES } from './damageBytes.ts'
import { encodeRows, type LooseRow, ROW_DAMAGES } from './damageRows.ts'
import { KMER_ENCODER_ID } from './kmerEncoder.ts'
import { sampleRow } from './sampleRows.ts'

/** One kind of damage and how to make it. */
export type Damage = {
  /** Also the contig of its shard. */
  readonly name: string
  readonly wrong: string
  /** Its kind of finding. */
  readonly finding: FindingKind
  readonly write: (dir: string, genome: string) => Promise<WrittenShard>
}

/** A written shard: its path relative to the cache root, and its rows before any damage to its bytes. */
export type WrittenShard = { readonly shardPath: string; readonly rows: number }

const FOLDER = { layer: 3, poolType: 'centered_mean', poolRadius: 128 } as const
const BYTE_DAMAGE_ROWS = 64
const ROW_DAMAGE_ROWS = 12

const byteNames = Object.keys(BYTE_DAMAGES)
const rowNames = Object.keys(ROW_DAMAGES)

/** Every kind of damage, in the order of creation. */
export const DAMAGES: readonly Damage[] = [
  ...Object.entries(BYTE_DAMAGES).map(([name, { wrong, finding, checksums, unindexed, edit }]) => ({
    name,
    wrong,
    finding,
    // Written and indexed while it was intact, then damaged, as on a failing disk.
    write: async (dir: string, genome: string): Promise<WrittenShard> => {
      const records = recordsOf(genome, name, byteNames.indexOf(name) * BYTE_DAMAGE_ROWS, BYTE_DAMAGE_ROWS)
      if (!unindexed) await writeShard(dir, { encoderId: KMER_ENCODER_ID, contig: name, strideBlock: 0, records })
      const encode = (part: readonly WindowRecord[]): Buffer => encodeRows(part.map(loose), checksums ?? false)
      const path = shardOf(dir, name)
      await mkdir(dirname(path), { recursive: true })
      await writeFile(path, edit(encode(records), encode(records.slice(1))))
      return { shardPath: pathIn(dir, path), rows: records.length }
    }
  })),
  ...Object.entries(ROW_DAMAGES).map(([name, { wrong, finding, windowsOf, rows, columns }]) => ({
    name,
    wrong,
    finding,
    write: async (dir: string, genome: string): Promise<WrittenShard> => {
      const first = byteNames.length * BYTE_DAMAGE_ROWS + rowNames.indexOf(windowsOf ?? name) * ROW_DAMAGE_ROWS
      const whole = recordsOf(genome, name, first, ROW_DAMAGE_ROWS).map(loose)
      const broken = rows?.(whole) ?? whole
      const path = shardOf(dir, name)
      await mkdir(dirname(path), { recursive: true })
      await writeFile(path, encodeRows(broken, false, columns))
      return { shardPath: pathIn(dir, path), rows: broken.length }
    }
  }))
]

function pathIn(dir: string, path: string): string {
  return relative(dir, path).replaceAll(sep, '/')
}

function shardOf(dir: string, contig: string): string {
  const { layer: stateLayer, poolType, poolRadius } = FOLDER
  return shardPathFor(dir, { encoderId: KMER_ENCODER_ID, stateLayer, poolType, poolRadius, contig, strideBlock: 0 })
}

/** Real windows whose starts the healthy shards never use (odd multiples of 8), so that no key occurs twice by accident. */
function recordsOf(genome: string, contig: string, first: number, rows: number): WindowRecord[] {
  return Array.from({ length: rows }, (_, row) => sampleRow(genome, { ...FOLDER, contig, startBp: 16 * (first + row) + 8 }))
}

function loose(record: WindowRecord): LooseRow {
  return { ...record, embedding: [...record.embedding] }
}
