/** `verify`: reads everything, changes nothing in the cache, and says all that is wrong. */
import { InputError } from '../../../shared/model/errors.ts'
import { type Inspection, inspectCache } from '../../core/index.ts'
import { cacheRootOf, shardPathOf } from '../cacheFolder.ts'
import type { Context, Run } from '../context.ts'
import { exitCodeOfFindings } from '../exitCodes.ts'
import { withLedger } from '../ledger.ts'
import { countOf } from '../numbers.ts'
import { partitionFields } from '../partitionFields.ts'
import { verifyReportText } from '../verifyReportText.ts'

export type VerifyCommandOptions = {
  readonly quick?: boolean
  readonly changed?: boolean
  readonly olderThan?: number
  readonly resume?: boolean
  readonly partition?: { readonly index: number; readonly of: number }
  readonly workers?: number
}

export const run: Run<VerifyCommandOptions> = async (context, { quick, changed, olderThan, resume, partition, workers }, args) => {
  const { json, output, long } = context
  const root = await cacheRootOf(context)
  if (partition !== undefined && args.length > 0) {
    throw new InputError('--partition shares out all shards: it goes with no shard by name', { field: 'partition' })
  }
  const shards = args.length > 0 ? args.map(arg => shardPathOf(root, arg)) : undefined
  const needsLedger = changed === true || olderThan !== undefined || resume === true
  const options = { ...long, quick, changed, olderThanMs: olderThan, resume, partition, shards, workers }
  const inspection = quick
    ? await inspectCache(root, options)
    : await withLedger(output, root, needsLedger, ledger => inspectCache(root, { ...options, ledger }))
  if (resume === true) await noteResumed(context, inspection)
  const { report, readableShards } = inspection
  if (json) {
    const part = partition && { partition: partitionFields(inspection, partition, { quick, changed, olderThan }) }
    await output.document({ ...report, ...part })
  } else await output.text(verifyReportText(report, readableShards))
  return exitCodeOfFindings(report.findings)
}

function noteResumed({ output }: Context, { carriedOver }: Inspection): Promise<void> {
  const text =
    carriedOver > 0
      ? `took over ${countOf(carriedOver, 'shard')} that the interrupted verification had read`
      : 'there was no interrupted verification of these shards to go on with; all were read'
  return output.note(`lewm-cache: ${text}`)
}
