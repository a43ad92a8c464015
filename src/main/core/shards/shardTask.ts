/** Named work on one shard, which can be done on this thread or another. */
import type { PageMemory } from '../parquet/file/pageMemory.ts'

/** Part of the input of every task. */
export type ShardPlace = {
  /** Absolute. */
  readonly root: string
  readonly shardPath: string
}

/** Input and output are plain data that crosses to a thread as it is. */
export type ShardTask<Input extends ShardPlace, Output> = {
  /**
   * Does the work piece by piece. The caller may stop after any step.
   * @param budgetMs reading ends by itself before the first page that comes later than this
   * @throws only bugs: what is wrong with a shard is part of the output
   */
  readonly steps: (input: Input, memory: PageMemory, budgetMs: number) => Generator<void, Output>
  /**
   * The output for a shard that was not read to its end.
   * @param why ShardFault when it took too long, SystemError when the thread was lost over it
   */
  readonly abandoned: (input: Input, why: Error) => Output
  /** How long it may take, ms. */
  readonly budgetMs: (input: Input) => number
  /** Buffers of the output that cross from a thread without a copy. */
  readonly transfer: (output: Output) => readonly ArrayBufferLike[]
}
