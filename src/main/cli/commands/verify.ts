/** `verify`: reads everything, reports all problems, and changes nothing in the cache. */
import { InputError } from '../../../shared/model/errors.ts'
import { type Inspection, inspectCache, type Ledger } from '../../core/index.ts'
import { partitionFields } from '../options/partitionFields.ts'
import { cacheRootOf, shardPathOf } from '../process/cacheFolder.ts'
import type { Context, Run } from '../process/context.ts'
import { exitCodeOfReport } from '../process/exitCodes.ts'
import { withLedger } from '../process/ledger.ts'
import { verifyReportText } from '../reports/verifyReportText.ts'
import { countOf, countText } from '../text/numbers.ts'

export type VerifyCommandOptions = {
  readonly quick?: boolean
  readonly changed?: boolean
  readonly olderThan?: number
  readonly resume?: boolean
  readonly partition?: { readonly index: number; readonly of: number }
  readonly workers?: number
  readonly secondReader?: boolean
}

export const run: Run<VerifyCommandOptions> = async (context, chosen, args) => {
  const { quick, changed, olderThan, resume, partition, workers, secondReader } = chosen
  const { json, output, long } = context
  const root = await cacheRootOf(context)
  if (partition !== undefined && args.length > 0) {
    throw new InputError('--partition cannot be combined with named shards', { field: 'partition' })
  }
  const shards = args.length > 0 ? args.map(arg => shardPathOf(root, arg)) : undefined
  const needsLedger = changed === true || olderThan !== undefined || resume === true
  const options = { ...long, quick, changed, olderThanMs: olderThan, resume, partition, shards, workers, secondReader }
  const inspection = await withLedger(context, root, needsLedger, async ledger => {
    const inspected = await inspectCache(root, { ...options, ledger })
    if (changed === true || olderThan !== undefined) await noteLeftOut(context, inspected, ledger)
    return inspected
  })
  if (resume === true) await noteResumed(context, inspection)
  const { report, readableShards } = inspection
  if (json) {
    const part = partition && { partition: partitionFields(inspection, partition, { quick, changed, olderThan }) }
    await output.document({ ...report, ...part })
  } else await output.text(verifyReportText(report, readableShards, quick))
  return exitCodeOfReport(report)
}

/** Earlier findings in shards that were not read this time are not part of this report. */
async function noteLeftOut({ output }: Context, { root, leftOut, stamps, present }: Inspection, ledger: Ledger | undefined): Promise<void> {
  if (leftOut === 0 || ledger === undefined) return
  const before = [...ledger.lastVerifications(root, '', LAST_PATH)].filter(
    ([shardPath]) => present.has(shardPath) && !stamps.has(shardPath)
  )
  const marked = before.filter(([, { findings }]) => findings.length > 0).length
  const damaged = before.filter(([, { findings }]) => findings.some(({ severity }) => severity === 'corrupt')).length
  const known =
    marked === 0
      ? 'no findings then'
      : `${countText(marked)} of them had findings (${countText(damaged)} damaged), which this report does not include`
  await output.note(`lewm-cache: skipped ${countOf(leftOut, 'shard')} verified earlier; ${known}`)
}

/** Sorts after every path. */
const LAST_PATH = '\u{10ffff}'

function noteResumed({ output }: Context, { carriedOver }: Inspection): Promise<void> {
  const text =
    carriedOver > 0
      ? `resumed: ${countOf(carriedOver, 'shard')} taken over from the interrupted verification`
      : 'no interrupted verification of these shards to resume; all were read'
  return output.note(`lewm-cache: ${text}`)
}
