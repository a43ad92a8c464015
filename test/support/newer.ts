/**
 * Caches written by newer generations of GenoLeWM, the rows that these read back, and a file of pyarrow with a column of every type
 * (`test/fixtures/newer.tar.gz`). Every caller gets separate files.
 */
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { z } from 'zod'
import { temporaryFolder } from './temporaryFolder.ts'

const ARCHIVE = join(import.meta.dirname, '../fixtures/newer.tar.gz')

export const NEWER = ['layout2', 'long2', 'layout3a', 'layout3b'] as const
export type Newer = (typeof NEWER)[number]

const newerRow = z.looseObject({ shard_path: z.string(), row_offset: z.int(), embedding_f64le: z.string() })

/** A private copy of a whole cache with its index. `long2` has none. @returns its root */
export function newerCache(which: Newer): string {
  return join(unpacked(which), which)
}

/**
 * Every indexed row (some rows of `long2`) as read by GenoLeWM, by column name. Numbers of 16 digits are text, the embedding is float64s in
 * hex.
 */
export function newerRows(which: Newer): z.infer<typeof newerRow>[] {
  const text = execFileSync('tar', ['-xzOf', ARCHIVE, `${which}.ndjson`], { encoding: 'utf8', maxBuffer: 2 ** 26 })
  return text
    .trimEnd()
    .split('\n')
    .map(line => newerRow.parse(JSON.parse(line.replaceAll(/: (-?\d{16,})([,}])/g, ': "$1"$2'))))
}

/** A file of three rows in two row groups, zstd. */
export function everyTypeFile(): string {
  return join(unpacked('everyType.parquet'), 'everyType.parquet')
}

function unpacked(name: string): string {
  const folder = temporaryFolder()
  execFileSync('tar', ['-xzf', ARCHIVE, '-C', folder, '--no-same-owner', name])
  return folder
}
