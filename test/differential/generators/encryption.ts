/** Encrypted shards: by pyarrow with and without a readable footer, and footers that claim encryption. */
import type { CaseKind } from '../cases.ts'
import { tweaked } from '../cases.ts'
import { makeParquet } from '../maker/parquetMaker.ts'
import type { FilePlan } from '../maker/plan.ts'
import { COLUMN_NAMES } from '../maker/shardPlan.ts'
import { binary, setField, struct } from '../maker/thriftTree.ts'
import { soundTweak } from './soundFiles.ts'
import { basePlan, chunkTweak, someColumns } from './tweaks.ts'

export const encrypted: CaseKind = {
  name: 'encrypted',
  weight: 2,
  draft: (rng, workshop) => {
    if (rng.chance(0.5)) {
      const order = {
        seed: rng.below(1000),
        rows: rng.between(1, 9),
        dimensions: 3,
        columns: rng.pick([['embedding'], ['chrom', 'start_bp'], COLUMN_NAMES.slice(0, 12), []]),
        plaintext_footer: rng.chance(0.5),
        uniform: rng.chance(0.3)
      }
      const cut = rng.chance(0.2) ? rng.between(1, 400) : 0
      return {
        parts: [`pyarrow, encrypted: ${JSON.stringify(order)}`, `${cut} bytes cut off`],
        sound: false,
        make: async left => {
          const bytes = await workshop.write('encrypted', order)
          return bytes === null || left.has(1) || cut === 0 ? bytes : bytes.subarray(0, Math.max(0, bytes.length - cut))
        }
      }
    }
    const start = basePlan(rng, rng.between(1, 5))
    const columns = someColumns(rng)
    const key = struct([1, binary('key')])
    const named = struct([1, { t: 'list', wire: 8, v: columns.map(name => binary(name)) }])
    const crypto = rng.pick([struct([1, struct()]), struct([2, named]), struct(), struct([2, key])])
    const algorithm = rng.pick([struct([1, struct([2, binary('unique')])]), struct([2, struct()]), struct()])
    const metadata = rng.bytes(30)
    return tweaked('a shard of the maker', start, [
      chunkTweak('said to be encrypted', columns, { metaEdits: [(_, column) => setField(column, 8, structuredClone(crypto))] }),
      ...(rng.chance(0.4) ? [chunkTweak('encrypted metadata', columns, { metaEdits: [(_, column) => setField(column, 9, binary(metadata))] })] : []),
      ...(rng.chance(0.3) ? [chunkTweak('no readable metadata', columns, { metaEdits: [(_, column) => setField(column, 3, undefined)] })] : []),
      ...(rng.chance(0.6) ? [{ name: 'an algorithm', apply: (plan: FilePlan) => void plan.footerEdits.push(footer => setField(footer, 8, structuredClone(algorithm))) }] : []),
      ...(rng.chance(0.3) ? [soundTweak(rng, workshop)] : [])
    ], makeParquet) // biome-ignore format: one part a line
  }
}
