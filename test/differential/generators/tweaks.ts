/** Common modifications of a plan: which columns, and which unusual properties. */
import type { Tweak } from '../cases.ts'
import type { ChunkPlan, FilePlan } from '../maker/plan.ts'
import { COLUMN_NAMES, columnOf, modelRows, shardPlan } from '../maker/shardPlan.ts'
import type { Rng } from '../rng.ts'

/** Any base with some rows, in the layout of pyarrow. */
export function basePlan(rng: Rng, rows = rowCount(rng)): () => FilePlan {
  const model = modelRows(rng, rows)
  const groups = rng.chance(0.75) ? 1 : rng.between(2, 4)
  const codec = rng.pick(['ZSTD', 'ZSTD', 'UNCOMPRESSED', 'SNAPPY'] as const)
  const v2 = rng.chance(0.25)
  return () => shardPlan(model, { codec, v2 }, groups)
}

function rowCount(rng: Rng): number {
  const [low, high] = rng.pick([[1, 6], [1, 6], [1, 6], [1, 6], [7, 40], [7, 40], [60, 200]] as const) // biome-ignore format: a table
  return rng.between(low, high)
}

/** Some columns: usually one, sometimes a few or all. */
export function someColumns(rng: Rng): readonly string[] {
  const choice = rng.below(11)
  if (choice < 5) return [rng.pick(COLUMN_NAMES)]
  if (choice < 7) return ['embedding']
  return choice < 9 ? rng.some(COLUMN_NAMES, rng.between(2, 5)) : COLUMN_NAMES
}

/** A tweak of the pages of some columns. */
export function chunkTweak(name: string, columns: readonly string[], set: Partial<ChunkPlan>): Tweak<FilePlan> {
  const where = columns.length === COLUMN_NAMES.length ? 'all columns' : columns.join(', ')
  return {
    name: `${where}: ${name}`,
    apply: plan => {
      for (const column of columns) Object.assign(columnOf(plan, column).chunk, set)
    }
  }
}

/** A tweak of the file as a whole. */
export function fileTweak(name: string, set: Partial<FilePlan>): Tweak<FilePlan> {
  return { name, apply: plan => void Object.assign(plan, set) }
}
