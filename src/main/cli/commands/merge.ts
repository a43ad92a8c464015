/**
 * `merge`: merges the reports of all partitions into the report of one verification of the whole cache. Findings in single shards are taken
 * from the reports. Comparisons across shards (keys, the index) are made here, from the keys.
 */

import { InputError } from '../../../shared/model/errors.ts'
import { finding, isCompared } from '../../../shared/model/finding.ts'
import {
  type Inspection,
  inspectCache,
  type KnownVerdict,
  planFrom,
  planToJson,
  type ReportedMissing,
  reportedMissing
} from '../../core/index.ts'
import { cacheRootOf } from '../process/cacheFolder.ts'
import type { Context, Run } from '../process/context.ts'
import { exitCodeOfReport } from '../process/exitCodes.ts'
import { withLedger } from '../process/ledger.ts'
import { destinationFor, resultBeside, save } from '../process/savedOutput.ts'
import { mergedSecondReading, type PartitionReport, readPartitionReport } from '../reports/partitionReport.ts'
import { verifyReportText } from '../reports/verifyReportText.ts'
import { countOf } from '../text/numbers.ts'

export type MergeOptions = { readonly savePlan?: string; readonly workers?: number }

export const run: Run<MergeOptions> = async (context, { savePlan, workers }, files) => {
  const { json, output, io, long } = context
  const inputs = { inputs: files }
  const to = savePlan === undefined ? null : destinationFor(context, '--save-plan', savePlan, inputs)
  const reports: PartitionReport[] = []
  for (const file of files) reports.push(await readPartitionReport(file, io))
  const first = checkParts(reports)
  if (savePlan !== undefined && !isWhole(first)) {
    throw new InputError('a repair plan needs full verifications of all shards', { field: 'save_plan' })
  }
  const root = await rootOf(context, first)
  if (savePlan !== undefined) destinationFor(context, '--save-plan', savePlan, { root })
  const known = knownVerdicts(reports)
  const options = { ...long, workers, quick: first.partition.quick, known, reportedMissing: missingByLedger(reports), recording: false }
  const inspection = await withLedger(context, root, false, ledger => inspectCache(root, { ...options, ledger }))
  await noteChanges(context, first, known.size, inspection)
  if (savePlan !== undefined && to !== null) {
    await save(context, to, `${JSON.stringify(planToJson(planFrom(inspection)), null, 2)}\n`)
    await output.note(`lewm-cache: saved the plan to ${savePlan}`)
  }
  const seconds = reports.reduce((sum, report) => sum + report.seconds, inspection.report.seconds)
  const secondReader = mergedSecondReading(reports)
  const report = { ...inspection.report, seconds, ...(secondReader && { secondReader }) }
  if (json) await output.document(report)
  else await resultBeside(context, to)(verifyReportText(report))
  return exitCodeOfReport(report)
}

/**
 * Checks that each partition of one verification is present exactly once.
 * @returns the first
 */
function checkParts(reports: readonly PartitionReport[]): PartitionReport {
  const [first] = reports
  if (first === undefined) throw new InputError('no reports were given')
  const { of } = first.partition
  const fileOf = new Map<number, string>()
  for (const { file, partition } of reports) {
    refuseForeign(first, file, partition)
    const other = fileOf.get(partition.index)
    if (other !== undefined) refuse(`${other} and ${file} are both reports of partition ${partition.index}/${of}`, file)
    if (partition.index > of) refuse(`${file} has partition ${partition.index} of ${of}, which does not exist`, file)
    fileOf.set(partition.index, file)
  }
  const missing = Array.from({ length: of }, (_, i) => i + 1).filter(index => !fileOf.has(index))
  if (missing.length > 0) {
    const named = missing.slice(0, 5).map(index => `${index}/${of}`)
    const more = missing.length > named.length ? ` and ${missing.length - named.length} more` : ''
    const what = missing.length === 1 ? 'the report of partition' : 'the reports of partitions'
    throw new InputError(`${what} ${named.join(', ')}${more} ${missing.length === 1 ? 'is' : 'are'} missing`, { missing })
  }
  return first
}

