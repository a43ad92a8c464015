/**
 * Builds the sample cache from real DNA with a real encoder and the core's own writer. Only in an empty folder, and completely or not at
 * all.
 */
import { mkdir, readdir, rm } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { CacheError, CancelledError, InputError, type LongOptions, SystemError } from '../../shared/model/index.ts'
import { asSystemError, failedWith, makeFolder, writeShard } from '../core/index.ts'
import { DAMAGES, type WrittenShard } from './damage.ts'
import { KMER_ENCODER_ID, KMER_LAYERS, KMER_POOLINGS } from './kmerEncoder.ts'
import { LAMBDA_CONTIG, readLambdaGenome } from './lambdaGenome.ts'
import { sampleRow, windowStarts } from './sampleRows.ts'

/** Windows in a shard. */
const BLOCK_WINDOWS = 32

type BuildSampleOptions = LongOptions & {
  /** Adds one shard of each kind of damage. */
  readonly damaged?: boolean
}

/** Writes one shard. */
type Step = () => Promise<WrittenShard>

/**
 * Builds the sample cache in a folder that is empty or does not exist: 93 windows of phage lambda, 3 layers, 3 pools; 837 rows of 64, 256
 * and 1,024 dimensions in 27 shards; identical each time. With `damaged`, one shard of each kind of damage is added.
 *
 * @param dir the cache root to create
 * @returns shards written, and their rows before the damage
 * @throws InputError if `dir` is anything but an empty folder; CancelledError, between two shards; SystemError
 */
export async function buildSample(dir: string, options: BuildSampleOptions = {}): Promise<{ shards: number; rows: number }> {
  const root = resolve(dir)
  const genome = await readLambdaGenome()
  await claimEmptyFolder(root)
  try {
    return await runSteps([...wholeShards(root, genome), ...(options.damaged ? brokenShards(root, genome) : [])], options)
  } catch (error) {
    // Everything below embeddings belongs to this build, and a partial sample would be refused next time. The first error is reported.
    await rm(join(root, 'embeddings'), { recursive: true, force: true }).catch(() => {})
    throw error instanceof CacheError ? error : asSystemError(error, 'write a file below', root)
  }
}

/** Creates `embeddings` in the folder, which must be empty. Of two simultaneous builds, one succeeds. */
async function claimEmptyFolder(root: string): Promise<void> {
  try {
    makeFolder(root)
    const names = await readdir(root)
    if (names.length > 0) throw notEmpty(root, names)
    await mkdir(join(root, 'embeddings'))
  } catch (error) {
    const cause = error instanceof SystemError ? error.cause : error
    if (failedWith(cause, 'EEXIST') || failedWith(cause, 'ENOTDIR')) throw notEmpty(root, [])
    throw error instanceof CacheError ? error : asSystemError(error, 'create the folder', root)
  }
}

function notEmpty(root: string, names: readonly string[]): InputError {
  return new InputError(`the sample needs an empty folder, and ${root} is not one`, { dir: root, found: names.slice(0, 5) })
}

function wholeShards(root: string, genome: string): Step[] {
  const starts = windowStarts(genome)
  const steps: Step[] = []
  for (const layer of KMER_LAYERS) {
    for (const pooling of KMER_POOLINGS) {
      for (let strideBlock = 0; strideBlock * BLOCK_WINDOWS < starts.length; strideBlock++) {
        const block = starts.slice(strideBlock * BLOCK_WINDOWS, (strideBlock + 1) * BLOCK_WINDOWS)
        steps.push(() => {
          const records = block.map(startBp => sampleRow(genome, { layer, ...pooling, contig: LAMBDA_CONTIG, startBp }))
          return writeShard(root, { encoderId: KMER_ENCODER_ID, contig: LAMBDA_CONTIG, strideBlock, records })
        })
      }
    }
  }
  return steps
}

function brokenShards(root: string, genome: string): Step[] {
  return DAMAGES.map(damage => () => damage.write(root, genome))
}

async function runSteps(steps: readonly Step[], { signal, onProgress }: LongOptions): Promise<{ shards: number; rows: number }> {
  let rows = 0
  for (const [at, step] of steps.entries()) {
    if (signal?.aborted) throw new CancelledError()
    const written = await step()
    rows += written.rows
    onProgress?.({
      phase: 'index',
      done: at + 1,
      total: steps.length,
      bytesDone: 0,
      bytesTotal: 0,
      shardPath: written.shardPath,
      findings: 0
    })
  }
  return { shards: steps.length, rows }
}
