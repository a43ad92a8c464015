/** The resources of generators: the libraries that write Parquet in one Python process, and files that several cases start from. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import type { WindowRecord } from '../../src/main/core/index.ts'
import { encodeShard, roundEmbeddings } from '../../src/main/core/parquet/write/encodeShard.ts'
import { modelRows } from './maker/shardPlan.ts'
import { LineProcess } from './peer/lineProcess.ts'
import { Rng } from './rng.ts'

const answer = z.union([z.strictObject({ done: z.unknown() }), z.strictObject({ failed: z.string() })])
const schemas = z.array(z.tuple([z.string(), z.string()]))
const names = z.record(z.string(), z.array(z.string()))
const typeNames = z.strictObject({
  extra: z.array(z.string()),
  columns: names,
  kinds: z.record(z.string(), z.string()),
  polars: z.array(z.string())
})

/** Arrow types that the writers know, by name. */
export type TypeNames = z.infer<typeof typeNames>

export type Workshop = {
  /** `ARROW:schema` values with their special features, in base64. */
  readonly arrowSchemas: readonly (readonly [name: string, base64: string])[]
  readonly types: TypeNames
  /** A file of one of the libraries. Null if it refuses. The last refusal is kept in `refusals`. */
  readonly write: (op: string, order: Readonly<Record<string, unknown>>) => Promise<Buffer | null>
  /** A shard of geno_lewm or of the program itself: one of a dozen, each made once. */
  readonly shard: (writer: 'geno_lewm' | 'lewm-cache', which: number) => Promise<Buffer>
  readonly refusals: Map<string, number>
  readonly end: () => Promise<void>
}

const SHAPES = [[1, 1], [2, 3], [3, 4], [5, 16], [12, 2], [40, 8], [100, 4], [7, 33]] as const // biome-ignore format: a table

export async function openWorkshop(python: string): Promise<Workshop> {
  const folder = mkdtempSync(join(tmpdir(), 'lewm-workshop-'))
  const writers = new LineProcess(python, [join(import.meta.dirname, 'peer/writers.py')], 60_000)
  const refusals = new Map<string, number>()
  let made = 0
  const order = async (op: string, options: Readonly<Record<string, unknown>>): Promise<unknown> => {
    const line = await writers.ask({ op, ...options })
    if (typeof line !== 'string') throw new Error(`${op} ${line.ended}: ${line.how}`)
    const said = answer.parse(JSON.parse(line))
    if ('failed' in said) throw new Error(said.failed)
    return said.done
  }
  const write: Workshop['write'] = async (op, options) => {
    const path = join(folder, `${op}-${made++}.parquet`)
    try {
      await order(op, { ...options, path })
      return readFileSync(path)
    } catch (error) {
      const why = `${op}: ${error instanceof Error ? error.message.slice(0, 90) : error}`
      refusals.set(why, (refusals.get(why) ?? 0) + 1)
      return null
    } finally {
      rmSync(path, { force: true })
    }
  }
  const shards = new Map<string, Promise<Buffer>>()
  const makeShard = async (writer: 'geno_lewm' | 'lewm-cache', which: number): Promise<Buffer> => {
    const [rows, dimensions] = SHAPES[which % SHAPES.length] ?? [1, 1]
    if (writer === 'lewm-cache') return ownShard(which, rows, dimensions)
    const bytes = await write('geno', { seed: which, rows, dimensions })
    if (bytes === null) throw new Error(`geno_lewm wrote no shard: ${[...refusals.keys()].at(-1)}`)
    return bytes
  }
  return {
    arrowSchemas: schemas.parse(await order('arrow_schemas', { path: '' })),
    types: typeNames.parse(await order('types', { path: '' })),
    write,
    shard: (writer, which) => {
      const id = `${writer} ${which}`
      const shard = shards.get(id) ?? makeShard(writer, which)
      shards.set(id, shard)
      return shard
    },
    refusals,
    end: async () => {
      await writers.end()
      rmSync(folder, { recursive: true, force: true })
    }
  }
}

function ownShard(which: number, rows: number, dimensions: number): Buffer {
  const rng = new Rng(`own shard ${which}`)
  const records = modelRows(rng, rows).map((row): WindowRecord & { createdAt: bigint; schemaVersion: string } => ({
    ...row,
    poolType: 'centered_mean',
    dtype: 'fp16',
    embedding: Array.from({ length: dimensions }, () => rng.between(-1024, 1024) / 256)
  }))
  return Buffer.concat(encodeShard(records, roundEmbeddings(records), which % 3 === 2 ? 'byte_stream_split' : 'plain'))
}
