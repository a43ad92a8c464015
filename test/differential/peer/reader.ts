/** The real `_read_records_from_shard` of geno_lewm 0.2.1, for many files in one process. */
import { join } from 'node:path'
import { z } from 'zod'
import { LineProcess } from './lineProcess.ts'

const answer = z.union([
  z.strictObject({ refused: z.tuple([z.string(), z.string()]) }),
  z.strictObject({
    rows: z.int(),
    digest: z.string(),
    each: z.array(z.string()),
    detail: z.array(z.array(z.string())).optional()
  })
])

/** The result of geno_lewm for a file. `crashed` and `timed out` are refusals of the whole process. */
export type PeerReading =
  | { readonly kind: 'refused' | 'crashed' | 'timed out'; readonly type: string; readonly message: string }
  | {
      readonly kind: 'read'
      readonly rows: number
      readonly digest: string
      /** The beginning of each row's digest, for the first 64 rows. */
      readonly each: readonly string[]
      readonly detail: readonly (readonly string[])[] | null
    }

/** A file that takes longer counts as refused. */
const TIMEOUT_MS = 30_000

export class PeerReader {
  private readonly process: LineProcess

  constructor(python: string) {
    this.process = new LineProcess(python, [join(import.meta.dirname, 'reader.py')], TIMEOUT_MS)
  }

  async read(path: string, detail = false): Promise<PeerReading> {
    const line = await this.process.ask({ path, detail })
    if (typeof line !== 'string') return { kind: line.ended, type: line.ended, message: line.how }
    const said = answer.parse(JSON.parse(line))
    if ('refused' in said) return { kind: 'refused', type: said.refused[0], message: said.refused[1] }
    return { kind: 'read', rows: said.rows, digest: said.digest, each: said.each, detail: said.detail ?? null }
  }

  get restarts(): number {
    return this.process.restarts
  }

  end(): Promise<void> {
    return this.process.end()
  }
}
