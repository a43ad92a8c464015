/** Compares many shards with both readers, on several threads. Reports differences, and shards that the second reader could not read. */
import { availableParallelism, totalmem } from 'node:os'
import { join } from 'node:path'
import { SystemError } from '../../../shared/model/errors.ts'
import { type Finding, finding } from '../../../shared/model/finding.ts'
import type { SecondReading } from '../../../shared/model/report.ts'
import { linkPolicy } from '../fs/links.ts'
import { comparePaths } from '../layouts/paths.ts'
import { limitsInForce, shardTimeMs } from '../limits/limits.ts'
import type { Difference } from './compareShard.ts'
import { SecondThread } from './secondThread.ts'

export type CompareOptions = {
  /** Number of threads. The default is one per core, as far as memory allows. */
  readonly workers?: number
  readonly signal?: AbortSignal
  /** Time limit for one shard, ms. */
  readonly budgetMs?: number
  readonly onFinding: (found: Finding) => void
  readonly onDone: (shard: ShardToCompare) => void
  /** The entry file of the threads. For tests. */
  readonly threadFile?: string
}

export type ShardToCompare = { readonly shardPath: string; readonly bytes: number }

/** Memory that a thread may use, including its decoded pages. */
const BYTES_A_THREAD = 2 * 1024 * 1024 * 1024

/**
 * Reads shards with hyparquet as well and compares all values of the layout's columns.
 * @param root absolute
 * @param shards that the first reader has read completely
 * @throws CancelledError, SystemError if the thread's file is missing from this installation
 */
export async function compareReaders(root: string, shards: readonly ShardToCompare[], options: CompareOptions): Promise<SecondReading> {
  const { workers = defaultWorkers(), signal, budgetMs, onFinding, onDone, threadFile } = options
  const limits = limitsInForce()
  const notRead: SecondReading['notRead'][number][] = []
  const disagreeing = new Set<string>()
  const fail = (shard: ShardToCompare, reason: string): void => {
    notRead.push({ shardPath: shard.shardPath, reason })
    onDone(shard)
  }
  let next = 0
  const returned: ShardToCompare[] = []
  const take = (): ShardToCompare | undefined => returned.pop() ?? shards[next++]
  let lanes = Math.min(workers, shards.length)
  const lane = async (): Promise<void> => {
    const thread = new SecondThread(threadFile)
    try {
      for (let shard = take(); shard !== undefined; shard = take()) {
        const { shardPath, bytes } = shard
        const order = { ask: 'compare', path: join(root, ...shardPath.split('/')), limits, links: linkPolicy() } as const
        const answer = await thread.ask(order, budgetMs ?? shardTimeMs(limits, bytes), signal).catch(refusalOf)
        if (answer instanceof SystemError) {
          // Continues with the threads that could be started.
          if (lanes > 1) {
            returned.push(shard)
            break
          }
          for (let left: ShardToCompare | undefined = shard; left !== undefined; left = take()) fail(left, answer.message)
        } else if (answer.answer === 'differences') {
          for (const difference of answer.differences) onFinding(disagreement(shardPath, difference))
          if (answer.differences.length > 0) disagreeing.add(shardPath)
          onDone(shard)
        } else fail(shard, answer.answer === 'failed' ? answer.reason : 'the thread gave an unexpected answer')
      }
    } finally {
      lanes -= 1
      thread.end()
    }
  }
  await Promise.all(Array.from({ length: lanes }, lane))
  return {
    compared: shards.length - notRead.length,
    disagreeing: disagreeing.size,
    notRead: notRead.sort((a, b) => comparePaths(a.shardPath, b.shardPath))
  }
}

function refusalOf(error: unknown): SystemError {
  if (error instanceof SystemError) return error
  throw error
}

function defaultWorkers(): number {
  return Math.max(1, Math.min(availableParallelism(), Math.floor(totalmem() / BYTES_A_THREAD)))
}

function disagreement(shardPath: string, { column, row, own, second, rows }: Difference): Finding {
  return finding(
    'readers_disagree',
    shardPath,
    { own, second, rows },
    {
      row,
      column: column === '' ? null : column,
      details: { value: own, other_value: second, rows }
    }
  )
}
