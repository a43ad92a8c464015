/** `write`: `write_shard` of `geno_lewm`. A file with an invalid line writes nothing. */
import { statSync } from 'node:fs'
import { InputError } from '../../../shared/model/errors.ts'
import { terminalSafe } from '../../../shared/text/terminalText.ts'
import { failedWith, writeShard } from '../../core/index.ts'
import { readRecords } from '../options/records.ts'
import { cacheDirOf, cacheRootOf } from '../process/cacheFolder.ts'
import type { Context, Run } from '../process/context.ts'
import { EXIT } from '../process/exitCodes.ts'
import { sourceName } from '../process/lines.ts'
import { countOf } from '../text/numbers.ts'

export type WriteOptions = {
  readonly encoderId: string
  readonly contig: string
  readonly strideBlock: number
  readonly encoding: 'plain' | 'byte_stream_split'
}

export const run: Run<WriteOptions> = async (context, options, [file]) => {
  const { json, output, io } = context
  const cacheDir = await newOrOldCache(context)
  const records = await readRecords(file, options.contig, io)
  if (records.length === 0) throw new InputError(`${sourceName(file)} contains no records`, { file: sourceName(file) })
  const { shardPath, rows, written, overflowed } = await writeShard(cacheDir, { ...options, records })
  if (overflowed > 0) {
    await output.note(`lewm-cache: ${countOf(overflowed, 'value')} beyond the range of float16 (65,504) became infinite`)
  }
  const name = terminalSafe(shardPath)
  if (json) await output.document({ shardPath, rows, written })
  else
    await output.text(`${written ? `wrote ${countOf(rows, 'row')} to` : `nothing to write, ${countOf(rows, 'row')} already in`} ${name}\n`)
  return EXIT.ok
}

/** A folder, or a path at which one can be created. Anything else is refused before a record is read. */
async function newOrOldCache(context: Context): Promise<string> {
  const cacheDir = cacheDirOf(context)
  return canBeFolder(cacheDir) ? cacheDir : cacheRootOf(context)
}

function canBeFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory()
  } catch (error) {
    return failedWith(error, 'ENOENT')
  }
}
