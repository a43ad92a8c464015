/** `reindex`: `reindex_cache` of `geno_lewm`. */
import type { ReindexReport } from '../../../shared/model/report.ts'
import { terminalSafe } from '../../../shared/text/terminalText.ts'
import { reindexCache } from '../../core/index.ts'
import { cacheRootOf } from '../process/cacheFolder.ts'
import type { Run } from '../process/context.ts'
import { exitCodeOfFindings } from '../process/exitCodes.ts'
import { findingsText } from '../reports/findingsText.ts'
import { countOf } from '../text/numbers.ts'

export const run: Run<{ readonly workers?: number }> = async (context, { workers }) => {
  const { json, output, long } = context
  const report = await reindexCache(await cacheRootOf(context), { ...long, workers })
  if (json) await output.document(report)
  else await output.text(`${indexedText(report)}${findingsText(report.findings)}`)
  return exitCodeOfFindings(report.findings)
}

/** One line on the outcome. */
export function indexedText({ indexedShards, indexedRows, indexPath, indexKept, findings }: ReindexReport): string {
  const path = terminalSafe(indexPath)
  if (indexKept && findings.some(({ shardPath }) => shardPath === indexPath)) return `left ${path} unchanged\n`
  if (indexKept) return `no shard could be read; ${path} was left unchanged\n`
  return `indexed ${countOf(indexedRows, 'row')} of ${countOf(indexedShards, 'shard')} in ${path}\n`
}