function refuseForeign(first: PartitionReport, file: string, partition: PartitionReport['partition']): void {
  const known = first.partition
  if (partition.cache !== known.cache)
    refuse(`${file} and ${first.file} are reports of different caches: ${partition.cache} and ${known.cache}`, file)
  if (partition.of !== known.of) refuse(`${file} is one of ${partition.of} partitions, but ${first.file} is one of ${known.of}`, file)
  const sameScope =
    partition.quick === known.quick && partition.changed === known.changed && partition.older_than_seconds === known.older_than_seconds
  if (!sameScope) refuse(`${file} and ${first.file} were made with different options (${scopeText(partition)}, ${scopeText(known)})`, file)
}

function scopeText({ quick, changed, older_than_seconds: age }: PartitionReport['partition']): string {
  if (quick) return '--quick'
  if (changed) return '--changed'
  return age === null ? 'all shards, full' : `--older-than ${age}s`
}

function isWhole({ partition: { quick, changed, older_than_seconds: age } }: PartitionReport): boolean {
  return !quick && !changed && age === null
}

/** The cache that the reports describe. `--cache` must not name another one. */
async function rootOf(context: Context, { partition: { cache } }: PartitionReport): Promise<string> {
  if (context.cache === undefined) return cacheRootOf({ ...context, cache })
  const root = await cacheRootOf(context)
  if (root !== cache) throw new InputError(`these reports are of another cache: ${cache}`, { reports: cache, cache: root })
  return root
}

/** The findings in single shards. Findings that concern several shards or the index are left out, because they are computed again. */
function knownVerdicts(reports: readonly PartitionReport[]): Map<string, KnownVerdict> {
  const verdicts = new Map<string, KnownVerdict>()
  for (const { file, findings, partition } of reports) {
    const own = Map.groupBy(
      findings
        .map(({ kind, shard_path, message, ...place }) => finding(kind, shard_path, { said: message }, place))
        .filter(found => !isCompared(found)),
      ({ shardPath }) => shardPath
    )
    for (const { shard_path: shardPath, bytes, mtime_ns, intact } of partition.shards) {
      if (verdicts.has(shardPath)) refuse(`${file} has a shard that is also in another report: ${shardPath}`, file)
      verdicts.set(shardPath, { bytes, mtimeNs: BigInt(mtime_ns), findings: own.get(shardPath) ?? [], isIntact: intact === true })
    }
  }
  return verdicts
}

/** Missing shards that only the ledger of a partition knows. That ledger may be on another machine. */
function missingByLedger(reports: readonly PartitionReport[]): ReportedMissing[] {
  return reports.flatMap(({ findings }) =>
    findings.flatMap(({ kind, shard_path: shardPath, details }) => {
      const reported = kind === 'missing_shard' ? reportedMissing(shardPath, details) : null
      return reported === null ? [] : [reported]
    })
  )
}

/** The cache may have changed since the parts were verified. The report describes its present state, and these remarks list the changes. */
async function noteChanges({ output }: Context, first: PartitionReport, reported: number, inspection: Inspection): Promise<void> {
  const { report, carriedOver, leftOut } = inspection
  const again = report.checkedShards - carriedOver
  const gone = reported - report.checkedShards
  if (again > 0) await output.note(`lewm-cache: read ${countOf(again, 'shard')} again: changed since the reports, or unreadable then`)
  if (gone > 0) await output.note(`lewm-cache: left out ${countOf(gone, 'shard')} that no longer ${gone === 1 ? 'exists' : 'exist'}`)
  if (leftOut > 0 && isWhole(first)) {
    await output.note(`lewm-cache: ${countOf(leftOut, 'shard')} newer than these reports not verified; use verify --changed`)
  }
}

function refuse(sentence: string, file: string): never {
  throw new InputError(sentence, { file })
}
