/** `sample`: builds the sample cache. */
import { terminalSafe } from '../../../shared/text/terminalText.ts'
import { buildSample } from '../../sample/index.ts'
import type { Run } from '../process/context.ts'
import { EXIT } from '../process/exitCodes.ts'
import { countOf } from '../text/numbers.ts'

export type SampleOptions = { readonly damaged?: boolean }

export const run: Run<SampleOptions> = async ({ json, output, long }, { damaged }, [dir = '']) => {
  const { shards, rows } = await buildSample(dir, { ...long, damaged })
  if (json) await output.document({ shards, rows })
  else {
    const written = damaged ? ' (as written; the damage then removed whole footers, so verify counts fewer rows)' : ''
    await output.text(`built ${countOf(shards, 'shard')} with ${countOf(rows, 'row')}${written} in ${terminalSafe(dir)}\n`)
  }
  return EXIT.ok
}
