/** Every task that threads can do on a shard. A new one is one entry here. */
import { inspection } from '../inspect/inspection.ts'
import { digest } from '../shards/digestShard.ts'
import type { ShardPlace, ShardTask } from '../shards/shardTask.ts'

const TASKS = { inspection, digest } as const

export type TaskName = keyof typeof TASKS
export type InputOf<Name extends TaskName> = Parameters<(typeof TASKS)[Name]['steps']>[0]
export type OutputOf<Name extends TaskName> = ReturnType<(typeof TASKS)[Name]['abandoned']>

/** A task by its name: with inputs and outputs of that name. */
export function taskOf<Name extends TaskName>(name: Name): ShardTask<InputOf<Name> & ShardPlace, OutputOf<Name>>
export function taskOf(name: TaskName): unknown {
  return TASKS[name]
}
