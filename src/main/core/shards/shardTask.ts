/** Named work on one shard that can run on this thread or another. */
import type { PageMemory } from '../parquet/file/pageMemory.ts'

/** Part of the input of every task. */
export type ShardPlace = {
  /** Absolute. */
  readonly root: string
  readonly shardPath: string
}

/** Input and output are plain data that can be sent to a thread. */
export type ShardTask<Input extends ShardPlace, Output> = {
  /**
   * Works in steps. The caller may stop after any step.
   * @param budgetMs time limit, checked before each page
   * @throws only for a bug. Problems of a shard are part of the output
   */
  readonly steps: (input: Input, memory: PageMemory, budgetMs: number) => Generator<void, Output>
  /**
   * The output for a shard that was not read completely.
   * @param why ShardFault if it exceeded the time limit, SystemError if its thread died
   */
  readonly abandoned: (input: Input, why: Error) => Output
  /** Time limit, ms. */
  readonly budgetMs: (input: Input) => number
  /** Buffers of the output that are transferred from a thread without a copy. */
  readonly transfer: (output: Output) => readonly ArrayBufferLike[]
}
