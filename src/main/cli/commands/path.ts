/** `path`: prints the path of a shard, whether or not it exists. Reads and writes nothing. */
import { relative } from 'node:path'
import type { PoolType } from '../../../shared/model/record.ts'
import { terminalSafe } from '../../../shared/text/terminalText.ts'
import { shardPathFor } from '../../core/index.ts'
import { cacheDirOf, slashed } from '../process/cacheFolder.ts'
import type { Run } from '../process/context.ts'
import { EXIT } from '../process/exitCodes.ts'

export type PathOptions = {
  readonly encoderId: string
  readonly stateLayer: number
  readonly poolType: PoolType
  readonly poolRadius: number
  readonly contig: string
  readonly strideBlock: number
}

export const run: Run<PathOptions> = async (context, options) => {
  const cacheDir = cacheDirOf(context)
  const path = shardPathFor(cacheDir, options)
  if (context.json) await context.output.document({ shardPath: slashed(relative(cacheDir, path)) })
  else await context.output.text(`${terminalSafe(path)}\n`)
  return EXIT.ok
}
